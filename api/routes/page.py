"""The web page: rendered for everyone, enhanced where JavaScript runs; no build step, nothing from outside."""

from __future__ import annotations

import os
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from api.deps import EngineDep
from api.errors import problem_json, request_id
from api.server_page import AnswerView, ArticleView, Fragment, render
from api.words import WORDS, PageLanguage, page_language
from index.errors import SearchIndexError
from index.spans import Span
from rag.answering.types import AskRequest, Wording
from rag.errors import EngineError

router = APIRouter(include_in_schema=False)
Accepted = Annotated[str, Header(alias="Accept-Language")]
_POSITION = re.compile(r"[0-9]{1,15}")
_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}


class PageFiles(StaticFiles):
    """Style sheets, scripts and icons. Browsers keep them but ask each time, so that files never come from two versions."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Templates are no files of the page."""
        return ("", None) if path.endswith((".html", ".j2")) else super().lookup_path(path)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


@router.get("/")
def index(
    request: Request, engine: EngineDep, q: str = "", lang: str | None = None, accepted: Accepted = ""
) -> HTMLResponse:
    """The start, or what the articles say about ``q``: quoted, for a language model would keep the page waiting."""
    query = q.strip()
    language = page_language(query, lang, accepted)
    status, fragment = HTTPStatus.OK, Fragment()
    if query:
        try:
            answer = engine.ask(AskRequest(query, generator=Wording.EXTRACTIVE))
            fragment = Fragment(answer=AnswerView.of(answer))
        except (EngineError, SearchIndexError) as error:
            fragment = _problem(request, error)
            status = _status(fragment)
    return _page("index.html", language, query, fragment, status)


@router.get("/articles/{article_id:path}")
def article(
    request: Request,
    article_id: str,
    engine: EngineDep,
    start: str | None = None,
    end: str | None = None,
    lang: str | None = None,
    accepted: Accepted = "",
) -> HTMLResponse:
    """The source text of an article, with what stands from ``start`` to ``end`` marked."""
    language = page_language("", lang, accepted)
    try:
        found, _ = engine.article(article_id)
    except (EngineError, SearchIndexError) as error:
        fragment = _problem(request, error)
        return _page("article.html", language, "", fragment, _status(fragment))
    span = _span(start, end, len(found.text))
    wrong = span is None and (start is not None or end is not None)
    said = WORDS[language]["badFragment"].format(fragment=f"{start or ''}–{end or ''}") if wrong else None
    fragment = Fragment(article=ArticleView.of(found, span, language), note=said)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return _page("article.html", language, "", fragment, status)


def _span(start: str | None, end: str | None, length: int) -> Span | None:
    """The span of an address; without a start from the beginning, without an end to the end. None if there is no such."""
    if start is None and end is None:
        return None
    given = start or "0", end or str(length)
    if not all(_POSITION.fullmatch(position) for position in given):
        return None
    low, high = (int(position) for position in given)
    return Span(low, high) if low <= high <= length else None


def _problem(request: Request, error: Exception) -> Fragment:
    return Fragment(problem=problem_json(request_id(request), error))


def _status(fragment: Fragment) -> HTTPStatus:
    assert fragment.problem is not None
    return HTTPStatus(fragment.problem["status"])


def _page(template: str, language: PageLanguage, query: str, fragment: Fragment, status: HTTPStatus) -> HTMLResponse:
    return HTMLResponse(render(template, language, query, fragment), status, headers=_HEADERS)
