"""A query with what the legs need of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index.dense import DenseIndex
from index.encoders import Encoder, TokenEncoder, Vectors
from index.hits import Allowed, Rows, Scores, rank
from index.interaction import Meeting
from index.language import detect_language
from index.store import SearchIndex
from index.tokens import STOP_WORDS
from index.types import Language
from rag.expansion import Expander, Expansion
from rag.question_map import QuestionMap


@dataclass(frozen=True, slots=True)
class QuestionPieces:
    """The words or parts of words of a question that are not on everyone's lips, each with a vector as the index's tokens
    have it, and how much its match tells; ``telling`` are those worth showing a match of."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    rarity: NDArray[np.float32]
    telling: NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """Everything the legs share.

    ``vector`` has shape ``(1, dimensions)``, ``learnt`` turns it to passages of each language; ``pieces`` is None where the
    index has no token vectors. ``tokens`` are its words as BM25 has them, ``expansion`` what they are called in the other
    language, empty where no passage is in it. ``bm25`` is the score of every passage of the index, each word counting as often
    as it is asked for; ``holding`` says which of them hold any, for that score may be 0.
    """

    text: str
    language: Language
    index: SearchIndex
    vector: Vectors
    learnt: QuestionMap
    pieces: QuestionPieces | None
    tokens: tuple[str, ...]
    expansion: Expansion
    bm25: Scores
    holding: Allowed
    _scans: dict[DenseIndex, Scores | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    _facing: dict[Language, Question] = field(default_factory=dict, init=False, repr=False, compare=False)

    def facing(self, language: Language) -> Question:
        """The same as it is put to passages of one language."""
        if language not in self._facing:
            self._facing[language] = replace(self, vector=self.learnt.turn(self.vector, self.language, language))
        return self._facing[language]

    def within(self, allowed: Allowed) -> Question:
        """The same in a smaller collection: what BM25 says of other passages is nothing to it."""
        return replace(self, bm25=np.where(allowed, self.bm25, 0.0), holding=self.holding & allowed)

    def nearest(self, vectors: DenseIndex, k: int, allowed: Allowed | None) -> Rows:
        """The rows of one of the index's vector tables that are nearest to it."""
        scanned = self._scan(vectors)
        if scanned is None:
            return vectors.search(self.vector, k, allowed).rows
        rows = np.arange(len(scanned)) if allowed is None else np.flatnonzero(allowed)
        return rank(rows, scanned[rows], k).rows

    def similarities(self, vectors: DenseIndex, rows: Rows) -> Scores:
        """Its cosines with some rows."""
        scanned = self._scan(vectors)
        return scanned[rows] if scanned is not None else vectors.similarities(self.vector, rows)

    def meet(self, rows: Rows) -> Meeting | None:
        """Its tokens with those of some passages; None where the index has no token vectors."""
        if self.pieces is None or self.index.tokens is None:
            return None
        return self.index.tokens.meet(rows, self.pieces.vectors, self.pieces.rarity)

    def _scan(self, vectors: DenseIndex) -> Scores | None:
        """All cosines, where the table is small enough for all to be compared: once for every use."""
        if vectors not in self._scans:
            self._scans[vectors] = vectors.scan(self.vector)
        return self._scans[vectors]


class QuestionReader:
    """Makes questions for one index with the encoder that built it."""

    def __init__(self, index: SearchIndex, encoder: Encoder, expander: Expander, question_map: QuestionMap) -> None:
        self._index, self._encoder, self._expander, self._map = index, encoder, expander, question_map

    def read(self, text: str) -> Question:
        """Its words, what they are called in the other language, and its vectors."""
        language = detect_language(text)
        tokens = tuple(self._index.tokenizer.tokens(text))
        foreign = not self._index.languages <= {language}
        expansion = self._expander.expand(text, language) if foreign else Expansion()
        terms: dict[str, float] = dict(Counter(tokens))
        for term, weight in expansion.terms.items():
            terms[term] = terms.get(term, 0.0) + weight
        bm25, holding = self._index.lexical.scores(terms), self._index.lexical.holding(terms)
        vector, pieces = self._encode(text, language)
        return Question(text, language, self._index, vector, self._map, pieces, tokens, expansion, bm25, holding)

    def _encode(self, text: str, language: Language) -> tuple[Vectors, QuestionPieces | None]:
        reduction = self._index.reduction
        if reduction is None or not isinstance(self._encoder, TokenEncoder):
            return self._encoder.encode_queries([text]), None
        (encoded,) = self._encoder.encode_tokens([text], queries=True)
        rarity = self._encoder.rarity(encoded.ids)
        rare = rarity > 0  # what tells nothing need not meet anything
        words = tuple(text[start:end].strip() for start, end in encoded.offsets[rare].tolist())
        telling = np.array([word.lower() not in STOP_WORDS for word in words], np.bool_)
        vectors = reduction.question(encoded, language)[rare]
        return encoded.pooled[None, :], QuestionPieces(words, vectors, rarity[rare], telling)
