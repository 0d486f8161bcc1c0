"""Token vectors of all passages, as 8 bit numbers, and how those of a question meet them: late interaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import map_array
from index.hits import Rows, Scores

_SCALE = 127
_BLOCK = 24
"""Tokens; two neighbouring blocks are a window."""
Floats = NDArray[np.float32]


class TokenIndex:
    """Rows of ``k`` components; those of passage ``i`` are ``starts[i]`` to ``starts[i + 1]``, excluded."""

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

    def meet(self, rows: Rows, question: Floats, rarity: Floats) -> Meeting:
        """Compares a question with several passages, token by token.

        Args:
            question: shape ``(n_question_tokens, k)``.
            rarity: shape ``(n_question_tokens,)``, not negative: how much each token of the question counts.
        """
        starts = np.append(0, np.cumsum(self._starts[rows + 1] - self._starts[rows]))
        likeness = np.empty((starts[-1], len(question)), np.float32)
        asked = np.ascontiguousarray(question.T / np.float32(_SCALE))
        # passage by passage: one product of them all is slower, for it leaves the processor's cache
        for row, start, end in zip(rows.tolist(), starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            np.matmul(self.tokens(row).astype(np.float32), asked, out=likeness[start:end])
        return Meeting(rows, starts, likeness, rarity)

    def save(self, folder: Path) -> None:
        np.save(folder / "vectors.npy", self._vectors)
        np.save(folder / "starts.npy", self._starts)

    @classmethod
    def load(cls, folder: Path) -> TokenIndex:
        """Opens saved tokens memory-mapped."""
        return cls(map_array(folder / "vectors.npy"), map_array(folder / "starts.npy"))


def quantise(vectors: Floats) -> NDArray[np.int8]:
    """Components of -1..1 to -127..127."""
    return np.round(vectors * _SCALE).astype(np.int8)


@dataclass(frozen=True)
class Meeting:
    """Every token of some passages with every token of a question.

    ``likeness`` has shape ``(n_tokens, n_question_tokens)``; the tokens of the passage at ``rows[i]`` are ``starts[i]`` to
    ``starts[i + 1]``, excluded.
    """

    rows: Rows
    starts: NDArray[np.int64]
    likeness: Floats
    rarity: Floats

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each passage."""
        return np.diff(self.starts)

    def __contains__(self, row: int) -> bool:
        return bool(np.any(self.rows == row))

    def of(self, row: int) -> Floats:
        """The likeness of one passage's tokens; the passage must be among ``rows``."""
        (place,) = np.flatnonzero(self.rows == row)
        return self.likeness[self.starts[place] : self.starts[place + 1]]

    def whole(self) -> Scores:
        """Each token of the question with its nearest in the passage, the mean by rarity: ColBERT's MaxSim.

        Khattab and Zaharia 2020. Shape ``(n_passages,)``, 0..1 in practice.
        """
        nearest, first, held = self._blocks
        return self._spread(np.maximum.reduceat(nearest, first, axis=0) @ self.rarity if len(first) else held, held)

    def windows(self) -> Scores:
        """The same within a window of about two sentences, the best one: matches should stand together."""
        nearest, first, held = self._blocks
        if not len(first):
            return self._spread(held, held)
        last = np.append(first[1:], len(nearest)) - 1
        following = np.append(np.arange(1, len(nearest)), len(nearest) - 1)
        following[last] = last
        return self._spread(np.maximum.reduceat(np.maximum(nearest, nearest[following]) @ self.rarity, first), held)

    @cached_property
    def _blocks(self) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
        """The nearest of each block of tokens; where each passage's blocks begin; the passages that have tokens.

        A passage of nothing but invisible characters has none.
        """
        held = np.flatnonzero(self.lengths)
        if not len(held):
            return np.empty((0, len(self.rarity)), np.float32), held, held
        counts = -(-self.lengths[held] // _BLOCK)
        first = np.cumsum(counts) - counts
        within = np.arange(counts.sum()) - np.repeat(first, counts)
        begins = np.repeat(self.starts[:-1][held], counts) + within * _BLOCK
        return np.maximum.reduceat(self.likeness, begins, axis=0), first, held

    def _spread(self, sums: NDArray[np.floating] | NDArray[np.int64], held: NDArray[np.int64]) -> Scores:
        scores = np.zeros(len(self.rows))
        total = float(self.rarity.sum())
        if total:
            scores[held] = sums / total
        return scores
