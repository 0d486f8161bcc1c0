"""The JSON that goes in and out. Positions are 0-based, end-exclusive, in Unicode code points of the article's text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.types import Article, Language
from rag.present import article_json
from rag.types import LARGEST_TOP_K, LONGEST_QUERY, Filters, Mode, SearchRequest


class StrictModel(BaseModel):
    """Takes and gives nothing but its fields."""

    model_config = ConfigDict(extra="forbid")


Link = Annotated[
    str,
    Field(description="Opens the page at the quote. It finds the quote again when the file has changed around it."),
]


class FiltersBody(StrictModel):
    """Which passages may be returned."""

    language: Language | None = Field(None, description="Only passages in this language.")
    article_ids: list[str] | None = Field(None, description="Only passages of these articles.")

    def to_filters(self) -> Filters:
        return Filters(self.language, tuple(self.article_ids) if self.article_ids is not None else None)


class SearchBody(StrictModel):
    """A search."""

    query: str = Field(
        description=f"Question or words in Chinese or English, 1 to {LONGEST_QUERY:,} characters after trimming.",
        examples=["GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"],
    )
    top_k: int = Field(10, ge=1, le=LARGEST_TOP_K, strict=True, description="How many passages to return at most.")
    mode: Mode = Field(
        Mode.HYBRID,
        description="How passages are found; hybrid: all legs; dense: vectors only; lexical: BM25 only. A reranker, if the "
        "server has one, re-sorts the best 20 of each.",
    )
    filters: FiltersBody = FiltersBody()
    explain: bool = Field(
        False, strict=True, description="Also return tokens, weights and each leg's raw and normalised scores."
    )

    group_parallel: bool = Field(
        True, strict=True, description="Show a passage that stands in several translations once; false returns all."
    )

    def to_request(self) -> SearchRequest:
        filters = self.filters.to_filters()
        return SearchRequest(self.query, self.top_k, self.mode, filters, self.explain, self.group_parallel)


class SpanJson(StrictModel):
    """A stretch of the article's text."""

    start: int
    end: int


class QuoteJson(SpanJson):
    """A stretch of the article's text, and what it says, verbatim."""

    quote: str


class ScoresJson(StrictModel):
    """What each leg says by itself; null where a leg took no part. Cosines are -1 to 1, BM25 is 0 and up.

    The reranker's is 0 to 1, and null where the server has none and below the 20 passages that it reads.
    """

    dense: float | None
    sentence: float | None
    lexical: float | None
    interaction: float | None
    window: float | None
    brevity: float | None = Field(description="The passage's number of tokens, of which the fewer the better.")
    reranker: float | None


class ArticleJson(StrictModel):
    """The article of a passage."""

    id: str
    title: str
    path: str
    url: str | None
    language: Language
    sha256: str = Field(description="Of the file's bytes: the same checksum, the same text, the same positions.")


class ArticleSummaryJson(ArticleJson):
    """An article in the list."""

    passages: int

    @classmethod
    def of(cls, article: Article, passages: int) -> ArticleSummaryJson:
        return cls(**article_json(article), passages=passages)


class ArticleDetailJson(ArticleSummaryJson):
    """An article with everything it says about itself."""

    site: str | None
    author: str | None
    dates: dict[str, str] = Field(description="By the name the article uses; ISO 8601.")
    tags: list[str]
    characters: int = Field(description="Length of the text in code points.")

    @classmethod
    def of(cls, article: Article, passages: int) -> ArticleDetailJson:
        m = article.metadata
        return cls(
            **ArticleSummaryJson.of(article, passages).model_dump(),
            site=m.site, author=m.author, dates=m.dates, tags=list(m.tags), characters=len(article.text),
        )  # fmt: skip


class ArticleListJson(StrictModel):
    """A page of articles."""

    articles: list[ArticleSummaryJson]
    total: int


class SourceJson(QuoteJson):
    """A stretch of an article's text, with the checksum of the file it was read from."""

    id: str
    sha256: str


class LegJson(StrictModel):
    """One leg's part in a result's score."""

    raw: float
    normalised: float
    weight: float


class SentenceJson(QuoteJson):
    """A sentence of a passage."""

    link: Link


class ParallelJson(SpanJson):
    """The same passage in another article's words."""

    article_id: str
    score: float = Field(description="How alike the two passages are, up to 1.")
    link: Link


class MatchJson(SpanJson):
    """A token of the question and where its like stands in the article's text."""

    token: str
    likeness: float


class ResultJson(StrictModel):
    """A passage: ``quote`` is the article's text from ``start`` to ``end``, verbatim; ``text`` is the same made readable."""

    id: str
    rank: int
    score: float = Field(
        ge=0,
        le=1,
        description="The probability that the passage answers, never higher than that of the rank before. With a reranker "
        "it belongs to the rank: the order is the reranker's, the scores are those that the ranking before it earned.",
    )
    scores: ScoresJson
    text: str
    quote: str
    start: int
    end: int
    best_sentence: SentenceJson = Field(description="The passage's sentence nearest to the query.")
    highlights: list[SpanJson] = Field(description="Words of the query in the article's text.")
    heading: list[str]
    kind: Literal["prose", "list", "table_row", "metadata", "boilerplate"]
    language: Language
    article: ArticleJson
    parallel: list[ParallelJson] = Field(
        description="Passages of other articles that say the same, folded into this one."
    )
    legs: dict[str, LegJson] | None = Field(None, description="With explain=true: by leg name.")
    bias: float | None = Field(
        None,
        description="With explain=true: score = logistic(bias + sum of weight * normalised over the legs); with a reranker, "
        "that is the passage's score before it was re-sorted.",
    )
    matches: list[MatchJson] | None = Field(None, description="With explain=true: question tokens and their like here.")


class ExplanationJson(StrictModel):
    """With explain=true: what the lexical leg searched for and what each leg's scores were weighed with."""

    tokens: list[str]
    expansion: dict[str, float] = Field(description="Translations of the query's words, with their weights.")
    weights: dict[str, dict[str, float]]
    reranker: str | None = Field(description="The model that re-sorted the best 20 passages, null if there is none.")


class SearchAnswer(StrictModel):
    """Passages, best first, all from one generation of the index."""

    query: str
    query_language: Language
    results: list[ResultJson]
    index_version: str
    degraded: list[str] = Field(description="Legs that had nothing to say about this query and so counted nothing.")
    took_ms: float
    explanation: ExplanationJson | None = None


class HealthJson(StrictModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class ReadyJson(StrictModel):
    """The index is loaded."""

    status: Literal["ready"] = "ready"
    index_version: str
    encoder: str
    reranker: str | None
    articles: int
    passages: int


class Problem(BaseModel):
    """An error, as RFC 9457 has it, with a stable ``code`` and a ``detail`` that says what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
