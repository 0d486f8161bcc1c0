"""Builds the HTTP application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import errors
from api.metrics import Metrics
from api.middleware import RequestMiddleware
from api.routes import articles, ask, document, gloss, health, metrics, page, search
from api.schemas import Problem
from api.serving import ServedEngine
from api.settings import Settings
from rag.answering.llm import Llm
from rag.engine import Engine
from rag.reranking import load_reranker

_DESCRIPTION = """
Ask a folder of articles in Chinese or English and get back the passages that answer, each one proven by a verbatim
quote at exact positions in its source.

**Positions** are 0-based, end-exclusive and counted in Unicode code points of the article's text exactly as decoded from
its file (JavaScript counts UTF-16 units: convert). For every quote, `source[start:end] == quote`.

**Errors** are `application/problem+json` (RFC 9457) with a stable `code`, a `detail` that says what to do and a
`request_id`, which is also in the header `X-Request-ID`.
"""
_PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}


def create_app(settings: Settings) -> FastAPI:
    """The application; its engine is opened when it starts, its reranker loaded at once.

    Raises:
        MissingExtraError: the reranker or the language model needs an extra that is not installed.
        RerankerError: the reranker cannot be used.
    Raises (at start):
        SearchIndexError: there is no index, or it is damaged.
    """
    reranker = load_reranker(settings.reranker, settings.device)
    llm = Llm(settings.llm) if settings.llm is not None else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = Engine(settings.home, settings.encoder, settings.device, reranker=reranker, llm=llm)
        engine.warm_up()  # before the first reader asks
        app.state.served = ServedEngine(engine, settings.refresh_seconds)
        yield

    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="cited-rag",
        version=metadata.version("cited-rag"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        responses={status: {**_PROBLEM, "description": text} for status, text in _RESPONSES.items()},
    )
    app.state.metrics = Metrics()
    app.add_middleware(RequestMiddleware, largest_body=settings.largest_body, metrics=app.state.metrics)
    errors.install(app)
    # the address of a document ends like no article's, but would be an article's all the same: it goes first
    for part in (ask, search, document, articles, gloss, health, metrics, page):
        app.include_router(part.router)
    app.mount("/page", page.PageFiles(packages=[("api", "page")]), name="page")
    return app


_RESPONSES: dict[int | str, str] = {
    400: "The body is not JSON.",
    404: "No such article.",
    410: "The quote of a link has left its article.",
    413: "The body is larger than 1 MB.",
    422: "A value is missing, of the wrong type or out of range.",
    503: "The index cannot be used.",
}
