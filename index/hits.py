"""Ranked rows of an index, and the one rule for ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Scores = NDArray[np.float64]
Allowed = NDArray[np.bool_]
"""Shape ``(n_rows,)``: which rows a search may return."""


_FEW = 4
"""Up to this many times as many as are wanted, all are sorted."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows with their scores, best first; equal scores by row, so that every run gives the same ranking."""

    rows: Rows
    scores: Scores

    def __len__(self) -> int:
        return len(self.rows)


def rank(rows: Rows, scores: Scores, k: int) -> Hits:
    """The ``k`` best of ``rows``: score down, then row up."""
    if len(rows) > _FEW * k > 0:
        # sorting a hundred thousand to keep two hundred would take most of a search; ties of the last one stay in
        kept = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[:k]
    return Hits(rows[order].astype(np.int64), scores[order].astype(np.float64))
