"""The pages as the server renders them, for readers without JavaScript.

With it the very same pages are made anew in the browser, which removes what is rendered here before it is painted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.words import HTML_LANG, WORDS, PageLanguage
from index.spans import Span
from index.types import Article
from rag.anchors import link
from rag.answering.types import Answer, Citation
from rag.present import CONTROLS
from rag.runs import web_address
from rag.types import Result

PAGE = resources.files("api") / "page"
_TEMPLATES = Environment(
    loader=FileSystemLoader(str(PAGE)), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer: texts, and numbers where a citation is pointed to. ``quoted`` is whether an article says it."""

    parts: tuple[str | int, ...]
    lang: PageLanguage
    quoted: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in an article: what stands there, and what stands around it in its passage."""

    number: int
    title: str
    title_lang: PageLanguage
    lang: PageLanguage
    before: str
    said: str
    after: str
    address: str
    path: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer, or a refusal with the nearest passages."""

    answerable: bool
    lines: tuple[Line, ...]
    citations: tuple[Quote, ...]
    passages: tuple[Quote, ...]

    @classmethod
    def of(cls, answer: Answer) -> AnswerView:
        citations = tuple(_citation(citation) for citation in answer.citations)
        results = tuple(_result(result) for result in answer.response.results)
        return cls(answer.answerable, tuple(_lines(answer)), citations, results)


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article's source text with a part of it marked, and what it says about itself.

    ``anchor`` is the fragment by which links to the part lead to it; None where no part is marked.
    """

    title: str
    lang: PageLanguage
    about: tuple[str, ...]
    url: str | None
    before: str
    said: str = ""
    after: str = ""
    anchor: str | None = None

    @classmethod
    def of(cls, article: Article, span: Span | None, language: PageLanguage, asked: str | None = None) -> ArticleView:
        """``asked`` is the fragment of the link that was followed, if it is not that of the part as it stands now."""
        m, text = article.metadata, article.text
        dates = (f"{WORDS[language].get(f'date_{name}', name)} {date[:10]}" for name, date in m.dates.items())
        about = tuple(said for said in (m.site, m.author, *dates) if said)
        view = cls(m.title, HTML_LANG[article.language], about, web_address(m.url), text)
        if span is None:
            return view
        before, said, after = text[: span.start], span.quote(text), text[span.end :]
        anchor = asked or link(article.id, span, text).partition("#")[2]
        return replace(view, before=before, said=said, after=after, anchor=anchor)


@dataclass(frozen=True, slots=True)
class Fragment:
    """What is shown below the form: one of these, or nothing but the tagline."""

    problem: Mapping[str, Any] | None = None
    note: str | None = None
    answer: AnswerView | None = None
    article: ArticleView | None = None


def render(template: str, language: PageLanguage, query: str, fragment: Fragment) -> str:
    """One of the two pages as HTML. Whatever comes from articles and readers is escaped."""
    shown = _TEMPLATES.get_template("server.html.j2").render(
        words=WORDS[language],
        problem=fragment.problem,
        note=fragment.note,
        answer=fragment.answer,
        article=fragment.article,
    )
    return _TEMPLATES.get_template(template).render(
        server_lang=language, query=query.translate(CONTROLS), server_html=Markup(shown)
    )


def source_address(article: Article, span: Span) -> str:
    """The page of an article with a span marked, with JavaScript (by its fragment) and without (by its query)."""
    path, _, fragment = link(article.id, span, article.text).partition("#")
    start, end, digest = fragment.split("-")
    return f"{path}?start={start}&end={end}&digest={digest}#{fragment}"


def _lines(answer: Answer) -> Iterator[Line]:
    """A line that points to a citation is that citation's words, in their own language."""
    cited = {citation.marker: citation.passage.language for citation in answer.citations}
    for said in filter(None, answer.text.split("\n")):
        texts = _MARKER.split(said)
        parts = [
            int(text) if i % 2 and int(text) in cited else (f"[{text}]" if i % 2 else text)
            for i, text in enumerate(texts)
        ]
        markers = [part for part in parts if isinstance(part, int)]
        language = cited[markers[0]] if markers else answer.language
        yield Line(tuple(part for part in parts if part != ""), HTML_LANG[language], bool(markers))


def _citation(citation: Citation) -> Quote:
    article = citation.article
    return Quote(
        number=citation.marker,
        title=article.metadata.title,
        title_lang=HTML_LANG[article.language],
        lang=HTML_LANG[citation.passage.language],
        before="",
        said=citation.cited_text,
        after="",
        address=source_address(article, citation.span),
    )


def _result(result: Result) -> Quote:
    article, passage, best = result.article, result.passage.span, result.best_sentence.span
    return Quote(
        number=result.rank,
        title=article.metadata.title,
        title_lang=HTML_LANG[article.language],
        lang=HTML_LANG[result.passage.language],
        before=article.text[passage.start : best.start],
        said=best.quote(article.text),
        after=article.text[best.end : passage.end],
        address=source_address(article, best),
        path=result.passage.heading,
        also=tuple((other.article_id, source_address(other.article, other.span)) for other in result.parallel),
    )
