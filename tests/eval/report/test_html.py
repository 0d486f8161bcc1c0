"""The page: complete, self-contained, escaped, and the same every time. In a browser it is usable."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import Extract
from eval.report import html
from eval.report.html import Piece, pieces, render_html
from eval.report.model import Report
from index.spans import Span
from tests.eval.report.conftest import in_languages, make, with_answers


@pytest.fixture
def page(report: Report) -> str:
    return render_html(report, report.figures())


class Elements(HTMLParser):
    """Collects start tags, and complains about what is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))
        if tag not in ("meta", "input", "line", "rect", "circle", "path"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "rect", "circle", "path"):
            assert self._open.pop() == tag


def test_the_same_report_gives_the_same_bytes(report: Report, page: str) -> None:
    assert render_html(report, report.figures()) == page


def test_nothing_is_fetched(page: str) -> None:
    for tag, attributes in Elements(page).seen:
        assert tag not in ("link", "img", "iframe", "object"), tag
        assert not attributes.keys() & {"src", "href", "srcset", "data"}, (tag, attributes)
    assert "url(" not in page
    assert "@import" not in page
    assert "http" not in page


def test_texts_of_articles_questions_and_labels_are_escaped(page: str) -> None:
    for text in ("<script>茶起源", "<i>quote</i>", "<b>&", "<gone>"):
        assert text not in page
    assert "&lt;i&gt;quote&lt;/i&gt;" in page
    assert "&lt;gone&gt;" in page
    assert [tag for tag, _ in Elements(page).seen].count("script") == 1


def test_evidence_is_marked_where_it_stands(page: str) -> None:
    """Characters 1 to 3 of ``<script>茶起源``."""
    assert "&lt;<mark>sc</mark>ript&gt;茶起源" in page


def test_questions_come_worst_first_and_those_without_an_answer_last(page: str) -> None:
    assert re.findall(r'<span class="id">(\w+)</span>', page) == ["q3", "q2", "q0", "q1", "u0"]


def test_figures_have_n_and_interval_and_the_best_is_bold(report: Report, page: str) -> None:
    assert re.search(r'<span class="best">\.625</span><small>\.\d{3}–[.\d]{4,5}</small>', page)
    assert "hybrid, languages: zh→zh: .750 [.500, 1.000], n = 2" in page
    assert "Unjudged among the first ten, counted as not relevant: hybrid 38%, dense 75%" in page
    assert "AUROC" in page


def test_without_what_a_report_may_lack_it_is_still_a_page(report: Report) -> None:
    for odd in (
        report.abridged(),
        replace(report, stale={}, questions=report.answerable and tuple(report.answerable)),
        make({"only": [0.0]}, unanswerable=0),
        replace(report, questions=tuple(report.unanswerable)),
        make({f"run {i}": [1.0, 0.0] for i in range(9)}),
        with_answers(report, q0=(0.9, 1)),
        with_answers(report, u0=(0.1,)).abridged(),
    ):
        Elements(render_html(odd, odd.figures()))


def test_runs_are_described_and_scores_told_by_relation_of_languages(report: Report) -> None:
    told = in_languages(replace(report, questions=tuple(report.answerable)), "zh", "en")
    told = replace(told, runs=(replace(told.runs[0], about="every <leg>"), told.runs[1]))
    page = render_html(told, told.figures())
    assert "<dt>hybrid</dt><dd>every &lt;leg&gt;</dd>" in page
    assert '<th scope="colgroup" colspan="3">same language</th>' in page
    assert re.search(r"0\.2–0\.3</th>\s+<td>–</td><td>–</td><td>0</td>\s*<td>\.200</td><td>\.000<small>", page)
    assert re.search(r"calibration error</th><td>\.\d{3}</td><td></td><td>4</td>", page)
    Elements(page)


def test_answers_have_their_section_and_each_question_its_citations(report: Report, answered: Report) -> None:
    page = render_html(answered, answered.figures())
    Elements(page)
    assert "<h2>Answers</h2>" in page
    assert re.search(r"all</th><td>4<small>\+ 1</small></td>\s+<td>\.250<small>", page)
    assert re.search(r"greeting</th><td>1</td><td>1\.000<small>", page)
    assert "Every citation is exact: all 10 stand" in page
    assert "it would have cited" in page
    assert page.count("✓ holds evidence") == 4
    assert re.findall(r'data-answer="([\w ]+)"', page) == ["refused", "wrong", "right", "right", "false answer"]
    without = render_html(report, report.figures())
    assert not [told for told in ("<h2>Answers</h2>", "data-answer=", 'name="answer"') if told in without]


def test_citations_that_are_not_exact_are_warned_of_and_extracts_are_marked(answered: Report) -> None:
    first, *others = answered.questions
    assert first.answer is not None
    cited = first.answer.citations[0]._replace(exact=False)
    damaged = replace(
        first, answer=replace(first.answer, citations=(cited,)), marks={**first.marks, cited.place: (Span(0, 1),)}
    )
    items = {**answered.items, cited.place: Extract("茶", "<茶>起源")}
    page = render_html(replace(answered, questions=(damaged, *others), items=items), answered.figures())
    assert "Citations that are not exact: 1" in page
    assert "<code>q0: 茶.md#10-19</code>" in page
    assert "NOT EXACT" in page
    assert "<mark>&lt;</mark>茶&gt;起源" in page


def test_long_lists_are_cut_and_say_so(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LISTED", 2)
    page = render_html(report, report.figures())
    assert page.count('<details class="question"') == 2
    assert "The first 2 of 5." in page


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), [Piece("abcdef", False)]),
        ((Span(0, 2), Span(4, 6)), [Piece("ab", True), Piece("cd", False), Piece("ef", True)]),
        ((Span(0, 6),), [Piece("abcdef", True)]),
    ],
)
def test_a_text_is_cut_at_its_marks(marks: tuple[Span, ...], expected: list[Piece]) -> None:
    assert pieces("abcdef", marks) == expected


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("RAG_REQUIRE_BROWSER"):
        pytest.skip("no Chromium; apt-get install chromium")
    from playwright.sync_api import sync_playwright

    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (360, "light")])
def test_in_a_browser_it_filters_and_fits(browser: Any, page: str, tmp_path: Path, width: int, scheme: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    problems: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto(file.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    shown = tab.locator(".question:visible")
    assert shown.count() == 5
    tab.select_option("[name=slice]", "languages: zh→zh")
    assert (shown.count(), tab.locator("output").inner_text()) == (2, "2 of 5")
    tab.select_option("[name=first]", "wrong")
    assert shown.count() == 0
    tab.select_option("[name=slice]", "")
    assert shown.count() == 2, "q3, and the greeting"
    tab.fill("[name=text]", "Q3")
    assert shown.count() == 1
    shown.first.locator("summary").click()
    assert tab.locator("mark:visible").count() == 1
    assert problems == []
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1200, "dark"), (360, "light")])
def test_in_a_browser_answers_are_filtered_and_fit(
    browser: Any, answered: Report, tmp_path: Path, width: int, scheme: str
) -> None:
    file = tmp_path / "report.html"
    file.write_text(render_html(answered, answered.figures()), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab.goto(file.as_uri())
    tab.select_option("[name=answer]", "right")
    shown = tab.locator(".question:visible")
    assert (shown.count(), tab.locator("output").inner_text()) == (2, "2 of 5")
    shown.first.locator("summary").click()
    assert shown.first.locator(".answer .relevant").count() == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()
