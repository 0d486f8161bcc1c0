"""Finds passages that are translations or retellings of each other in different articles."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.dense import DenseIndex
from index.encoders import Vectors

_NEIGHBOURS = 8
_RELATED = 0.7
"""Sentences of different articles at least this near, three of them, make the two articles worth comparing."""
_RELATED_SENTENCES = 3
_ALIGNED = 0.55
"""Mutual nearest sentences of two related articles, in order, say the same from this cosine on."""
_LENGTH_RATIO = 3.0
_COVERED = 0.5
"""Two passages are parallel if the aligned sentences are at least this share of both."""


@dataclass(frozen=True, slots=True)
class SentenceTable:
    """All sentences of a collection in order: vectors, and for each its article, its passage's row and its length."""

    vectors: Vectors
    articles: NDArray[np.int64]
    passages: NDArray[np.int64]
    lengths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Passage ``row`` says what passage ``other`` of another article says; ``score`` is their sentences' mean cosine."""

    row: int
    other: int
    score: float


def find_parallels(table: SentenceTable, index: DenseIndex) -> list[Parallel]:
    """Pairs of parallel passages, each in both directions, by row.

    Args:
        index: the sentence vectors, to find related articles with.
    """
    found: list[Parallel] = []
    for first, second in _related_articles(table, index):
        a, b = np.flatnonzero(table.articles == first), np.flatnonzero(table.articles == second)
        pairs = _in_order(_mutual(table, a, b))
        found += _passage_pairs(table, pairs)
    return sorted(found, key=lambda pair: (pair.row, -pair.score, pair.other))


def _related_articles(table: SentenceTable, index: DenseIndex) -> Iterator[tuple[int, int]]:
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for i in range(len(table.vectors)):
        hits = index.search(table.vectors[i : i + 1], _NEIGHBOURS)
        near = hits.rows[hits.scores >= _RELATED]
        for other in set(table.articles[near].tolist()) - {int(table.articles[i])}:
            counts[int(table.articles[i]), other] += 1
    for (first, second), count in sorted(counts.items()):
        if first < second and max(count, counts.get((second, first), 0)) >= _RELATED_SENTENCES:
            yield first, second


def _mutual(table: SentenceTable, a: NDArray[np.int64], b: NDArray[np.int64]) -> list[tuple[int, int, float]]:
    """Sentences of two articles that are each other's nearest, of like length: (sentence, sentence, cosine)."""
    cosines = table.vectors[a] @ table.vectors[b].T
    nearest, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
    pairs = []
    for i, j in enumerate(nearest.tolist()):
        ratio = table.lengths[a[i]] / max(1, table.lengths[b[j]])
        alike = cosines[i, j] >= _ALIGNED and 1 / _LENGTH_RATIO <= ratio <= _LENGTH_RATIO
        if back[j] == i and alike:
            pairs.append((int(a[i]), int(b[j]), float(cosines[i, j])))
    return pairs


def _in_order(pairs: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """The longest run of pairs that advances in both articles: a translation keeps the order of its original.

    Longest increasing subsequence by patience sorting; ``tails[n]`` ends the best run of ``n + 1`` pairs.
    """
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for i, (_, second, _) in enumerate(pairs):
        at = bisect_left(ends, second)
        before.append(tails[at - 1] if at else None)
        tails[at:], ends[at:] = [i, *tails[at + 1 :]], [second, *ends[at + 1 :]]
    chosen = []
    last = tails[-1] if tails else None
    while last is not None:
        chosen.append(pairs[last])
        last = before[last]
    return chosen[::-1]


def _passage_pairs(table: SentenceTable, pairs: Sequence[tuple[int, int, float]]) -> Iterator[Parallel]:
    lengths = np.bincount(table.passages, weights=table.lengths)
    joined: dict[tuple[int, int], list[tuple[int, int, float]]] = defaultdict(list)
    for pair in pairs:
        joined[int(table.passages[pair[0]]), int(table.passages[pair[1]])].append(pair)
    for (row, other), aligned in joined.items():
        here = sum(table.lengths[pair[0]] for pair in aligned) / lengths[row]
        there = sum(table.lengths[pair[1]] for pair in aligned) / lengths[other]
        if min(here, there) >= _COVERED:
            score = round(float(np.mean([cosine for _, _, cosine in aligned])), 4)
            yield Parallel(row, other, score)
            yield Parallel(other, row, score)
