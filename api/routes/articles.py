"""The articles that citations point into. An id is the file's path below the indexed folder, and may hold slashes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import EngineDep
from api.schemas import ArticleDetailJson, ArticleListJson, ArticleSummaryJson, SourceJson
from index.spans import Span
from rag.anchors import find_again
from rag.errors import InvalidParameterError

router = APIRouter(prefix="/v1/articles", tags=["articles"])


@router.get("")
def list_articles(
    engine: EngineDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> ArticleListJson:
    """All articles of the index, by id."""
    articles = [ArticleSummaryJson.of(article, passages) for article, passages in engine.articles(offset, limit)]
    return ArticleListJson(articles=articles, total=engine.index.manifest.articles)


@router.get("/{article_id:path}/source")
def article_source(
    article_id: str,
    engine: EngineDep,
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int | None, Query(ge=0, description="Exclusive; the end of the text if not given.")] = None,
    digest: Annotated[
        str | None,
        Query(
            pattern="^[0-9a-f]{12}$",
            description="Of the quote, as a citation's link has it: finds it wherever it is now.",
        ),
    ] = None,
) -> SourceJson:
    """The article's text between two positions, verbatim.

    With ``digest`` the quote that stood there is looked for, and 410 says that it has left the article.
    """
    article, _ = engine.article(article_id)
    stop = len(article.text) if end is None else end
    if digest is not None and start <= stop:
        found = find_again(article_id, article.text, Span(start, stop), digest)
        start, stop = found.start, found.end
    if not start <= stop <= len(article.text):
        raise InvalidParameterError(
            "start..end", f"{start}..{stop}", f"positions from 0 to {len(article.text)}, in order"
        )
    span = Span(start, stop)
    return SourceJson(id=article.id, sha256=article.sha256, start=start, end=stop, quote=span.quote(article.text))


@router.get("/{article_id:path}")
def show_article(article_id: str, engine: EngineDep) -> ArticleDetailJson:
    """What an article says about itself."""
    return ArticleDetailJson.of(*engine.article(article_id))
