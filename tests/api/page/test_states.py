"""What the page says while it waits, when there is nothing, and when something goes wrong."""

from __future__ import annotations

import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest

from tests.api.page.conftest import (
    EN_QUESTION,
    FOUNDER,
    PATIENCE,
    REFUSED_QUESTION,
    TEA,
    ZH_QUESTION,
    answer_with,
    answered,
    first_result,
    marked,
    plain,
    scrolls_sideways,
)  # fmt: skip

pytestmark = pytest.mark.browser

PROBLEM = {"detail": "the index is damaged; rebuild it", "request_id": "r-42", "status": 503}


def ask(page, question=ZH_QUESTION):
    page.locator("#q").fill(question)
    page.keyboard.press("Enter")


def sources(server, question=ZH_QUESTION):
    return server.json("/v1/search", {"query": question})


def generated(server):
    """An answer as if a language model had written it, one sentence of which its quote does not support."""
    body = server.ask(ZH_QUESTION)
    text = "茶馆由林小满创办。[1]它在1999年关门。[1]"
    statements = [
        {"text": "茶馆由林小满创办。[1]", "markers": [1], "supported": True, "support": 0.9, "unsupported": []},
        {
            "text": "它在1999年关门。[1]",
            "markers": [1],
            "supported": False,
            "support": 0.2,
            "unsupported": [{"start": 2, "end": 6}],
        },
    ]
    return {**body, "answer": text, "generated": True, "statements": statements, "citations": body["citations"][:1]}


def test_skeletons_then_the_answer_as_it_comes(open_page, server):
    page = open_page()
    asked = threading.Event()
    page.route("**/v1/ask", lambda route: asked.set())  # held back
    ask(page)
    page.locator("#answer-skeleton").wait_for()
    assert page.locator("#passages .skeleton").count() > 0
    assert page.locator("#answer").get_attribute("aria-busy") == "true"
    assert page.locator("#status").inner_text() == "正在查找…"
    assert asked.is_set()


def test_half_an_answer_is_shown_and_its_marker_waits_for_its_citation(open_page, server):
    page = open_page()
    answer_with(page, ("sources", sources(server)), ("answer.delta", {"text": f"{FOUNDER}[1]"}))
    ask(page)
    page.get_by_text("回答中断了").wait_for()
    assert FOUNDER in page.locator("#answer").inner_text()
    assert page.locator("#answer .coming").inner_text() == "1"
    assert page.locator("#answer .cite").count() == 0


def test_written_answer_marks_what_its_quotes_do_not_support(open_page, server):
    page = open_page()
    done = generated(server)
    reset = {"code": "llm_unreachable", "detail": "gone"}
    answer_with(page, ("sources", sources(server)), ("answer.reset", reset), ("answer.done", done))
    ask(page)
    unsupported = answered(page).locator(".unsupported")
    assert unsupported.inner_text().startswith("它在1999年关门。")
    assert unsupported.locator("em").inner_text() == "1999"
    assert page.get_by_text("引文未证实").is_visible()
    assert "由语言模型撰写" in page.locator("#answer-foot").inner_text()


def test_fallback_is_said(open_page, server):
    page = open_page()
    done = {**server.ask(ZH_QUESTION), "fallback": "llm_unreachable"}
    answer_with(page, ("sources", sources(server)), ("answer.done", done))
    ask(page)
    assert "llm_unreachable" in answered(page).inner_text()


class _DyingProxy(BaseHTTPRequestHandler):
    """Passes everything on, but leaves in the middle of an answer, after its first citation, while ``dies``."""

    target = ""
    dies = True

    def _pass_on(self, body=None):
        request = Request(self.target + self.path, body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE) as response:
            received = response.read()
            dying = self.dies and self.path == "/v1/ask"
            self.send_response(response.status)
            for name in ("Content-Type", "Content-Security-Policy"):
                self.send_header(name, response.headers[name])
            self.send_header("Content-Length", str(len(received)))
            self.end_headers()
            cut = re.search(rb"event: citation.*?\n\n", received, re.DOTALL).end() if dying else len(received)
            self.wfile.write(received[:cut])
            if dying:
                time.sleep(0.5)  # what came is read before the end is noticed
        self.close_connection = True

    def do_GET(self):
        self._pass_on()

    def do_POST(self):
        self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def dying(server):
    handler = type("Handler", (_DyingProxy,), {"target": server.address})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}", handler
        proxy.shutdown()


def test_server_that_dies_in_the_middle_of_an_answer(open_page, dying):
    address, handler = dying
    page = open_page(address)
    ask(page)
    alert = page.get_by_role("alert")
    alert.get_by_text("回答中断了").wait_for()
    assert plain(FOUNDER) in page.locator("#answer").inner_text()  # what came is kept
    page.locator(".cite").first.click()
    assert marked(page) == plain(FOUNDER)
    assert page.locator(".result").count() > 0
    handler.dies = False
    alert.get_by_role("button", name="重试").click()
    answered(page)
    page.locator("#answer-foot", has_text="逐字引自原文").wait_for()
    assert alert.inner_text() == ""


