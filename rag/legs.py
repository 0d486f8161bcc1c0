"""The legs of hybrid retrieval: each proposes passages, scores any passage it is asked about, and normalises its scores.

A new leg (late interaction over token vectors, a query expansion) is one more class here and one more row of weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from index.encoders import Encoder, Vectors
from index.hits import Allowed, Rows, Scores
from index.language import detect_language
from index.store import SearchIndex
from index.types import Language


@dataclass(frozen=True)
class Question:
    """A query with what the legs need of it, made when first needed and then shared."""

    text: str
    index: SearchIndex
    encoder: Encoder

    @cached_property
    def language(self) -> Language:
        return detect_language(self.text)

    @cached_property
    def vector(self) -> Vectors:
        """Shape ``(1, dimensions)``."""
        return self.encoder.encode_queries([self.text])

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(self.index.tokenizer.tokens(self.text))

    @cached_property
    def terms(self) -> Mapping[str, float]:
        """Token -> how often it is asked for."""
        return Counter(self.tokens)


class Leg(Protocol):
    """One way of telling how well a passage fits a question."""

    name: str

    def propose(self, question: Question, k: int, allowed: Allowed | None) -> Rows:
        """The rows of its best ``k`` passages, or some more."""

    def scores(self, question: Question, rows: Rows) -> Scores:
        """Its own scores of these passages, on its own scale."""

    def normalise(self, scores: Scores) -> Scores:
        """To 0..1, so that a weight means the same for every leg."""


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
        sentences, first = self._sentences_of(rows)
        if not len(rows):
            return np.zeros(0)
        best: Scores = np.maximum.reduceat(self._vectors.similarities(question.vector, sentences), first)
        return best

    def nearest(self, question: Question, row: int) -> int:
        """Which of the passage's sentences is nearest to the question, counted from 0."""
        sentences, _ = self._sentences_of(np.array([row]))
        return int(np.argmax(self._vectors.similarities(question.vector, sentences)))

    def _sentences_of(self, rows: Rows) -> tuple[Rows, Rows]:
        """The sentences of these passages, one passage after the other, and where each passage's begin among them."""
        starts, counts = self._starts[rows], self._starts[rows + 1] - self._starts[rows]
        first = np.cumsum(counts) - counts
        return np.arange(counts.sum()) - np.repeat(first - starts, counts), first

    def normalise(self, scores: Scores) -> Scores:
        return np.clip(scores, 0, 1)


class LexicalLeg:
    """BM25. Its scale differs from question to question, so it is normalised by the best passage's score."""

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
