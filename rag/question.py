"""A query with what the legs need of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from index.encoders import Encoder, TokenEncoder, TokenVectors, Vectors
from index.language import detect_language
from index.store import SearchIndex
from index.types import Language
from rag.dictionary import Dictionary
from rag.expansion import expand


@dataclass(frozen=True)
class Question:
    """Everything is made when first needed and then shared by the legs."""

    text: str
    index: SearchIndex
    encoder: Encoder
    dictionary: Dictionary

    @cached_property
    def language(self) -> Language:
        return detect_language(self.text)

    @cached_property
    def vector(self) -> Vectors:
        """Shape ``(1, dimensions)``."""
        if self.index.reduction is not None:
            return self.token_vectors.pooled[None, :]
        return self.encoder.encode_queries([self.text])

    @cached_property
    def token_vectors(self) -> TokenVectors:
        """Its tokens, reduced as the index's are."""
        assert isinstance(self.encoder, TokenEncoder)
        assert self.index.reduction is not None
        encoded = self.encoder.encode_tokens([self.text], queries=True)[0]
        return replace(encoded, vectors=self.index.reduction.apply(encoded.vectors, self.language))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(self.index.tokenizer.tokens(self.text))

    @cached_property
    def expansion(self) -> Mapping[str, float]:
        """Translations of its words, with weights; none where no passage is in the other language."""
        if self.index.languages <= {self.language}:
            return {}
        return expand(self.text, self.language, self.dictionary, self.index.tokenizer, self.index.lexical)

    @cached_property
    def terms(self) -> Mapping[str, float]:
        """What BM25 looks for: each word as often as it is asked for, and the translations."""
        terms: Counter[str] = Counter(self.tokens)
        weights: dict[str, float] = dict(terms)
        for term, weight in self.expansion.items():
            weights[term] = weights.get(term, 0.0) + weight
        return weights
