"""The web page: files as they are, no build step, nothing from outside."""

from __future__ import annotations

from http import HTTPStatus
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.deps import EngineDep
from rag.errors import UnknownArticleError

PAGE = resources.files("api") / "page"
router = APIRouter(include_in_schema=False)


@router.get("/")
def index() -> HTMLResponse:
    return HTMLResponse((PAGE / "index.html").read_text(encoding="utf-8"))


@router.get("/articles/{article_id:path}")
def article(article_id: str, engine: EngineDep) -> HTMLResponse:
    try:
        engine.article(article_id)
        status = HTTPStatus.OK
    except UnknownArticleError:
        status = HTTPStatus.NOT_FOUND  # the page itself tells the reader
    return HTMLResponse((PAGE / "article.html").read_text(encoding="utf-8"), status)
