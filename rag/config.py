"""How retrieval is tuned. The weights are data, in weights.json, with a word on what they were fitted on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources


@dataclass(frozen=True, slots=True)
class Weights:
    """Each leg's share of the score, by whether the question's language is the passage's. Each mapping sums to 1."""

    same_language: Mapping[str, float]
    cross_language: Mapping[str, float]

    @classmethod
    def load(cls) -> Weights:
        """The weights that ship."""
        data = json.loads((resources.files("rag") / "weights.json").read_text(encoding="utf-8"))
        return cls(data["same_language"], data["cross_language"])


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """``candidates``: how many of its best passages each leg puts up for the final ranking."""

    candidates: int = 200
    weights: Weights = field(default_factory=Weights.load)
