"""The models that decide: as data, as a file, as they ship."""

from __future__ import annotations

import json
import math

import pytest

from index.encoders import BUNDLED
from rag.answering.confidence import FEATURES as OF_QUESTIONS
from rag.answering.confidence import OF_THE_ENCODER
from rag.answering.evidence import FEATURES as OF_SENTENCES
from rag.answering.model import AnswerModel, Weighing, direction, shipped_model

MODEL = AnswerModel(
    Weighing(-1.5, (0.25, 2.0)), Weighing(0.0, (1.0,)), {"zh→zh": 0.1, "zh→en": 0.2, "en→zh": 0.3, "en→en": 0.4}
)


def test_a_weighing_is_logistic() -> None:
    """-1.5 + 0.25 * 2 + 2 * 0.5 = 0, the log odds of one half."""
    assert MODEL.evidence.probability((2.0, 0.5)) == 0.5
    assert Weighing(math.log(3), ()).probability(()) == pytest.approx(0.75)


@pytest.mark.parametrize(("odds", "expected"), [(1e9, 1.0), (-1e9, 0.0), (700.0, 1.0), (-800.0, 0.0)])
def test_odds_beyond_measure_are_still_probabilities(odds: float, expected: float) -> None:
    assert Weighing(0.0, (1.0,)).probability((odds,)) == pytest.approx(expected, abs=1e-20)


@pytest.mark.parametrize("features", [(), (1.0,), (1.0, 2.0, 3.0)])
def test_as_many_features_as_weights(features: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="argument 2 is"):
        MODEL.evidence.probability(features)


def test_thresholds_are_by_direction() -> None:
    assert direction("en", "zh") == "en→zh"
    assert [MODEL.threshold(q, p) for q in ("zh", "en") for p in ("zh", "en")] == [0.1, 0.2, 0.3, 0.4]  # type: ignore[arg-type]


def test_it_comes_back_from_json_as_it_was() -> None:
    data = json.loads(json.dumps(MODEL.to_json()))
    assert data == MODEL.to_json()
    assert AnswerModel.from_json(data) == MODEL


@pytest.mark.parametrize("encoder", [BUNDLED, "BAAI/bge-m3"])
def test_what_ships_knows_every_feature_and_direction(encoder: str) -> None:
    model = shipped_model(encoder)
    assert len(model.evidence.weights) == len(OF_SENTENCES)
    assert len(model.answerable.weights) == len(OF_QUESTIONS)
    assert set(model.thresholds) == {direction(q, p) for q in ("zh", "en") for p in ("zh", "en")}  # type: ignore[arg-type]
    assert all(0 < threshold < 1 for threshold in model.thresholds.values())


def test_the_model_for_any_encoder_looks_at_nothing_that_is_measured_by_an_encoder_of_its_own() -> None:
    weights = dict(zip(OF_QUESTIONS, shipped_model("any").answerable.weights, strict=True))
    assert [weights[name] for name in OF_THE_ENCODER] == [0.0]
    assert shipped_model("any") != shipped_model("use-multilingual-3")
