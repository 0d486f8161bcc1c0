"""BM25, with every term's score for every passage computed once at build time.

``rank_bm25.BM25Okapi`` defines the scores. Its own ``get_scores`` walks all passages for each word of a question; here
the summands stand in a sparse matrix, and a question adds up its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from index.arrays import map_array
from index.hits import Allowed, Hits, Scores, rank


class LexicalIndex:
    """Postings by term: ``weights[starts[t]:starts[t + 1]]`` are what term ``t`` adds to ``rows[…]``.

    The weights are double precision, so that sums equal rank_bm25's to 1e-6.
    """

    def __init__(
        self,
        terms: Sequence[str],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        weights: NDArray[np.float64],
        count: int,
    ) -> None:
        self._terms = {term: i for i, term in enumerate(terms)}
        self._starts, self._rows, self._weights = starts, rows, weights
        self.count = count

    @classmethod
    def build(cls, passages: Sequence[Sequence[str]]) -> LexicalIndex:
        """Args: each passage's tokens."""
        if not any(passages):
            empty = np.empty(0)
            return cls([], np.zeros(1, np.int64), empty.astype(np.int32), empty, len(passages))
        bm25 = BM25Okapi(passages)
        terms = sorted(bm25.idf)
        number = {term: i for i, term in enumerate(terms)}
        columns, rows, counts = [], [], []
        for row, frequencies in enumerate(bm25.doc_freqs):
            for term, frequency in frequencies.items():
                columns.append(number[term])
                rows.append(row)
                counts.append(frequency)
        order = np.lexsort((rows, columns))
        column, row_ids = np.array(columns)[order], np.array(rows, np.int32)[order]
        frequency = np.array(counts, np.float64)[order]
        length = np.array(bm25.doc_len, np.float64)[row_ids]
        idf = np.array([bm25.idf[term] for term in terms])[column]
        saturation = bm25.k1 * (1 - bm25.b + bm25.b * length / bm25.avgdl)
        weights = idf * frequency * (bm25.k1 + 1) / (frequency + saturation)
        starts = np.searchsorted(column, np.arange(len(terms) + 1)).astype(np.int64)
        return cls(terms, starts, row_ids, weights, len(passages))

    @property
    def terms(self) -> Iterable[str]:
        """Every term that a passage holds."""
        return self._terms.keys()

    def knows(self, term: str) -> bool:
        """Whether any passage holds the term."""
        return term in self._terms

    def scores(self, query: Mapping[str, float]) -> Scores:
        """BM25 of every passage, shape ``(count,)``. Args: query terms with their weights (how often they are asked)."""
        totals = np.zeros(self.count)
        for rows, weights, weight in self._postings(query):
            totals[rows] += weight * weights
        return totals

    def holding(self, query: Mapping[str, float]) -> Allowed:
        """Which passages hold any term of the query; the score of one that does may still be 0."""
        matching = np.zeros(self.count, np.bool_)
        for rows, _, _ in self._postings(query):
            matching[rows] = True
        return matching

    def search(self, query: Mapping[str, float], k: int, allowed: Allowed | None = None) -> Hits:
        """The ``k`` best passages that hold any term of the query, among the allowed ones."""
        matching = self.holding(query)
        found = np.flatnonzero(matching if allowed is None else matching & allowed)
        return rank(found, self.scores(query)[found], k)

    def _postings(self, query: Mapping[str, float]) -> Iterator[tuple[NDArray[np.int32], Scores, float]]:
        """For each known term its passages, what it adds to them, and its weight."""
        for term, weight in query.items():
            number = self._terms.get(term)
            if number is not None:
                postings = slice(self._starts[number], self._starts[number + 1])
                yield self._rows[postings], self._weights[postings], weight

    def save(self, folder: Path) -> None:
        """Writes four files into an existing folder."""
        (folder / "terms.txt").write_text("\n".join(self._terms), encoding="utf-8", newline="")
        np.save(folder / "starts.npy", self._starts)
        np.save(folder / "rows.npy", self._rows)
        np.save(folder / "weights.npy", self._weights)

    @classmethod
    def load(cls, folder: Path, count: int) -> LexicalIndex:
        """Opens a saved index, postings memory-mapped."""
        text = (folder / "terms.txt").read_bytes().decode("utf-8")
        starts, rows, weights = (map_array(folder / f"{name}.npy") for name in ("starts", "rows", "weights"))
        return cls(text.split("\n") if text else [], starts, rows, weights, count)
