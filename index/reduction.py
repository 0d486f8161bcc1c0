"""Brings the token vectors of both languages into one small space: centred, mapped, of unit length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import load_archive
from index.encoders import TokenVectors
from index.types import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
DIMENSIONS = 128
_SHIPPED = "token_map.npz"
_SAMPLE = 50_000
_HUBNESS_SHARE = 0.5
"""How much of a passage token's hubness is taken off its likeness: half of it, as in CSLS."""
_SAME_MEANING, _SAME_MEANING_BARE = 0.3, 0.55
"""Likeness, less hubness or bare, from which two tokens are taken to mean the same (docs/retrieval.md has the table)."""

Floats = NDArray[np.float32]


def _no_hubness() -> Mapping[Language, Floats]:
    return dict.fromkeys(LANGUAGES, np.empty(0, np.float32))


@dataclass(frozen=True)
class Reduction:
    """``(vector - means[language]) @ maps[language]``, then unit length.

    Multilingual encoders put each language in a corner of its own; centring moves the corners onto each other, and the
    maps turn them so that translations of a word coincide.

    Some tokens are near to everything ("hubs") and would match any question. ``hubness[language][id]`` says how near
    token ``id`` of the vocabulary is to the words of a language in general; half of it is taken off every likeness, as
    cross-domain similarity local scaling does (Conneau et al. 2018, "Word Translation Without Parallel Data"). A passage
    token carries its two figures as two more components, and a question token takes off the one of its own language:
    so the correction is part of the inner product.
    """

    means: Mapping[Language, Floats]
    maps: Mapping[Language, Floats]
    hubness: Mapping[Language, Floats] = field(default_factory=_no_hubness)

    @property
    def dimensions(self) -> int:
        """Length of a reduced vector: the map's, and one for each language's hubness."""
        return int(self.maps["zh"].shape[1]) + len(LANGUAGES)

    @property
    def same_meaning(self) -> float:
        """The likeness from which two tokens are taken to mean the same."""
        return _SAME_MEANING if len(self.hubness["zh"]) else _SAME_MEANING_BARE

    def passage(self, tokens: TokenVectors, language: Language) -> Floats:
        """A passage's tokens, shape ``(n_tokens, dimensions)``."""
        columns = [
            self.hubness[each][tokens.ids] if len(self.hubness[each]) else np.zeros(len(tokens.ids), np.float32)
            for each in LANGUAGES
        ]
        return np.column_stack([self.unit(tokens.vectors, language), *columns])

    def question(self, tokens: TokenVectors, language: Language) -> Floats:
        """A question's tokens: their inner products with a passage's are cosines less hubness."""
        taken_off = np.array([[-_HUBNESS_SHARE * (each == language) for each in LANGUAGES]], np.float32)
        return np.column_stack([self.unit(tokens.vectors, language), np.repeat(taken_off, len(tokens.ids), axis=0)])

    def unit(self, vectors: Floats, language: Language) -> Floats:
        """Token vectors of shape ``(n, d)`` to ``(n, k)``, rows of unit length."""
        mapped = (vectors - self.means[language]) @ self.maps[language]
        unit: Floats = mapped / np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), 1e-9)
        return unit.astype(np.float32)

    @classmethod
    def shipped(cls) -> Reduction:
        """The maps of the bundled encoder: canonical correlations between 170,000 dictionary pairs of CC-CEDICT."""
        with resources.as_file(resources.files("index") / "data" / _SHIPPED) as path:
            return cls.load(path)

    @classmethod
    def fit(cls, samples: Mapping[Language, Sequence[Floats]], dimensions: int) -> Reduction:
        """For any other encoder: each language's mean in these token vectors, and their common principal axes."""
        none = np.zeros((0, dimensions), np.float32)
        rows = {language: np.concatenate([none, *samples.get(language, [])])[:_SAMPLE] for language in LANGUAGES}
        together = np.concatenate(list(rows.values()))
        overall = together.mean(axis=0) if len(together) else np.zeros(dimensions, np.float32)
        # a language that is not in the sample is taken to lie where the other one does
        means = {language: rows[language].mean(axis=0) if len(rows[language]) else overall for language in LANGUAGES}
        pooled = np.concatenate([rows[language] - means[language] for language in LANGUAGES]).astype(np.float64)
        _, axes = np.linalg.eigh(pooled.T @ pooled)
        kept = axes[:, ::-1][:, : min(DIMENSIONS, dimensions)].astype(np.float32)
        return cls(means, dict.fromkeys(LANGUAGES, kept))

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {}
        for language in LANGUAGES:
            arrays[f"mean_{language}"] = self.means[language].astype(np.float16)
            arrays[f"map_{language}"] = self.maps[language].astype(np.float16)
            arrays[f"hubness_{language}"] = np.round(self.hubness[language] * 255).astype(np.uint8)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Reduction:
        arrays = load_archive(path)
        return cls(
            {language: arrays[f"mean_{language}"].astype(np.float32) for language in LANGUAGES},
            {language: arrays[f"map_{language}"].astype(np.float32) for language in LANGUAGES},
            {language: arrays[f"hubness_{language}"].astype(np.float32) / np.float32(255) for language in LANGUAGES},
        )