def test_error_in_the_stream_keeps_what_came(open_page, server):
    page = open_page()
    events = [("sources", sources(server)), ("answer.delta", {"text": "半句"}), ("error", PROBLEM)]
    answer_with(page, *events)
    ask(page)
    page.get_by_role("alert").get_by_text(PROBLEM["detail"]).wait_for()
    assert "r-42" in page.get_by_role("alert").inner_text()
    assert "半句" in page.locator("#answer").inner_text()


def test_problem_then_retry(open_page, server):
    page = open_page()
    page.route("**/v1/ask", lambda r: r.fulfill(status=503, json=PROBLEM, content_type="application/problem+json"))
    ask(page)
    alert = page.get_by_role("alert")
    alert.get_by_text(PROBLEM["detail"]).wait_for()
    assert "r-42" in alert.inner_text()
    page.unroute("**/v1/ask")
    alert.get_by_role("button").click()
    first_result(page)
    assert alert.inner_text() == ""


def test_server_that_is_away_or_talks_nonsense(open_page, server):
    page = open_page(locale="en-US")
    page.route("**/v1/**", lambda route: route.abort())
    ask(page, EN_QUESTION)
    page.get_by_role("alert").get_by_text("The server cannot be reached").wait_for()
    page.unroute("**/v1/**")
    page.route("**/v1/**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.goto(server.article("tea.txt"))
    page.get_by_role("alert").get_by_text("HTTP 502").wait_for()
    assert page.locator("#article .document").count() == 0


@pytest.mark.parametrize("length", [200, 2000])
def test_long_question_is_shown_in_full(open_page, server, length):
    question = ("茶馆是谁创办的？" * 250)[:length]
    page = open_page(server.question(question))
    answered(page)
    assert page.locator("#asked").inner_text() == question
    assert not scrolls_sideways(page)


def test_question_that_is_too_long_is_refused_in_the_servers_words(open_page, server):
    page = open_page(server.question("长" * 2001))
    alert = page.get_by_role("alert")
    alert.get_by_text("2,001 characters").wait_for()
    assert re.search(r"请求编号 \w{32}", alert.inner_text())


@pytest.mark.parametrize(("count", "says"), [(0, "Nothing found"), (1, "1 passage"), (50, "50 passages")])
def test_no_one_and_fifty_results(open_page, server, count, says):
    page = open_page(locale="en-US")
    found = sources(server, EN_QUESTION)
    one = found["results"][0]
    results = [{**one, "rank": rank, "id": f"{one['id']}-{rank}"} for rank in range(1, count + 1)]
    done = {**server.ask(REFUSED_QUESTION), "results": results, "question_language": "en"}
    answer_with(page, ("sources", {**found, "results": results}))
    ask(page, EN_QUESTION)
    page.locator("#passages-title", has_text=says).wait_for()
    assert page.locator(".result").count() == count
    assert done["answerable"] is False


def test_only_the_newest_question_is_answered(open_page, server):
    page = open_page()
    slow = "lighthouse 灯塔"
    hold = lambda route: None if route.request.post_data_json["question"] == slow else route.continue_()  # noqa: E731
    page.route("**/v1/ask", hold)
    with page.expect_request("**/v1/ask"):
        ask(page, slow)
    page.locator("#answer-skeleton").wait_for()
    with page.expect_event("requestfailed"):  # the page gives the older one up
        ask(page)
    assert "茶馆小史" in first_result(page).locator("h3").inner_text()
    assert page.get_by_role("alert").inner_text() == ""


def test_empty_question_is_the_start(open_page, server):
    page = open_page(server.question("   "))
    page.locator("#start").wait_for()
    page.keyboard.press("Enter")
    assert page.locator("#start").is_visible()
    assert page.get_by_role("alert").inner_text() == ""


def test_link_to_a_quote_that_has_moved_or_left(open_page, server):
    link = server.ask(ZH_QUESTION)["citations"][0]["link"]
    path, _, digest = link.rpartition("-")
    start, end = map(int, path.rpartition("#")[2].split("-"))
    moved = f"{path.rpartition('#')[0]}#{start - 7}-{end - 7}-{digest}"
    page = open_page(server.address + moved)
    assert marked(page, "#article") == plain(FOUNDER)
    assert page.locator("#position").inner_text() == f"{start}–{end}"
    page.goto(server.address + f"{path.rpartition('#')[0]}#{start}-{end}-000000000000")
    page.locator("#note", has_text="已不在这篇文章里").wait_for()
    assert page.locator("mark.current").count() == 0


def test_fragment_changes_and_bad_ones_are_ignored(open_page, server):
    emoji = TEA.index("😀")
    page = open_page(server.article("tea.txt", f"#{emoji}-{emoji + 1}"))
    assert marked(page, "#article") == "😀"
    rare = TEA.index("𡃁")
    page.evaluate("hash => { location.hash = hash; }", f"#{rare}-{rare + 1}")
    page.wait_for_function("() => document.querySelector('mark.current').textContent === '𡃁'")
    for bad in (f"#0-{len(TEA) + 1}", "#9-3", "#5-5", "#-1-4", "#words"):
        page.evaluate("hash => { location.hash = hash; }", bad)
        page.locator("#note").filter(has_text=f"“{bad[1:]}”").wait_for()
        assert page.locator("mark.current").count() == 0
        assert page.locator("#article .tools").is_hidden()
