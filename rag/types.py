"""What goes into a search and what comes out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.spans import Span
from index.types import Article, Language, Passage, Sentence
from rag.errors import InvalidParameterError, InvalidQueryError

LONGEST_QUERY = 2_000
LARGEST_TOP_K = 100
_ALLOWED_CONTROLS = "\t\n\r"


class Mode(StrEnum):
    """Which legs take part."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may be returned; None lets all."""

    language: Language | None = None
    article_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A checked search: ``query`` is trimmed and 1 to 2,000 characters long.

    Raises:
        InvalidQueryError: empty, too long, or with control characters or lone surrogates.
        InvalidParameterError: ``top_k`` or ``mode`` out of range.
    """

    query: str
    top_k: int = 10
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    explain: bool = False
    group_parallel: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", _checked_query(self.query))
        if not 1 <= self.top_k <= LARGEST_TOP_K:
            raise InvalidParameterError("top_k", self.top_k, f"a whole number from 1 to {LARGEST_TOP_K}")
        if self.mode not in tuple(Mode):
            raise InvalidParameterError("mode", self.mode, f"one of {', '.join(Mode)}")
        object.__setattr__(self, "mode", Mode(self.mode))


@dataclass(frozen=True, slots=True)
class ParallelPassage:
    """The same passage in another article's words. ``score`` says how alike the two are, up to 1."""

    passage: Passage
    article: Article
    score: float

    @property
    def article_id(self) -> str:
        return self.article.id

    @property
    def span(self) -> Span:
        """Of the passage, in its article."""
        return self.passage.span


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """How near a sentence is to the query: the cosine of their vectors, and how well its tokens meet the query's, 0..1."""

    cosine: float
    interaction: float


@dataclass(frozen=True, slots=True)
class Result:
    """A passage that was found.

    ``score`` is 0 to 1. ``scores`` holds each leg's own score and the reranker's, None where one took no part.
    ``highlights`` are source positions of words of the query. ``parallel`` lists the passages that were folded into this
    one. ``sentence_scores`` has a score for each of the passage's sentences, ``best_sentence`` is the nearest of them.
    """

    rank: int
    score: float
    scores: Mapping[str, float | None]
    passage: Passage
    article: Article
    sentence_scores: tuple[SentenceScore, ...]
    best_sentence: Sentence
    highlights: tuple[Span, ...]
    quote: str
    parallel: tuple[ParallelPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class LegExplanation:
    """One leg's part in one result: ``normalised`` is what the weight is applied to."""

    raw: float
    normalised: float
    weight: float


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """A token of the question and its like in a passage: where it stands in the source, and how alike they are, 0..1.

    ``likeness`` is a cosine, less what the passage's token is like any word.
    """

    token: str
    span: Span
    likeness: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the ranking came about.

    ``tokens`` are the words BM25 looked for, ``expansion`` their translations with weights. ``weights`` is the fusion
    model. ``results[i]`` and ``matches[i]`` belong to result ``i``, whose score is the logistic of ``biases[i]`` plus the
    sum of weight times normalised score. Where a ``reranker`` re-sorted, that logistic is the passage's score before, and
    its score now is that of the passage whose rank it took.
    """

    tokens: tuple[str, ...]
    expansion: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    biases: tuple[float, ...]
    results: tuple[Mapping[str, LegExplanation], ...]
    matches: tuple[tuple[TokenMatch, ...], ...]
    reranker: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """Results, best first. ``degraded`` names legs that had nothing to say about this query and so lost their weight."""

    query: str
    query_language: Language
    results: tuple[Result, ...]
    index_version: str
    degraded: tuple[str, ...]
    took_ms: float
    explanation: Explanation | None = None


def _checked_query(query: str) -> str:
    query = query.strip()
    if not query:
        raise InvalidQueryError("the query is empty; ask something in Chinese or English")
    if len(query) > LONGEST_QUERY:
        raise InvalidQueryError(f"the query has {len(query):,} characters; shorten it to at most {LONGEST_QUERY:,}")
    for character in query:
        category = unicodedata.category(character)
        if category == "Cs":
            raise InvalidQueryError("the query holds a lone surrogate, which is no character; send well-formed Unicode")
        if category == "Cc" and character not in _ALLOWED_CONTROLS:
            raise InvalidQueryError(f"the query holds the control character U+{ord(character):04X}; remove it")
    return query
