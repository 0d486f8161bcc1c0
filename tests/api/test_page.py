"""Journeys through the web page in a real browser, against a real server over a few small articles."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
RAG = [sys.executable, "-c", "from rag.cli import main; main()"]
PATIENCE = 60
"""Seconds for the server to load its encoder on a slow machine."""

FOUNDER = "𠮷祥茶馆由**林小满**在1987年创办。"
TEA = f"""\
茶馆小史 🍵
==========

😀 这篇文章里有表情 👨‍👩‍👧 和生僻字 𠮷、𡃁、𪚥，它们在 JavaScript 里各占两个单位。

## 创办

{FOUNDER}

## 搬家

后来茶馆搬到了河边，每天清晨五点开门，老顾客会带着鸟笼来听评书。

## 价目

| 茶 | 价格 | 产地 |
|---|---|---|
| 碧螺春 | 三十元 | 苏州洞庭山 |
| 普洱 | 四十五元 | 云南西双版纳 |
"""
LIGHTHOUSE = """\
# The Lighthouse of Port Ellery

The lighthouse was designed by Margaret Oakes in 1854. Its lamp burned whale oil until electricity came.

Keepers climbed 212 steps every evening. A very long address stands here to see whether it breaks the page:
https://example.org/a-very-long-path-without-any-place-to-break/0123456789012345678901234567890123456789012345678901234
"""
HOSTILE = """\
---
title: 'Hostile <img src=x onerror="window.hacked=1">'
url: javascript:window.hacked=2
---

# Hostile <img src=x onerror="window.hacked=1">

<script>window.hacked = 3; alert("script")</script>

