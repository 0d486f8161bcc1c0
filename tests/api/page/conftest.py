"""A real Chromium, and a real server over a few small articles."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.api.conftest import PATIENCE, RAG, serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip

FOUNDER = "𠮷祥茶馆由**林小满**在1987年创办。"
TEA = f"""\
茶馆小史 🍵
==========

😀 这篇文章里有表情 👨‍👩‍👧 和生僻字 𠮷、𡃁、𪚥，它们在 JavaScript 里各占两个单位。

## 创办

{FOUNDER}

![林小满像](https://pictures.example/founder.jpg)

## 搬家

后来茶馆搬到了河边，每天清晨五点开门，老顾客会带着鸟笼来听评书。

- 听评书要早到。
- 鸟笼挂在窗边。

4. 先听开场。
5. 再点茶。

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

\u202eesrever ni si siht\u202c and ![a picture](javascript:window.hacked=7)
"""
NARCISSUS = "水仙花在腊月开放，根部要浸在清水里。每隔两天换一次水，放在向阳的窗台上。\n"
NARCISSUS_ID = "花草 笔记/水仙 100%#1?.txt"
ARTICLES = {"tea.txt": TEA, "lighthouse.md": LIGHTHOUSE, "hostile.md": HOSTILE, NARCISSUS_ID: NARCISSUS}

ZH_QUESTION = "茶馆是谁创办的？"
EN_QUESTION = "Who founded the tea house in 1987?"
TWO_QUESTION = "When does the tea house by the river open?"
REFUSED_QUESTION = "红烧肉怎么做才不腻？"


class Server:
    """Where the server listens, and a way to ask it past the page."""

    def __init__(self, address: str) -> None:
        self.address = address

    def json(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.address + path, data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE) as response:
            return json.load(response)

    def ask(self, question):
        return self.json("/v1/ask", {"question": question})

    def question(self, text, lang=None):
        return f"{self.address}/?q={quote(text)}" + (f"&lang={lang}" if lang else "")

    def article(self, article_id, fragment=""):
        return f"{self.address}/articles/{quote(article_id)}{fragment}"


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def server(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    for name, text in ARTICLES.items():
        file = folder / "articles" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    index = [RAG, "--home", folder / "home", "index", "articles"]
    indexed = subprocess.run(index, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert indexed.returncode == 0, indexed.stdout + indexed.stderr
    with serving(folder / "home", folder / "server.log") as served:
        yield Server(served.url)


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

    def opened(address=None, locale="zh-CN", width=1300, prepare=None, **options):
        context = chromium.new_context(locale=locale, viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", surprised)
        if prepare:
            prepare(page)
        page.goto(address or server.address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def stream(*events):
    """What ``page.route`` fulfils with: server-sent events, as (name, data)."""
    body = "".join(f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in events)
    return {"body": body.encode(), "content_type": "text/event-stream; charset=utf-8"}


def answer_with(page, *events):
    page.route("**/v1/ask", lambda route: route.fulfill(**stream(*events)))


def first_result(page):
    result = page.locator("#result-1")
    result.wait_for()
    return result


def answered(page):
    page.locator("#answer[aria-busy=false]").wait_for()
    return page.locator("#answer")


def marked(page, place="#panel"):
    """The text that is marked in the source, without the marks of emphasis that may stand in it."""
    page.locator(f"{place} mark.current").first.wait_for()
    return "".join(page.locator(f"{place} mark.current").all_text_contents()).replace("*", "")


def plain(quote):
    return re.sub(r"[*_`]", "", quote)


def in_view(mark):
    return mark.evaluate(
        """mark => { const box = mark.getBoundingClientRect();
            const inside = (top, bottom) => box.top >= top && box.bottom <= bottom;
            const reading = mark.closest('#panel .reading')?.getBoundingClientRect();
            return inside(0, innerHeight) && (!reading || inside(reading.top, reading.bottom)); }"""
    )


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
