"""What decides what is quoted and what is refused: weights and thresholds as data, fitted by ``rag eval fit``.

A copy goes into the manifest of every index, so that an index goes on answering as it did when it was built.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

from index.types import Language

VERSION = 2
"""Of what a model is made of; one of another version cannot be read."""
_SURE = 25.0
"""Log odds of what is certain, for odds have no end."""
FARTHEST = 4.0
"""Deviations from a feature's mean; what is farther is taken to be as far, lest one odd value decide."""
ANY_ENCODER = "*"
"""The model for encoders that none was fitted for: it looks at no cosine, whose scale is each encoder's own."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A logistic model: the log odds are ``bias`` plus the sum of weight times feature."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, features: Sequence[float]) -> float:
        """Between 0 and 1; ``features`` are as many as there are weights."""
        return _logistic(self.bias + _weighed(self.weights, features))


@dataclass(frozen=True, slots=True)
class Unit:
    """One of a network's hidden units: it adds ``output`` times the hyperbolic tangent of what it weighs."""

    bias: float
    weights: tuple[float, ...]
    output: float


@dataclass(frozen=True, slots=True)
class Network:
    """A logistic model with one hidden layer beside it, for features that tell something only together.

    A feature counts by how far it is from its mean: times ``scales``, 0 for what is not looked at, and within -4 and 4. The
    log odds are ``bias``, the sum of weight times feature, and what the units add.
    """

    means: tuple[float, ...]
    scales: tuple[float, ...]
    bias: float
    weights: tuple[float, ...]
    units: tuple[Unit, ...] = ()

    def probability(self, features: Sequence[float]) -> float:
        """Between 0 and 1; ``features`` are as many as there are weights."""
        scaled = [
            max(-FARTHEST, min(FARTHEST, (value - mean) * scale))
            for value, mean, scale in zip(features, self.means, self.scales, strict=True)
        ]
        added = (unit.output * math.tanh(unit.bias + _weighed(unit.weights, scaled)) for unit in self.units)
        return _logistic(self.bias + _weighed(self.weights, scaled) + sum(added))


def _weighed(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-2 * _SURE, min(2 * _SURE, odds))))


def log_odds(probability: float) -> float:
    """The inverse of the logistic, within -25 and 25."""
    if not 0 < probability < 1:
        return math.copysign(_SURE, probability - 0.5)
    return max(-_SURE, min(_SURE, math.log(probability / (1 - probability))))


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """How sentences are weighed as evidence, how likely it is that the articles answer, and from where on they do.

    ``thresholds`` are by direction: the question's language, then that of the best passage.
    """

    evidence: Weighing
    answerable: Network
    thresholds: Mapping[str, float]

    def threshold(self, question: Language, passage: Language) -> float:
        """The confidence from which a question is answered."""
        return self.thresholds[direction(question, passage)]

    def to_json(self) -> dict[str, Any]:
        """For a file or a manifest."""
        return json.loads(json.dumps({"version": VERSION, **asdict(self)}))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AnswerModel:
        """The inverse of ``to_json``."""
        evidence, answerable = data["evidence"], data["answerable"]
        units = (Unit(unit["bias"], tuple(unit["weights"]), unit["output"]) for unit in answerable["units"])
        means, scales, weights = (tuple(answerable[name]) for name in ("means", "scales", "weights"))
        return cls(
            Weighing(evidence["bias"], tuple(evidence["weights"])),
            Network(means, scales, answerable["bias"], weights, tuple(units)),
            dict(data["thresholds"]),
        )


def direction(question: Language, passage: Language) -> str:
    """Such as ``en→zh``."""
    return f"{question}→{passage}"


def model_of(kept: Mapping[str, Any], encoder: str) -> AnswerModel:
    """The model that an index was built with; the one that ships where that is of another version, or there is none."""
    return AnswerModel.from_json(kept) if kept.get("version") == VERSION else shipped_model(encoder)


def shipped_model(encoder: str) -> AnswerModel:
    """The model that ships for an encoder, or the one for any."""
    models = _shipped()["models"]
    return AnswerModel.from_json(models.get(encoder, models[ANY_ENCODER]))


@cache
def _shipped() -> dict[str, Any]:
    text = (resources.files("rag") / "data" / "answering.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