The quokka <img src="x" onerror="window.hacked=4;alert(4)"> eats `<script>window.hacked=5</script>` leaves and
[clicks here](javascript:window.hacked=6) every morning.
"""
NARCISSUS = "水仙花在腊月开放，根部要浸在清水里。每隔两天换一次水，放在向阳的窗台上。\n"
NARCISSUS_ID = "花草 笔记/水仙 100%#1?.txt"
ARTICLES = {"tea.txt": TEA, "lighthouse.md": LIGHTHOUSE, "hostile.md": HOSTILE, NARCISSUS_ID: NARCISSUS}

ZH_QUESTION = "茶馆是谁创办的？"
EN_QUESTION = "Who founded the tea house?"


class Server:
    """Where the server listens, and a way to ask it past the page."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def json(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.address + path, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE) as response:
            return json.load(response)

    def source(self, article_id):
        return self.json(f"/v1/articles/{quote(article_id)}/source")["quote"]

    def question(self, text):
        return f"{self.address}/?q={quote(text)}"

    def article(self, article_id, fragment=""):
        return f"{self.address}/articles/{quote(article_id)}{fragment}"


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM.exists():
        reason = f"there is no {CHROMIUM}"
        if os.environ.get("RAG_REQUIRE_BROWSER"):
            pytest.fail(f"{reason}, and RAG_REQUIRE_BROWSER is set")
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(headless=True, executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    for name, text in ARTICLES.items():
        file = folder / "articles" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    rag = [*RAG, "--home", str(folder / "home")]
    indexed = subprocess.run(
        [*rag, "index", "articles"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert indexed.returncode == 0, indexed.stdout + indexed.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "server.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen([*rag, "serve", "--port", str(port)], cwd=folder, env=env, stdout=log, stderr=log)
        try:
            running = Server(port)
            _wait_until_ready(running, process, log)
            yield running
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def _wait_until_ready(server, process, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            server.json("/ready")
        except URLError:
            time.sleep(0.1)
        else:
            return
    log.seek(0)
    pytest.fail(f"the server did not start:\n{log.read()}")


@pytest.fixture
def open_page(chromium, server):
    """Opens pages; afterwards, none of them may have run into a script error, a blocked resource or a dialog."""
    contexts, complaints = [], []

    def heard(message):
        # an answer that is an error is a state of the page, and tested as such
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def surprised(dialog):
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def opened(address=None, locale="zh-CN", width=1100, **options):
        context = chromium.new_context(locale=locale, viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", surprised)
        page.goto(address or server.address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def first_result(page):
    result = page.locator("#result-1")
    result.wait_for()
    return result


def follow_source_link(page, result):
    """Goes to the source; the article's id, the positions in the address and the marked text."""
    result.locator(".source-link").click()
    mark = page.locator("#source mark")
    mark.wait_for()
    address = urlsplit(page.url)
    start, end = map(int, address.fragment.split("-"))
    return unquote(address.path.removeprefix("/articles/")), start, end, mark


def in_view(mark):
    return mark.evaluate("m => { const r = m.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; }")


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


# -- from question to quote ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [ZH_QUESTION, EN_QUESTION])
def test_question_leads_to_the_quote_marked_at_its_positions(open_page, server, question):
    page = open_page()
    page.locator("#q").fill(question)
    page.keyboard.press("Enter")
    result = first_result(page)
    best = server.json("/v1/search", {"query": question})["results"][0]["best_sentence"]
    assert best["quote"] == FOUNDER
    assert result.locator("mark").inner_text() == FOUNDER.replace("*", "")  # readable: no marks of emphasis
    assert result.locator(".passage").get_attribute("lang") == "zh-CN"
    assert "茶馆小史" in result.locator("h2").inner_text()
    assert result.locator(".path").inner_text() == "创办"

    article_id, start, end, mark = follow_source_link(page, result)
    source = server.source(article_id)
    assert (article_id, source) == ("tea.txt", TEA)
    assert mark.text_content() == source[start:end] == best["quote"]
    before = page.locator("#source").evaluate("s => [...s.firstChild.textContent].length")
    assert before == start == best["start"]
    assert page.locator("#source").text_content() == source
    assert f"{start}–{end}" in page.locator("#position").inner_text()
    assert in_view(mark)


def test_words_of_the_question_are_emphasised_and_nothing_else(open_page, server):
    page = open_page(server.question("lighthouse lamp oil"), locale="en-US")
    words = first_result(page).locator("em").all_inner_texts()
    assert {word.lower() for word in words} == {"lighthouse", "lamp", "oil"}
    assert first_result(page).locator("[lang=en].passage").count() == 1


def test_table_row_is_shown_field_by_field(open_page, server):
    page = open_page(server.question("普洱的价格"))
    record = first_result(page).locator("dl")
    assert record.locator("dt").all_inner_texts() == ["茶", "价格", "产地"]
    assert record.locator("dd").all_inner_texts() == ["普洱", "四十五元", "云南西双版纳"]
    assert record.locator("mark").count() == 1


def test_id_with_folder_and_special_characters(open_page, server):
    page = open_page(server.question("水仙花什么时候开放"))
    article_id, start, end, mark = follow_source_link(page, first_result(page))
    assert article_id == NARCISSUS_ID
    assert mark.text_content() == NARCISSUS[start:end]


def test_copy_quote_and_go_back_to_the_result(open_page, server):
    page = open_page(server.question(ZH_QUESTION), permissions=["clipboard-read", "clipboard-write"])
    follow_source_link(page, first_result(page))
    page.locator("#copy").click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == FOUNDER
    page.locator("#back").click()
    first_result(page)
    assert page.locator("#q").input_value() == ZH_QUESTION
    page.wait_for_function("document.activeElement.id === 'result-1'")


# -- the address is the state --------------------------------------------------------------------------------------------


def test_reload_share_and_history_keep_the_state(open_page, server):
    page = open_page()
    page.locator("#q").fill(ZH_QUESTION)
    page.locator("#search button").click()
    titles = first_result(page).locator("h2").inner_text()
    assert page.title().startswith(ZH_QUESTION)
    page.reload()
    assert first_result(page).locator("h2").inner_text() == titles
    assert page.locator("#q").input_value() == ZH_QUESTION

    shared = open_page(page.url)
    assert first_result(shared).locator("h2").inner_text() == titles

    page.go_back()
    page.locator("#start").wait_for()
    assert page.locator("#q").input_value() == ""
    assert page.locator(".result").count() == 0
    page.go_forward()
    assert first_result(page).locator("h2").inner_text() == titles


def test_example_asks_its_question(open_page):
    page = open_page()
    example = page.locator("#examples a").nth(1)
    question = example.inner_text()
    example.click()
    first_result(page)
    assert page.locator("#q").input_value() == question
    assert page.locator("#start").is_hidden()
    page.reload()
    first_result(page)
    assert page.locator("#q").input_value() == question


def test_fragment_changes_and_bad_ones_are_ignored(open_page, server):
    page = open_page(server.article("tea.txt", "#7-8"))
    mark = page.locator("#source mark")
    mark.wait_for()
    assert mark.text_content() == TEA[7:8]
    emoji = TEA.index("😀")
    page.evaluate(f"location.hash = '#{emoji}-{emoji + 1}'")
    page.wait_for_function("document.querySelector('mark').textContent === '😀'")
    for bad in (f"#0-{len(TEA) + 1}", "#9-3", "#5-5", "#-1-4", "#words"):
        page.evaluate("hash => { location.hash = hash; }", bad)
        page.locator("#note").filter(has_text=f"“{bad[1:]}”").wait_for()
        assert mark.count() == 0
        assert page.locator("#quote-tools").is_hidden()
        assert page.locator("#source").text_content() == TEA


# -- keyboards, narrow screens, languages --------------------------------------------------------------------------------


def test_keyboard_alone(open_page, server):
    page = open_page()
    page.wait_for_function("document.activeElement.id === 'q'")  # focused from the start
    page.keyboard.type(EN_QUESTION)
    page.keyboard.press("Enter")
    first_result(page)
    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.result').id") == "result-1"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("End")
    page.keyboard.type("/")  # in the box it is a character
    assert page.locator("#q").input_value() == EN_QUESTION + "/"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#source mark").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "MARK"


def test_narrow_screen_never_scrolls_sideways(open_page, server):
    page = open_page(width=360)
    assert not scrolls_sideways(page)
    for question in ("普洱的价格", "lighthouse address"):
        page.goto(server.question(question))
        first_result(page)
        assert not scrolls_sideways(page)
    page.goto(server.article("lighthouse.md", "#34-60"))
    page.locator("#source mark").wait_for()
    assert not scrolls_sideways(page)


def test_language_follows_the_browser_and_the_switch(open_page, server):
    page = open_page(server.question(ZH_QUESTION), locale="en-GB")
    assert first_result(page).locator(".source-link").inner_text() == "Show in source"
    assert page.evaluate("document.documentElement.lang") == "en"
    switch = page.locator("#language")
    assert (switch.inner_text(), switch.get_attribute("lang")) == ("中文", "zh-CN")
    switch.click()
    assert first_result(page).locator(".source-link").inner_text() == "在原文中查看"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    follow_source_link(page, first_result(page))
    assert page.locator("#copy").inner_text() == "复制引文"  # remembered on the other page
    page.locator("#language").click()
    assert page.locator("#copy").inner_text() == "Copy quote"


def test_both_languages_say_everything(open_page):
    page = open_page()
    strings = page.evaluate("import('/page/strings.js').then(module => module.STRINGS)")
    assert set(strings) == {"zh-CN", "en"}
    zh, en = strings["zh-CN"], strings["en"]
    assert zh.keys() == en.keys()
    for name in en:
        assert zh[name].strip()
        assert en[name].strip()
        assert set(re.findall(r"{\w+}", zh[name])) == set(re.findall(r"{\w+}", en[name])), name
    files = {f.name: f.read_text(encoding="utf-8") for f in resources.files("api").joinpath("page").iterdir()}
    used = {name for text in files.values() for name in re.findall(r'data-(?:text|label|placeholder)="(\w+)"', text)}
    used |= {name for text in files.values() for name in re.findall(r'\b(?:t|announce)\("(\w+)"', text)}
    assert used <= en.keys()
    assert sum(len(text.encode()) for text in files.values()) < 60_000


# -- when things go wrong ------------------------------------------------------------------------------------------------


def test_servers_own_words_are_shown(open_page, server):
    page = open_page(server.question("长" * 2001))
    alert = page.get_by_role("alert")
    alert.get_by_text("2,001 characters").wait_for()
    assert re.search(r"请求编号 \w{32}", alert.inner_text())


def test_problem_then_retry(open_page, server):
    page = open_page()
    problem = {"detail": "the index is damaged; rebuild it", "request_id": "r-42", "status": 503}
    page.route("**/v1/search", lambda r: r.fulfill(status=503, json=problem, content_type="application/problem+json"))
    page.locator("#q").fill(ZH_QUESTION)
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    alert.get_by_text(problem["detail"]).wait_for()
    assert "r-42" in alert.inner_text()
    page.unroute("**/v1/search")
    alert.get_by_role("button").click()
    first_result(page)
    assert alert.inner_text() == ""


def test_server_that_is_away_or_talks_nonsense(open_page, server):
    page = open_page(locale="en-US")
    page.route("**/v1/**", lambda route: route.abort())
    page.locator("#q").fill(ZH_QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("The server cannot be reached").wait_for()
    page.unroute("**/v1/**")
    page.route("**/v1/**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.goto(server.article("tea.txt"))
    page.get_by_role("alert").get_by_text("HTTP 502").wait_for()
    assert page.locator("#article").is_hidden()


def test_nothing_found(open_page):
    page = open_page(locale="en-US")
    empty = {"query": "x", "results": [], "took_ms": 1.0}
    page.route("**/v1/search", lambda route: route.fulfill(json=empty))
    page.locator("#q").fill("x")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing found").wait_for()


def test_only_the_newest_question_is_answered(open_page, server):
    page = open_page()
    slow = "lighthouse"
    page.route(
        "**/v1/search", lambda route: None if route.request.post_data_json["query"] == slow else route.continue_()
    )
    page.locator("#q").fill(slow)
    with page.expect_request("**/v1/search"):
        page.keyboard.press("Enter")
    page.get_by_text("正在查找").wait_for()
    page.locator("#q").fill(ZH_QUESTION)
    with page.expect_event("requestfailed"):  # the page gives the older one up
        page.keyboard.press("Enter")
    assert "茶馆小史" in first_result(page).locator("h2").inner_text()
    assert page.get_by_role("alert").inner_text() == ""


def test_empty_question_is_the_start(open_page, server):
    page = open_page(server.question("   "))
    page.locator("#start").wait_for()
    page.keyboard.press("Enter")
    assert page.locator("#start").is_visible()
    assert page.get_by_role("alert").inner_text() == ""


# -- articles and questions are data, not code ---------------------------------------------------------------------------


def test_hostile_article_is_only_text(open_page, server):
    page = open_page(server.question("What does the quokka eat?"))
    result = first_result(page)
    assert "<img" in result.locator("h2").inner_text()
    assert result.locator("img, script").count() == 0
    follow_source_link(page, result)
    assert page.locator("#source").text_content() == HOSTILE
    assert "<img" in page.locator("#title").inner_text()
    assert page.locator("main :is(img, script)").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.evaluate("window.hacked") is None


def test_hostile_question_and_fragment_are_only_text(open_page, server):
    hostile = '<img src=x onerror="window.hacked=7">'
    page = open_page(server.question(hostile))
    first_result(page)
    assert page.locator("#q").input_value() == hostile
    assert page.evaluate("window.hacked") is None
    page.goto(server.article("tea.txt", f"#{hostile}"))
    page.locator("#note").wait_for()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0


# -- positions -----------------------------------------------------------------------------------------------------------


def test_positions_convert_both_ways(open_page):
    page = open_page()
    text = "a😀中𠮷\u0301\r\n👨‍👩‍👧z"
    slices = page.evaluate(
        """async (text) => {
            const p = await import('/page/positions.js');
            const all = [];
            for (let start = 0; start <= p.lengthInCodePoints(text); start++)
                for (let end = start; end <= p.lengthInCodePoints(text); end++)
                    all.push([start, end, p.sliceByCodePoints(text, start, end), p.toCodePoints(text, p.toUtf16(text, end))]);
            return all;
        }""",
        text,
    )
    length = len(text)
    assert len(slices) == (length + 1) * (length + 2) // 2
    for start, end, cut, there_and_back in slices:
        assert cut == text[start:end]
        assert there_and_back == end
