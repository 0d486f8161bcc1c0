"""The logistic of the weighted sum of the legs' scores."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.fit import LEG_SETS
from rag.config import BIAS, FusionModel, FusionModels, SearchConfig
from rag.fusion import fuse
from tests.conftest import ROOT

LEGS = ("dense", "sentence", "lexical")
MODEL = FusionModel(
    {BIAS: -2, "dense": 4, "sentence": 1, "lexical": 2}, {BIAS: -3, "dense": 5, "sentence": 2, "lexical": 0.5}
)
SAME, CROSS = True, False
NUMBERS = st.floats(0, 1, allow_nan=False)
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, st.booleans()), min_size=1, max_size=8)
MODELS = st.sampled_from([MODEL, FusionModels.load().of(LEGS)])


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def columns(rows: list[tuple[float, float, float, bool]]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    *scores, same = (np.array(values) for values in zip(*rows, strict=True))
    return dict(zip(LEGS, scores, strict=True)), same


def logistic(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def test_the_example_of_the_docstring() -> None:
    """Bias -2, weights 4 and 1, scores .5 and .3: -2 + 2 + .3 = .3, whose logistic is .574."""
    model = FusionModel({BIAS: -2, "dense": 4, "sentence": 1}, {BIAS: 0, "dense": 0, "sentence": 0})
    fused = fuse({"dense": column(0.5), "sentence": column(0.3)}, np.array([SAME]), model)
    assert fused.scores == pytest.approx([0.574], abs=5e-4)


def test_scores_are_weighed_by_whether_the_languages_meet() -> None:
    """Worked by hand, two passages that all legs score alike, the first in the question's language:

    ======== ======== ============ =========== ============ ===========
    leg      score    same: weight product     cross: weight product
    ======== ======== ============ =========== ============ ===========
    bias                           -2                       -3
    dense    .8       4            3.2         5            4
    sentence .4       1            .4          2            .8
    lexical  .2       2            .4          .5           .1
    sum                            **2**                    **1.9**
    logistic                       **.8808**                **.8699**
    ======== ======== ============ =========== ============ ===========
    """
    scores = {"dense": column(0.8, 0.8), "sentence": column(0.4, 0.4), "lexical": column(0.2, 0.2)}
    fused = fuse(scores, np.array([SAME, CROSS]), MODEL)
    assert fused.scores == pytest.approx([0.8808, 0.8699], abs=5e-5)
    assert fused.weights["lexical"] == pytest.approx([2, 0.5])
    assert fused.biases.tolist() == [-2, -3]
    assert fused.degraded == ()


def test_a_silent_leg_is_degraded_and_weighs_nothing() -> None:
    """BM25 found nothing: -2 + 3.2 + .2 = 1.4; across languages -3 + 4 + .4 = 1.4."""
    scores = {"dense": column(0.8, 0.8), "sentence": column(0.2, 0.2), "lexical": column(0, 0)}
    fused = fuse(scores, np.array([SAME, CROSS]), MODEL)
    assert fused.scores == pytest.approx([logistic(1.4)] * 2)
    assert fused.degraded == ("lexical",)
    assert fused.weights["lexical"].tolist() == [0, 0]


def test_a_leg_that_scores_one_passage_is_not_silent() -> None:
    fused = fuse(
        {"dense": column(0.5, 0.5), "sentence": column(0, 0.5), "lexical": column(1, 0)}, np.array([SAME, SAME]), MODEL
    )
    assert fused.scores == pytest.approx([logistic(2), logistic(0.5)])
    assert fused.degraded == ()


def test_if_no_leg_says_anything_the_bias_alone_is_left() -> None:
    fused = fuse({leg: column(0, 0) for leg in LEGS}, np.array([SAME, CROSS]), MODEL)
    assert fused.scores == pytest.approx([logistic(-2), logistic(-3)])
    assert fused.degraded == LEGS


def test_no_candidates_give_no_scores() -> None:
    assert len(fuse({leg: column() for leg in LEGS}, np.array([], np.bool_), MODEL).scores) == 0


@given(ROWS, MODELS)
def test_scores_are_probabilities_and_add_up(rows: list[tuple[float, float, float, bool]], model: FusionModel) -> None:
    scores, same = columns(rows)
    fused = fuse(scores, same, model)
    assert np.all((fused.scores > 0) & (fused.scores < 1))
    for i in range(len(rows)):
        odds = fused.biases[i] + sum(fused.weights[leg][i] * scores[leg][i] for leg in LEGS)
        assert fused.scores[i] == pytest.approx(logistic(odds))


@given(ROWS, MODELS, st.sampled_from(LEGS), st.data())
def test_what_a_leg_likes_better_scores_no_lower(
    rows: list[tuple[float, float, float, bool]], model: FusionModel, leg: str, data: st.DataObject
) -> None:
    scores, same = columns(rows)
    before = fuse(scores, same, model).scores
    place = data.draw(st.integers(0, len(rows) - 1))
    better = {name: values.copy() for name, values in scores.items()}
    better[leg][place] = data.draw(st.floats(float(scores[leg][place]), 1))
    after = fuse(better, same, model).scores
    assert after[place] >= before[place] - 1e-12
    others = np.arange(len(rows)) != place
    assert after[others] == pytest.approx(before[others])


def test_what_it_is_given_is_left_alone() -> None:
    scores = {leg: column(0.5, 0.25) for leg in LEGS}
    fuse(scores, np.array([SAME, CROSS]), MODEL)
    assert all(values.tolist() == [0.5, 0.25] for values in scores.values())


# --- the models that ship ---


@pytest.mark.parametrize("legs", LEG_SETS, ids="+".join)
def test_every_set_of_legs_has_a_model_that_no_leg_counts_against(legs: tuple[str, ...]) -> None:
    model = SearchConfig().fusion.of(legs)
    for weights in (model.same_language, model.cross_language):
        assert set(weights) == {BIAS, *legs}
        assert all(weights[leg] > 0 for leg in legs)
        assert logistic(weights[BIAS]) < 0.05, "what no leg likes hardly answers"
        assert logistic(sum(weights.values())) > 0.45, "what all legs like does"


def test_the_models_that_ship_say_what_they_were_fitted_on() -> None:
    data = json.loads((ROOT / "rag/data/fusion.json").read_text("utf-8"))
    assert set(data["models"]) == {"+".join(legs) for legs in LEG_SETS}
    fitted = data["fitted_on"]
    assert FusionModels.load().fitted_on == fitted
    assert fitted["data"]
    for each in fitted["data"]:
        assert each["name"]
        assert each["questions"] > 0
        assert re.fullmatch(r"[0-9a-f]{64}", each["sha256"])
    assert "seeds/dev" in {each["name"] for each in fitted["data"]}
    assert not {"seeds", "seeds/test"} & {each["name"] for each in fitted["data"]}, "test questions are not fitted on"
