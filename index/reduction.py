"""Brings the token vectors of both languages into one small space: centred, mapped, of unit length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
DIMENSIONS = 128
_SHIPPED = "token_map.npz"
_SAMPLE = 50_000

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reduction:
    """``(vector - means[language]) @ maps[language]``, then unit length.

    Multilingual encoders put each language in a corner of its own; centring moves the corners onto each other, and the
    maps turn them so that translations of a word coincide.
    """

    means: Mapping[Language, Floats]
    maps: Mapping[Language, Floats]

    @property
    def dimensions(self) -> int:
        """Length of a reduced vector."""
        return int(self.maps["zh"].shape[1])

    def apply(self, vectors: Floats, language: Language) -> Floats:
        """Token vectors of shape ``(n, dimensions)`` to ``(n, k)``, rows of unit length."""
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
        arrays = {f"mean_{language}": self.means[language] for language in LANGUAGES}
        arrays |= {f"map_{language}": self.maps[language] for language in LANGUAGES}
        halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
        np.savez(path, **halves)

    @classmethod
    def load(cls, path: Path) -> Reduction:
        with np.load(path, allow_pickle=False) as arrays:
            means = {language: arrays[f"mean_{language}"].astype(np.float32) for language in LANGUAGES}
            maps = {language: arrays[f"map_{language}"].astype(np.float32) for language in LANGUAGES}
        return cls(means, maps)
