"""The web page: files as they are, no build step, nothing from outside."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.deps import EngineDep

PAGE = resources.files("api") / "page"
router = APIRouter(include_in_schema=False)


@router.get("/")
def index() -> HTMLResponse:
    return HTMLResponse((PAGE / "index.html").read_text(encoding="utf-8"))


@router.get("/articles/{article_id:path}")
def article(article_id: str, engine: EngineDep) -> HTMLResponse:
    engine.article(article_id)  # an unknown article is a 404 here too
    return HTMLResponse((PAGE / "article.html").read_text(encoding="utf-8"))
