"""How retrieval is tuned: by data in data/fusion.json, which ``rag eval fit`` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

BIAS = "bias"
LEGS = ("dense", "sentence", "lexical", "interaction", "window", "brevity")
"""Every leg there is, in the order that names a fusion model."""


@dataclass(frozen=True, slots=True)
class FusionModel:
    """The log odds that a passage answers: a bias and a weight per leg, by whether question and passage share a language."""

    same_language: Mapping[str, float]
    cross_language: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FusionModels:
    """One model per set of legs. ``fitted_on`` says on which data, with which result."""

    models: Mapping[str, FusionModel]
    fitted_on: Any = None

    def of(self, legs: tuple[str, ...]) -> FusionModel:
        """The model for exactly these legs."""
        return self.models["+".join(legs)]

    @classmethod
    def load(cls) -> FusionModels:
        """The models that ship."""
        text = (resources.files("rag") / "data" / "fusion.json").read_text(encoding="utf-8")
        data = json.loads(text)
        return cls({legs: FusionModel(**model) for legs, model in data["models"].items()}, data["fitted_on"])


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How deep to look, and with what; evaluations leave parts out to see what they are worth.

    Args:
        candidates: how many of its best passages each leg puts up, in each language of the collection.
        interacting: how many of the candidates late interaction looks at, in each language.
        legs: those that take part.
        translated: whether the lexical leg also looks for translations of the question's words.
        by_sound: whether it looks for names by their sound.
        turned: whether a question's vector is turned towards its answers, as was learnt.
    """

    candidates: int = 200
    interacting: int = 50
    legs: tuple[str, ...] = LEGS
    translated: bool = True
    by_sound: bool = True
    turned: bool = True
    fusion: FusionModels = field(default_factory=FusionModels.load)
