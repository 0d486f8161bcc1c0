"""The convex combination of the legs' scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.config import SearchConfig, Weights
from rag.fusion import fuse

LEGS = ("dense", "sentence", "lexical")
WEIGHTS = Weights({"dense": 0.5, "sentence": 0.25, "lexical": 0.25}, {"dense": 0.45, "sentence": 0.45, "lexical": 0.1})
SAME, CROSS = True, False
NUMBERS = st.floats(0, 1, allow_nan=False)


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def test_scores_are_weighed_by_whether_the_languages_meet() -> None:
    """Worked by hand, two passages that all legs score alike, the first in the question's language:

    ======== ======== ============ =========== ============ ===========
    leg      score    same: weight product     cross: weight product
    ======== ======== ============ =========== ============ ===========
    dense    .8       .5           .4          .45          .36
    sentence .4       .25          .1          .45          .18
    lexical  .2       .25          .05         .1           .02
    sum                            **.55**                  **.56**
    ======== ======== ============ =========== ============ ===========
    """
    scores = {"dense": column(0.8, 0.8), "sentence": column(0.4, 0.4), "lexical": column(0.2, 0.2)}
    fused = fuse(scores, np.array([SAME, CROSS]), WEIGHTS)
    assert fused.scores == pytest.approx([0.55, 0.56])
    assert fused.weights["lexical"] == pytest.approx([0.25, 0.1])
    assert fused.degraded == ()


def test_a_silent_leg_is_degraded_and_its_weight_is_shared_out() -> None:
    """BM25 found nothing: .5 and .25 become 2/3 and 1/3, so .8 and .2 give .6; across languages 1/2 and 1/2 give .5."""
    scores = {"dense": column(0.8, 0.8), "sentence": column(0.2, 0.2), "lexical": column(0, 0)}
    fused = fuse(scores, np.array([SAME, CROSS]), WEIGHTS)
    assert fused.scores == pytest.approx([0.6, 0.5])
    assert fused.degraded == ("lexical",)
    assert set(fused.weights) == {"dense", "sentence"}


def test_a_leg_that_scores_one_passage_is_not_silent() -> None:
    """The passage without the word pays for it: 3/4 of .8, not .8."""
    fused = fuse(
        {"dense": column(0.8, 0.8), "sentence": column(0.8, 0.8), "lexical": column(1, 0)},
        np.array([SAME, SAME]),
        WEIGHTS,
    )
    assert fused.scores == pytest.approx([0.85, 0.6])
    assert fused.degraded == ()


@pytest.mark.parametrize("leg", LEGS)
def test_a_leg_alone_counts_in_full(leg: str) -> None:
    fused = fuse({leg: column(0.3, 0.7)}, np.array([SAME, CROSS]), WEIGHTS)
    assert fused.scores == pytest.approx([0.3, 0.7])


def test_if_no_leg_says_anything_all_score_nothing() -> None:
    fused = fuse({leg: column(0, 0) for leg in LEGS}, np.array([SAME, CROSS]), WEIGHTS)
    assert fused.scores.tolist() == [0, 0]
    assert fused.degraded == LEGS


def test_no_candidates_give_no_scores() -> None:
    assert len(fuse({leg: column() for leg in LEGS}, np.array([], np.bool_), WEIGHTS).scores) == 0


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, st.booleans()), min_size=1, max_size=8),
    st.sampled_from([WEIGHTS, Weights.load()]),
)
def test_sums_are_convex(rows: list[tuple[float, float, float, bool]], weights: Weights) -> None:
    *columns, same = (np.array(values) for values in zip(*rows, strict=True))
    scores = dict(zip(LEGS, columns, strict=True))
    fused = fuse(scores, same, weights)
    alive = [scores[name] for name in LEGS if name not in fused.degraded]
    if alive:
        assert sum(fused.weights.values()) == pytest.approx(np.ones(len(rows)))
        assert np.all(fused.scores <= np.max(alive, axis=0) + 1e-9)
        assert np.all(fused.scores >= np.min(alive, axis=0) - 1e-9)
    assert np.all(fused.scores <= 1)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_it_agrees_with_the_weighted_average_of_numpy(rows: list[tuple[float, float, float]]) -> None:
    table = np.array(rows)
    loud = table.any(axis=0)
    fused = fuse(dict(zip(LEGS, table.T, strict=True)), np.ones(len(rows), np.bool_), WEIGHTS)
    weights = np.array([WEIGHTS.same_language[leg] for leg in LEGS])
    expected = np.average(table[:, loud], axis=1, weights=weights[loud]) if loud.any() else np.zeros(len(rows))
    assert fused.scores == pytest.approx(expected)


def test_what_it_is_given_is_left_alone() -> None:
    scores = {leg: column(0.5, 0.25) for leg in LEGS}
    fuse(scores, np.array([SAME, CROSS]), WEIGHTS)
    assert all(values.tolist() == [0.5, 0.25] for values in scores.values())


def test_the_weights_that_ship_are_shares_and_bm25_counts_less_across_languages() -> None:
    weights = SearchConfig().weights
    for shares in (weights.same_language, weights.cross_language):
        assert set(shares) >= set(LEGS)
        assert sum(shares.values()) == pytest.approx(1)
        assert all(share > 0 for share in shares.values())
    assert weights.cross_language["lexical"] < weights.same_language["lexical"]
