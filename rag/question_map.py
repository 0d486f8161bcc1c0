"""Turns a question's vector towards the passages that answer it: readers do not word a question as its answer is worded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import load_archive
from index.encoders import BUNDLED, Vectors
from index.reduction import LANGUAGES
from index.types import Language

FILE = "question_map.npz"
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class QuestionMap:
    """``unit(vector + vector @ maps[question's language, passages' language])``; a pair without a map leaves it as it is.

    Only the question is moved, so that what is stored of the passages does not depend on what was learnt.
    """

    maps: Mapping[tuple[Language, Language], Floats] = field(default_factory=dict)

    def turn(self, vector: Vectors, question: Language, passages: Language) -> Vectors:
        """The vector of a question, shape ``(1, dimensions)``, as it is put to passages of a language."""
        if (question, passages) not in self.maps:
            return vector
        turned = vector + vector @ self.maps[question, passages]
        unit: Vectors = (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)
        return unit

    @classmethod
    @cache
    def shipped(cls, encoder: str) -> QuestionMap:
        """What was learnt for an encoder by ``python -m eval.fit_question_map``; nothing but for the bundled one."""
        if encoder != BUNDLED:
            return cls()
        with resources.as_file(resources.files("rag") / "data" / FILE) as path:
            return cls.load(path)

    def save(self, path: Path) -> None:
        """Writes it in half precision."""
        halves: dict[str, Any] = {"-".join(pair): each.astype(np.float16) for pair, each in self.maps.items()}
        np.savez_compressed(path, **halves)

    @classmethod
    def load(cls, path: Path) -> QuestionMap:
        """The inverse of ``save``."""
        arrays = load_archive(path)
        pairs: list[tuple[Language, Language]] = [(asked, answered) for asked in LANGUAGES for answered in LANGUAGES]
        return cls({pair: arrays["-".join(pair)].astype(np.float32) for pair in pairs if "-".join(pair) in arrays})
