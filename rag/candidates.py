"""Passages that may be results, with what every leg says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.hits import Rows, Scores
from index.interaction import Meeting


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages with each leg's raw and normalised scores of them, and how the question's tokens met theirs, if they did."""

    rows: Rows
    same_language: NDArray[np.bool_]
    raw: Mapping[str, Scores]
    normalised: Mapping[str, Scores]
    meetings: tuple[Meeting, ...] = ()

    def keep(self, chosen: NDArray[np.int64]) -> Candidates:
        """Only some of them, in the order given."""
        raw = {name: scores[chosen] for name, scores in self.raw.items()}
        normalised = {name: scores[chosen] for name, scores in self.normalised.items()}
        return Candidates(self.rows[chosen], self.same_language[chosen], raw, normalised, self.meetings)

    @classmethod
    def join(cls, parts: Sequence[Candidates]) -> Candidates:
        """The candidates of several collections, which the same legs have scored, by row."""
        rows = np.concatenate([part.rows for part in parts])
        names = parts[0].raw
        joined = cls(
            rows,
            np.concatenate([part.same_language for part in parts]),
            {name: np.concatenate([part.raw[name] for part in parts]) for name in names},
            {name: np.concatenate([part.normalised[name] for part in parts]) for name in names},
            tuple(meeting for part in parts for meeting in part.meetings),
        )
        return joined.keep(np.argsort(rows))
