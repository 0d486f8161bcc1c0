"""The models that decide: as data, as a file, as they ship."""

from __future__ import annotations

import json
import math

import pytest

from index.encoders import BUNDLED
from rag.answering.confidence import FEATURES as OF_QUESTIONS
from rag.answering.confidence import OF_THE_ENCODER
from rag.answering.evidence import FEATURES as OF_SENTENCES
from rag.answering.model import AnswerModel, Network, Unit, Weighing, direction, model_of, shipped_model

NETWORK = Network((1.0, 10.0), (1.0, 0.5), -0.25, (0.5, 0.0), (Unit(0.1, (0.0, 1.0), 2.0), Unit(0.0, (1.0, 0.0), -1.0)))
MODEL = AnswerModel(Weighing(-1.5, (0.25, 2.0)), NETWORK, {"zh→zh": 0.1, "zh→en": 0.2, "en→zh": 0.3, "en→en": 0.4})


def test_a_weighing_is_logistic() -> None:
    """-1.5 + 0.25 * 2 + 2 * 0.5 = 0, the log odds of one half."""
    assert MODEL.evidence.probability((2.0, 0.5)) == 0.5
    assert Weighing(math.log(3), ()).probability(()) == pytest.approx(0.75)


@pytest.mark.parametrize(("odds", "expected"), [(1e9, 1.0), (-1e9, 0.0), (700.0, 1.0), (-800.0, 0.0)])
def test_odds_beyond_measure_are_still_probabilities(odds: float, expected: float) -> None:
    assert Weighing(0.0, (1.0,)).probability((odds,)) == pytest.approx(expected, abs=1e-20)


def test_a_network_adds_what_its_units_say_of_scaled_features() -> None:
    """(1.5 - 1) * 1 = .5 and (8 - 10) * .5 = -1: -.25 + .5 * .5 + 2 tanh(.1 - 1) - tanh(.5)."""
    odds = 2 * math.tanh(-0.9) - math.tanh(0.5)
    assert NETWORK.probability((1.5, 8.0)) == pytest.approx(1 / (1 + math.exp(-odds)))


def test_no_feature_counts_for_more_than_four_deviations() -> None:
    assert NETWORK.probability((1.5, 1e9)) == NETWORK.probability((1.5, 18.0)) != NETWORK.probability((1.5, 17.0))


@pytest.mark.parametrize("features", [(), (1.0,), (1.0, 2.0, 3.0)])
@pytest.mark.parametrize("decider", [MODEL.evidence, MODEL.answerable])
def test_as_many_features_as_weights(decider: Weighing | Network, features: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="argument 2 is"):
        decider.probability(features)


def test_thresholds_are_by_direction() -> None:
    assert direction("en", "zh") == "en→zh"
    assert [MODEL.threshold(q, p) for q in ("zh", "en") for p in ("zh", "en")] == [0.1, 0.2, 0.3, 0.4]  # type: ignore[arg-type]


def test_it_comes_back_from_json_as_it_was() -> None:
    data = json.loads(json.dumps(MODEL.to_json()))
    assert data == MODEL.to_json()
    assert AnswerModel.from_json(data) == MODEL


@pytest.mark.parametrize(
    "kept", [{}, {"evidence": {"bias": 0.0, "weights": []}, "answerable": {"bias": 0.0, "weights": []}}]
)
def test_an_index_of_before_is_answered_from_by_what_ships(kept: dict[str, object]) -> None:
    assert model_of(kept, BUNDLED) == shipped_model(BUNDLED)
    assert model_of(MODEL.to_json(), BUNDLED) == MODEL


@pytest.mark.parametrize("encoder", [BUNDLED, "BAAI/bge-m3"])
def test_what_ships_knows_every_feature_and_direction(encoder: str) -> None:
    model = shipped_model(encoder)
    assert len(model.evidence.weights) == len(OF_SENTENCES)
    known = model.answerable
    assert len(known.units) > 1
    widths = {len(each) for each in (known.means, known.scales, known.weights, *(unit.weights for unit in known.units))}
    assert widths == {len(OF_QUESTIONS)}
    assert set(model.thresholds) == {direction(q, p) for q in ("zh", "en") for p in ("zh", "en")}  # type: ignore[arg-type]
    assert all(0 < threshold < 1 for threshold in model.thresholds.values())


def test_the_model_for_any_encoder_looks_at_nothing_that_is_measured_by_an_encoder_of_its_own() -> None:
    scales = dict(zip(OF_QUESTIONS, shipped_model("any").answerable.scales, strict=True))
    assert [name for name, scale in scales.items() if not scale] == list(OF_THE_ENCODER)
    assert shipped_model("any") != shipped_model("use-multilingual-3")
