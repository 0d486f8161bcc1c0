"""What the page is made of: its weight, its chain of requests, its strings."""

from __future__ import annotations

import re
from importlib import resources

import pytest

FILES = {file.name: file.read_text(encoding="utf-8") for file in resources.files("api").joinpath("page").iterdir()}
LIGHT = 60_000
"""Bytes before compression that a page needs to be painted and to ask."""
WHOLE = 102_000
"""With all that is fetched when it is first opened: source, cards, glosses, reasons, help."""


def imports(name, pattern=r'from "\./([\w.]+)"'):
    """The modules that a module needs before it runs, all the way down."""
    found, waiting = set(), [name]
    while waiting:
        for other in re.findall(pattern, FILES[waiting.pop()]):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


@pytest.mark.parametrize(("page", "script"), [("index.html", "search.js"), ("article.html", "article.js")])
def test_everything_a_page_needs_at_first_is_named_in_it_and_light(page, script):
    """A chain of two: the page, and all the rest at once."""
    named = set(re.findall(r'(?:href|src)="/page/([\w.]+)"', FILES[page]))
    assert imports(script) | {script} == {name for name in named if name.endswith(".js")}
    assert sum(len(FILES[name].encode()) for name in named | {page}) < LIGHT


def test_both_pages_together_are_light():
    served = [text for name, text in FILES.items() if not name.endswith(".j2")]
    assert sum(len(text.encode()) for text in served) < WHOLE


def test_nothing_comes_from_outside_and_nothing_is_inline():
    for name, text in FILES.items():
        if name.endswith(".html"):
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), name
            for address in re.findall(r'(?:src|href)="([^"]*)"', text):
                assert address.startswith("/"), (name, address)
        if name.endswith((".js", ".css")):
            assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(|@import|url\(", text), name


def test_templates_keep_their_placeholders():
    for page in ("index.html", "article.html"):
        assert re.findall(r"{{ (\w+) }}", FILES[page]) == ["server_lang", "query", "server_html"]


@pytest.mark.browser
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
    code = "\n".join(text for name, text in FILES.items() if name != "strings.js")
    used = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', code))
    used |= {name for call in re.findall(r"\bt\(([^()]*)", code) for name in re.findall(r'"(\w+)"', call)}
    used &= {name for name in used if not re.fullmatch(r"and|en|zh", name)}
    assert used <= en.keys(), used - en.keys()
    made = [re.escape(prefix) for prefix in re.findall(r"`(\w+_)\$\{", code)]
    dynamic = {name for name in en if re.match("|".join(made), name) or f'"{name}"' in code}
    assert en.keys() == used | dynamic, en.keys() - used - dynamic


@pytest.mark.browser
def test_language_follows_the_question_and_the_switch(open_page, server):
    page = open_page(locale="en-GB")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("#q").fill("茶馆是谁创办的？")
    page.keyboard.press("Enter")
    page.locator("#result-1").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"  # that of the question
    switch = page.locator("#language")
    assert (switch.inner_text(), switch.get_attribute("lang")) == ("English", "en")
    switch.click()
    assert page.locator("#result-1 .source-link").inner_text() == "Show in source"
    assert "lang=en" in page.url
    page.goto(server.question("老顾客带什么来听评书？"))
    page.locator("#result-1").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"  # what was chosen, remembered
    assert page.locator("#result-1 .passage").get_attribute("lang") == "zh-CN"


@pytest.mark.browser
def test_page_is_usable_at_once(open_page, server):
    """Of three loads the fastest: the machine may be busy."""
    page = open_page()
    took = []
    for _ in range(3):
        page.goto(server.address)
        page.locator("#start a").first.wait_for()
        took.append(page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive"))
    assert min(took) < 300
