"""The legs of hybrid retrieval: each scores passages on a scale of its own and normalises its scores.

A proposing leg searches the whole index; a late one looks closely at what the others propose.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from index.hits import Allowed, Rows, Scores, rank
from index.interaction import Meeting
from index.store import SearchIndex
from rag.question import Question

_LONG = 1_000
"""Tokens; a passage as long as this has no brevity at all."""


class ProposingLeg(Protocol):
    """One way of telling how well a passage fits a question, which finds passages by itself."""

    name: str

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        """The rows of its best ``k`` passages, or some more."""

    def scores(self, question: Question, rows: Rows) -> Scores:
        """Its own scores of these passages, on its own scale."""

    def normalise(self, question: Question, scores: Scores) -> Scores:
        """To 0..1, so that a weight means the same for every question."""


class DenseLeg:
    """The cosine of the question and the whole passage."""

    name = "dense"

    def __init__(self, index: SearchIndex) -> None:
        self._vectors = index.passages

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        return question.nearest(self._vectors, k, allowed)

    def scores(self, question: Question, rows: Rows) -> Scores:
        return question.similarities(self._vectors, rows)

    def normalise(self, question: Question, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)


class SentenceLeg:
    """The cosine of the question and the passage's nearest sentence: encoders are at their best on single sentences."""

    name = "sentence"

    def __init__(self, index: SearchIndex) -> None:
        self._vectors = index.sentences
        self._starts = index.columns.sentence_starts
        self._passage_of = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        sentences = None if allowed is None else allowed[self._passage_of]
        return np.unique(self._passage_of[question.nearest(self._vectors, k, sentences)])

    def scores(self, question: Question, rows: Rows) -> Scores:
        if not len(rows):
            return np.zeros(0)
        counts = self._starts[rows + 1] - self._starts[rows]
        first = np.cumsum(counts) - counts
        sentences = np.arange(counts.sum()) - np.repeat(first - self._starts[rows], counts)
        best: Scores = np.maximum.reduceat(question.similarities(self._vectors, sentences), first)
        return best

    def sentence_scores(self, question: Question, row: int) -> Scores:
        """The cosine of each sentence of one passage."""
        sentences = np.arange(self._starts[row], self._starts[row + 1])
        return question.similarities(self._vectors, sentences)

    def normalise(self, question: Question, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)


class LexicalLeg:
    """BM25 of the question's words and of their translations, by the best passage's score.

    Of two languages each has a best passage; one that hardly holds anything of the question must not make its best look as
    good as the other's. So the measure is halfway (the geometric mean) between its own best and the best of all.
    """

    name = "lexical"

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        found = np.flatnonzero(question.holding if allowed is None else question.holding & allowed)
        return rank(found, question.bm25[found], k).rows

    def scores(self, question: Question, rows: Rows) -> Scores:
        return question.bm25[rows]

    def normalise(self, question: Question, scores: Scores) -> Scores:
        best = (max(scores.max(initial=0.0), 0.0) * max(question.bm25.max(initial=0.0), 0.0)) ** 0.5
        return np.clip(scores / best, 0, 1) if best > 0 else np.zeros_like(scores)


class LateLeg(Protocol):
    """A way of telling that looks at the tokens of a few candidates, which others have proposed."""

    name: str

    def scores(self, meeting: Meeting) -> Scores:
        """Its own scores of the passages that the question meets."""

    def normalise(self, scores: Scores) -> Scores:
        """To 0..1, so that a weight means the same for every question."""


class InteractionLeg:
    """How well the tokens of the question find their like among the passage's, in either language."""

    name = "interaction"

    def scores(self, meeting: Meeting) -> Scores:
        return meeting.whole()

    def normalise(self, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)


class WindowLeg:
    """The same within two sentences or so: an answer stands in one place."""

    name = "window"

    def scores(self, meeting: Meeting) -> Scores:
        return meeting.windows()

    def normalise(self, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)


class BrevityLeg:
    """How few tokens the passage has: among many, some are like the question's by chance."""

    name = "brevity"

    def scores(self, meeting: Meeting) -> Scores:
        return meeting.lengths.astype(np.float64)

    def normalise(self, scores: Scores) -> Scores:
        brevity: Scores = np.clip(1 - np.log1p(scores) / np.log1p(_LONG), 0, 1)
        return brevity


LATE_LEGS: tuple[LateLeg, ...] = (InteractionLeg(), WindowLeg(), BrevityLeg())
