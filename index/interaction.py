"""Token vectors of all passages, as 8 bit numbers, for late interaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.hits import Rows

_SCALE = 127
_BLOCK = 24
"""Tokens; two neighbouring blocks are a window."""
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GatheredTokens:
    """Tokens of some passages, one passage after the other; those of passage ``i`` begin at ``starts[i]``."""

    vectors: Floats
    starts: NDArray[np.int64]


class TokenIndex:
    """Rows of unit length and ``k`` dimensions; those of passage ``i`` are ``starts[i]`` to ``starts[i + 1]``, excluded."""

    def __init__(self, vectors: NDArray[np.int8], starts: NDArray[np.int64]) -> None:
        self._vectors, self._starts = vectors, starts

    @classmethod
    def build(cls, passages: Sequence[NDArray[np.int8]], dimensions: int) -> TokenIndex:
        """Args: each passage's tokens as ``quantise`` gives them, shape ``(n_tokens, dimensions)``."""
        starts = np.cumsum([0, *(len(tokens) for tokens in passages)]).astype(np.int64)
        joined = np.concatenate(passages) if passages else np.empty((0, dimensions), np.int8)
        return cls(joined, starts)

    @property
    def bytes(self) -> int:
        return self._vectors.nbytes

    def tokens(self, row: int) -> NDArray[np.int8]:
        """One passage's tokens as they are stored."""
        return self._vectors[self._starts[row] : self._starts[row + 1]]

    def gather(self, rows: Rows) -> GatheredTokens:
        """The tokens of several passages as floating-point numbers."""
        lengths = self._starts[rows + 1] - self._starts[rows]
        pieces = [self.tokens(row) for row in rows.tolist()]
        joined = np.concatenate(pieces) if pieces else np.empty((0, self._vectors.shape[1]), np.int8)
        return GatheredTokens(joined.astype(np.float32) / np.float32(_SCALE), np.cumsum(lengths) - lengths)

    def save(self, folder: Path) -> None:
        np.save(folder / "vectors.npy", self._vectors)
        np.save(folder / "starts.npy", self._starts)

    @classmethod
    def load(cls, folder: Path) -> TokenIndex:
        """Opens saved tokens memory-mapped."""
        return cls(np.asarray(np.load(folder / "vectors.npy", mmap_mode="r")), np.load(folder / "starts.npy"))


def quantise(vectors: Floats) -> NDArray[np.int8]:
    """Components of -1..1 to -127..127."""
    return np.round(vectors * _SCALE).astype(np.int8)


def interaction(tokens: GatheredTokens, question: Floats, weights: Floats) -> Floats:
    """How well each passage's tokens match those of the question, 0..1 in practice, shape ``(n_passages,)``.

    Each token of the question is matched with its nearest token of the passage, and of a window of about two sentences,
    the best one; the two means, weighted by the question tokens' rarity, are averaged. The first is ColBERT's MaxSim
    (Khattab and Zaharia 2020); the second asks that the matches stand together.

    Args:
        question: shape ``(n_question_tokens, k)``, rows of unit length.
        weights: shape ``(n_question_tokens,)``, not negative.
    """
    scores = np.zeros(len(tokens.starts), np.float32)
    total = float(weights.sum())
    ends = np.append(tokens.starts[1:], len(tokens.vectors))
    held = np.flatnonzero(ends > tokens.starts)  # a passage of nothing but invisible characters has no tokens
    if not total or not len(held):
        return scores
    blocks = [np.arange(start, end, _BLOCK) for start, end in zip(tokens.starts[held], ends[held], strict=True)]
    counts = np.array([len(each) for each in blocks])
    first = np.cumsum(counts) - counts
    nearest = np.maximum.reduceat(tokens.vectors @ question.T, np.concatenate(blocks), axis=0)
    following = np.append(np.arange(1, len(nearest)), len(nearest) - 1)
    last = first + counts - 1
    following[last] = last
    windows = np.maximum(nearest, nearest[following]) @ weights
    whole = np.maximum.reduceat(nearest, first, axis=0) @ weights
    scores[held] = (whole + np.maximum.reduceat(windows, first)) / (2 * total)
    return scores
