"""The legs of hybrid retrieval: each scores passages on a scale of its own and normalises its scores.

A leg that can search the whole index also proposes candidates; late interaction only scores what others propose.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from index.hits import Allowed, Rows, Scores
from index.interaction import TokenIndex, interaction
from index.store import SearchIndex
from rag.question import Question


class Leg(Protocol):
    """One way of telling how well a passage fits a question."""

    name: str

    def scores(self, question: Question, rows: Rows) -> Scores:
        """Its own scores of these passages, on its own scale."""

    def normalise(self, scores: Scores) -> Scores:
        """To 0..1, so that a weight means the same for every question."""


@runtime_checkable
class ProposingLeg(Leg, Protocol):
    """A leg that finds passages by itself."""

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        """The rows of its best ``k`` passages, or some more."""


class DenseLeg:
    """The cosine of the question and the whole passage."""

    name = "dense"

    def __init__(self, index: SearchIndex) -> None:
        self._vectors = index.passages

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        return self._vectors.search(question.vector, k, allowed).rows

    def scores(self, question: Question, rows: Rows) -> Scores:
        return self._vectors.similarities(question.vector, rows)

    def normalise(self, scores: Scores) -> Scores:
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
        return np.unique(self._passage_of[self._vectors.search(question.vector, k, sentences).rows])

    def scores(self, question: Question, rows: Rows) -> Scores:
        if not len(rows):
            return np.zeros(0)
        counts = self._starts[rows + 1] - self._starts[rows]
        first = np.cumsum(counts) - counts
        sentences = np.arange(counts.sum()) - np.repeat(first - self._starts[rows], counts)
        best: Scores = np.maximum.reduceat(self._vectors.similarities(question.vector, sentences), first)
        return best

    def sentence_scores(self, question: Question, row: int) -> Scores:
        """The cosine of each sentence of one passage."""
        sentences = np.arange(self._starts[row], self._starts[row + 1])
        return self._vectors.similarities(question.vector, sentences)

    def normalise(self, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)


class LexicalLeg:
    """BM25 of the question's words and of their translations, normalised by the best passage's score."""

    name = "lexical"

    def __init__(self, index: SearchIndex) -> None:
        self._lexical = index.lexical

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        return self._lexical.search(question.terms, k, allowed).rows

    def scores(self, question: Question, rows: Rows) -> Scores:
        return self._lexical.scores(question.terms)[rows]

    def normalise(self, scores: Scores) -> Scores:
        best = scores.max(initial=0.0)
        return np.clip(scores / best, 0, 1) if best > 0 else np.zeros_like(scores)


class InteractionLeg:
    """How well the tokens of the question find their like among the passage's, in either language."""

    name = "interaction"

    def __init__(self, tokens: TokenIndex) -> None:
        self._tokens = tokens

    def scores(self, question: Question, rows: Rows) -> Scores:
        asked = question.token_vectors
        return interaction(self._tokens.gather(rows), asked.vectors, asked.rarity).astype(np.float64)

    def normalise(self, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)
