"""axe-core finds nothing in any state, light or dark; big letters and little motion are respected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.page.conftest import (
    REFUSED_QUESTION,
    TWO_QUESTION,
    ZH_QUESTION,
    answer_with,
    answered,
    marked,
    scrolls_sideways,
)

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
GLOSS = {
    "word": "茶馆",
    "language": "zh",
    "entries": [{"term": "茶馆", "translations": ["teahouse"]}],
    "source": "CC-CEDICT",
    "licence": "CC BY-SA 4.0",
    "url": "https://www.mdbg.net/chinese/dictionary?page=cc-cedict",
}


def start(page, server):
    page.goto(server.address)


def recents(page, server):
    page.goto(server.question(ZH_QUESTION))
    answered(page)
    page.locator("#answer-foot", has_text="逐字").wait_for()
    page.goto(server.address)
    page.locator("#recents a").wait_for()


def waiting(page, server):
    page.route("**/v1/ask", lambda route: None)
    page.goto(server.question(ZH_QUESTION))
    page.locator("#answer-skeleton").wait_for()


def answer(page, server):
    page.goto(server.question(ZH_QUESTION))
    answered(page)


def written(page, server):
    body = server.ask(ZH_QUESTION)
    unsupported = {"start": 2, "end": 6}
    said = {
        "text": "它在1999年关门。[1]",
        "markers": [1],
        "supported": False,
        "support": 0.2,
        "unsupported": [unsupported],
    }
    done = {**body, "answer": said["text"], "generated": True, "statements": [said], "fallback": "llm_unreachable"}
    answer_with(page, ("answer.done", done))
    answer(page, server)


def hovering(page, server):
    answer(page, server)
    page.locator(".cite").first.hover()
    page.get_by_role("tooltip").wait_for()


def reading(page, server):
    page.goto(server.question(TWO_QUESTION))
    answered(page).locator(".cite").first.click()
    marked(page)


def glossing(page, server):
    page.route("**/v1/gloss*", lambda route: route.fulfill(json=GLOSS))
    page.goto(server.question(TWO_QUESTION))
    answered(page).get_by_text("茶馆").first.click(position={"x": 60, "y": 14})
    page.get_by_role("dialog", name="Meaning").wait_for()
    assert "teahouse" in page.get_by_role("dialog").inner_text()
    assert "CC-CEDICT" in page.get_by_role("dialog").inner_text()


def why(page, server):
    answer(page, server)
    page.locator(".why summary").first.click()
    page.locator(".legs li").first.wait_for()


def refused(page, server):
    page.goto(server.question(REFUSED_QUESTION))
    answered(page)


def failed(page, server):
    page.route("**/v1/ask", lambda route: route.abort())
    page.goto(server.question(ZH_QUESTION))
    page.get_by_role("alert").get_by_role("button").wait_for()


def broken(page, server):
    answer_with(
        page, ("sources", server.json("/v1/search", {"query": ZH_QUESTION})), ("answer.delta", {"text": "半句"})
    )
    page.goto(server.question(ZH_QUESTION))
    page.get_by_role("alert").get_by_role("button").wait_for()


def long_question(page, server):
    page.goto(server.question(ZH_QUESTION * 40))
    answered(page)
    assert page.locator("#asked").is_visible()


def fifty(page, server):
    found = server.json("/v1/search", {"query": ZH_QUESTION})
    results = [{**found["results"][0], "id": f"passage {rank}", "rank": rank} for rank in range(1, 51)]
    answer_with(page, ("answer.done", {**server.ask(ZH_QUESTION), "results": results}))
    answer(page, server)
    page.locator("#result-50").wait_for()


def without_javascript(page, server):
    """As the server writes it: the scripts never come."""
    page.route("**/page/*.js", lambda route: route.abort())
    page.goto(server.question(TWO_QUESTION))
    page.locator("#citation-1").wait_for()


def article_without_javascript(page, server):
    page.route("**/page/*.js", lambda route: route.abort())
    citation = server.ask(ZH_QUESTION)["citations"][0]
    start, end = citation["start_char_index"], citation["end_char_index"]
    page.goto(server.article(citation["document_id"], f"?start={start}&end={end}"))
    page.locator("mark.current").wait_for()


def article(page, server):
    page.goto(server.address + server.ask(ZH_QUESTION)["citations"][0]["link"])
    marked(page, "#article")


def helping(page, server):
    page.goto(server.address)
    page.locator("#help").click()
    page.get_by_role("dialog").wait_for()


STATES: list[Callable[[Any, Any], None]] = [
    start, recents, waiting, answer, written, hovering, reading, glossing, why, refused, failed, broken, long_question, fifty,
    article, helping, without_javascript, article_without_javascript,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_no_violation(open_page, server, state):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(reduced_motion="reduce")
    state(page, server)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(scheme, each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []


def test_letters_of_twice_the_size_fit(open_page, server):
    """200 % zoom of a window 1280 wide leaves 640."""
    page = open_page(server.question(TWO_QUESTION), width=640)
    answered(page).locator(".cite").first.click()
    marked(page)
    assert not scrolls_sideways(page)


def test_nothing_moves_where_that_is_not_wanted(open_page, server):
    page = open_page(reduced_motion="reduce")
    waiting(page, server)
    assert page.evaluate("document.getAnimations().length") == 0
