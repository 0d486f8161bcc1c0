"""The web page: rendered for everyone, enhanced where JavaScript runs; no build step, nothing from outside."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
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
from index.types import Article
from rag.anchors import find_again
from rag.answering.types import AskRequest, Wording
from rag.errors import EngineError, QuoteGoneError

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
    digest: str | None = None,
    lang: str | None = None,
    accepted: Accepted = "",
) -> HTMLResponse:
    """The source text of an article, with a quote of it marked; ``digest`` finds one that has moved."""
    language = page_language("", lang, accepted)
    try:
        found, _ = engine.article(article_id)
    except (EngineError, SearchIndexError) as error:
        fragment = _problem(request, error)
        return _page("article.html", language, "", fragment, _status(fragment))
    place = _place(found, start, end, digest)
    said = place.wrong and WORDS[language][place.wrong].format(fragment=f"{start or ''}–{end or ''}")
    fragment = Fragment(article=ArticleView.of(found, place.span, language, place.anchor), note=said)
    return _page("article.html", language, "", fragment, place.status)


@dataclass(frozen=True, slots=True)
class _Place:
    """What an address marks in an article; ``wrong`` names the words that say why it marks nothing.

    ``anchor`` is the fragment of the link that led there, where that had a digest.
    """

    span: Span | None = None
    anchor: str | None = None
    wrong: str | None = None
    status: HTTPStatus = HTTPStatus.OK


def _place(article: Article, start: str | None, end: str | None, digest: str | None) -> _Place:
    """Without a start from the beginning, without an end to the end; with a digest wherever the quote is now."""
    if start is None and end is None:
        return _Place()
    given = start or "0", end or str(len(article.text))
    low, high = (int(each) if _POSITION.fullmatch(each) else -1 for each in given)
    if digest and 0 <= low <= high:
        try:
            found = find_again(article.id, article.text, Span(low, high), digest)
        except QuoteGoneError:
            return _Place(wrong="quoteGone", status=HTTPStatus.GONE)
        return _Place(found, f"{low}-{high}-{digest}")
    if 0 <= low <= high <= len(article.text):
        return _Place(Span(low, high))
    return _Place(wrong="badFragment", status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _problem(request: Request, error: Exception) -> Fragment:
    return Fragment(problem=problem_json(request_id(request), error))


def _status(fragment: Fragment) -> HTTPStatus:
    assert fragment.problem is not None
    return HTTPStatus(fragment.problem["status"])


def _page(template: str, language: PageLanguage, query: str, fragment: Fragment, status: HTTPStatus) -> HTMLResponse:
    return HTMLResponse(render(template, language, query, fragment), status, headers=_HEADERS)
