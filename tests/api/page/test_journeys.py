"""What readers do, from the question to the quote in its source."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

import pytest

from tests.api.page.conftest import (
    EN_QUESTION,
    FOUNDER,
    HOSTILE,
    LIGHTHOUSE,
    NARCISSUS,
    NARCISSUS_ID,
    REFUSED_QUESTION,
    TEA,
    TWO_QUESTION,
    ZH_QUESTION,
    answered,
    first_result,
    in_view,
    marked,
    plain,
    scrolls_sideways,
)  # fmt: skip

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("question", [ZH_QUESTION, EN_QUESTION])
def test_question_leads_to_the_citation_and_to_the_quote_marked_in_its_source(open_page, server, question):
    page = open_page()
    page.locator("#q").fill(question)
    page.keyboard.press("Enter")
    answer = answered(page)
    citation = server.ask(question)["citations"][0]
    assert plain(citation["cited_text"]) in answer.inner_text()
    quoted = answer.locator(".quoted").first
    assert quoted.get_attribute("lang") == "zh-CN"
    answer.locator(".cite").first.click()
    assert marked(page) == plain(citation["cited_text"]) == plain(FOUNDER)
    mark = page.locator("#panel mark.current").first
    assert in_view(mark)
    assert mark.evaluate("mark => mark === document.activeElement")
    start, end = citation["start_char_index"], citation["end_char_index"]
    assert TEA[start:end] == citation["cited_text"]
    assert page.locator("#position").inner_text() == f"{start}–{end}"
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert page.evaluate("document.activeElement.className") == "cite"  # the focus is given back


def test_citation_shows_its_quote_and_the_source_walks_from_one_to_the_next(open_page, server):
    page = open_page(server.question(TWO_QUESTION))
    citations = server.ask(TWO_QUESTION)["citations"]
    assert len(citations) > 1
    answered(page).locator(".cite").first.hover()
    card = page.get_by_role("tooltip")
    card.wait_for()
    assert plain(citations[0]["cited_text"]) in card.inner_text()
    card.hover()  # it stays while the pointer reads it
    page.wait_for_timeout(400)
    assert card.is_visible()
    page.mouse.move(0, 0)
    card.wait_for(state="detached")
    page.locator(".cite").first.click()
    quotes = [plain(citation["cited_text"]) for citation in citations]
    assert marked(page) == quotes[0]
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_text(f"2 / {len(citations)}").wait_for()
    assert marked(page) == quotes[1]
    page.keyboard.press("[")
    page.get_by_text(f"1 / {len(citations)}").wait_for()
    assert marked(page) == quotes[0]
    page.locator(".map").click(position={"x": 10, "y": 2})  # the place nearest to the top
    page.locator(".map i.current:first-child").wait_for()


def test_result_opens_in_the_source_and_as_a_page_of_its_own(open_page, server):
    page = open_page(server.question(ZH_QUESTION), permissions=["clipboard-read", "clipboard-write"])
    first_result(page).locator(".source-link").click()
    assert marked(page) == plain(FOUNDER)
    page.get_by_role("link", name="打开全文").click()
    assert marked(page, "#article") == plain(FOUNDER)
    assert page.title().startswith("茶馆小史")
    assert in_view(page.locator("mark.current").first)
    assert page.locator(".map i").count() > 0
    page.locator("#back").click()
    first_result(page)
    assert page.locator("#q").input_value() == ZH_QUESTION


def test_quote_is_copied_with_its_citation_in_three_forms(open_page, server):
    page = open_page(server.question(ZH_QUESTION), permissions=["clipboard-read", "clipboard-write"])
    answered(page).locator(".cite").first.click()
    marked(page)
    citation = server.ask(ZH_QUESTION)["citations"][0]
    where = f"{citation['start_char_index']}–{citation['end_char_index']}"
    link = server.address + citation["link"]
    copied = {}
    for form in ("text", "markdown", "bibtex"):
        page.locator("#said").evaluate("said => said.replaceChildren()")
        page.locator(f"#copy-{form}").click()
        page.get_by_text("已复制").wait_for()
        copied[form] = page.evaluate("navigator.clipboard.readText()")
        for part in (citation["cited_text"], citation["document_title"], link, where):
            assert part in copied[form], form
    assert copied["markdown"].startswith(f"> {citation['cited_text']}\n")
    assert re.match(r"@misc\{tea_txt_\d+,\n", copied["bibtex"])


def test_refusal_says_so_and_offers_the_nearest_passages(open_page, server):
    page = open_page(server.question(REFUSED_QUESTION))
    answer = answered(page)
    assert server.ask(REFUSED_QUESTION)["answer"] in answer.inner_text()
    assert answer.get_by_role("heading").inner_text() == "文章没有说"
    assert answer.locator(".cite").count() == 0
    if page.locator(".result").count():
        assert page.locator("#passages-title").inner_text() == "最接近的段落"


def test_reload_share_and_history_keep_the_state(open_page, server):
    page = open_page()
    page.locator("#q").fill(EN_QUESTION)
    page.locator("#search button").click()
    answer = answered(page).inner_text()
    assert page.title().startswith(EN_QUESTION)
    assert "lang=en" in page.url
    page.reload()
    assert page.locator("#q").input_value() == EN_QUESTION
    assert without_times(answered(page).inner_text()) == without_times(answer)

    shared = open_page(page.url)  # a fresh profile, whose browser speaks Chinese
    assert without_times(answered(shared).inner_text()) == without_times(answer)
    assert shared.evaluate("document.documentElement.lang") == "en"
    assert shared.evaluate("localStorage.getItem('cited-rag.language')") is None

    page.go_back()
    page.locator("#start").wait_for()
    assert page.locator("#q").input_value() == ""
    assert page.locator(".result").count() == 0
    page.go_forward()
    assert without_times(answered(page).inner_text()) == without_times(answer)


def test_open_source_is_in_the_address_and_back_closes_it(open_page, server):
    page = open_page(locale="en-GB")
    page.locator("#q").fill(TWO_QUESTION)
    page.keyboard.press("Enter")
    cites = answered(page).locator(".cite")
    asked = page.url
    quotes = [plain(citation["cited_text"]) for citation in server.ask(TWO_QUESTION)["citations"]]
    cites.first.click()
    assert marked(page) == quotes[0]
    first = page.url
    assert first.startswith(f"{asked}&at=")
    page.keyboard.press("]")
    page.get_by_text(f"2 / {len(quotes)}").wait_for()
    assert page.url not in (asked, first)

    shared = open_page(page.url, locale="en-GB")  # a fresh profile
    assert marked(shared) == quotes[1]
    assert in_view(shared.locator("#panel mark.current").first)
    shared.get_by_text(f"2 / {len(quotes)}").wait_for()
    shared.keyboard.press("Escape")
    assert shared.locator("#panel").is_hidden()
    assert shared.url == asked

    page.go_back()  # one step, however many places were gone to
    page.locator("#panel").wait_for(state="hidden")
    assert page.url == asked
    assert answered(page).locator(".cite").count() == len(quotes)
    page.go_forward()
    assert marked(page) == quotes[1]
    page.reload()
    assert marked(page) == quotes[1]
    page.keyboard.press("Escape")
    page.wait_for_url(asked)
    assert page.locator("#panel").is_hidden()


def test_address_of_a_source_that_is_no_evidence_or_has_left(open_page, server):
    digest = hashlib.sha256(NARCISSUS[:5].encode()).hexdigest()[:12]
    page = open_page(f"{server.question(ZH_QUESTION)}&at={quote(f'/articles/{quote(NARCISSUS_ID)}#0-5-{digest}')}")
    assert marked(page) == NARCISSUS[:5]
    for wrong in ("/articles/tea.txt#0-5-000000000000", "//elsewhere.example/articles/tea.txt#0-5-000000000000"):
        page.goto(f"{server.question(ZH_QUESTION, 'en')}&at={quote(wrong)}")
        page.locator("#panel .document").wait_for()
        assert page.locator("#panel mark.current").count() == 0
        assert "(0-5-000000000000) has left this article" in page.locator("#said").inner_text()
        assert page.evaluate("location.host") in server.address


def test_without_javascript_from_the_question_to_the_marked_quote(open_page, server):
    page = open_page(java_script_enabled=False)
    page.locator("#q").fill(TWO_QUESTION)
    page.locator("#search button").click()
    assert page.locator("#q").input_value() == TWO_QUESTION
    citation = server.ask(TWO_QUESTION)["citations"][0]
    quoted = page.locator("blockquote, .quoted", has_text=plain(citation["cited_text"])).first
    assert quoted.get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="[1]", exact=True).click()
    cited = page.locator("#citation-1:target")
    assert in_view(cited.locator("blockquote"))
    cited.locator("a.source-link").click()
    mark = page.locator("mark.current")
    assert mark.inner_text() == citation["cited_text"]
    assert in_view(mark)
    page.go_back()
    page.locator("#q").fill(REFUSED_QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text(server.ask(REFUSED_QUESTION)["answer"]).wait_for()
    assert page.get_by_role("link", name="[1]", exact=True).count() == 0


def without_times(text):
    return re.sub(r"\d+ (ms|毫秒)", "", text)


def test_keyboard_alone(open_page, server):
    page = open_page(locale="en-US")
    page.wait_for_function("() => document.activeElement.id === 'q'")  # focused from the start
    page.keyboard.type(EN_QUESTION)
    page.keyboard.press("Enter")
    answered(page)
    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "cite"
    page.get_by_role("tooltip").wait_for()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Escape")  # the card first
    assert page.get_by_role("tooltip").count() == 0
    page.keyboard.press("Enter")
    assert marked(page) == plain(FOUNDER)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("End")
    page.keyboard.type("/?")  # in the box they are characters
    assert page.locator("#q").input_value() == EN_QUESTION + "/?"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "result-1"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "result-2"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "q"


def test_help_keeps_the_focus_and_gives_it_back(open_page):
    page = open_page(locale="en-US")
    button = page.get_by_role("button", name="Keyboard")
    button.click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    for key in ("Enter", "/", "Esc", "?"):
        assert dialog.locator("kbd", has_text=key).count()
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("?")  # switched off
    assert dialog.count() == 0


def test_phone_reads_the_source_below_the_answer(open_page, server):
    page = open_page(server.question(ZH_QUESTION), width=360, has_touch=True, is_mobile=True)
    answered(page).locator(".cite").first.tap()
    assert marked(page) == plain(FOUNDER)
    assert in_view(page.locator("#panel mark.current").first)
    assert page.evaluate("document.getElementById('panel').offsetTop > document.getElementById('answer').offsetTop")
    assert not scrolls_sideways(page)
    for address in (server.address, server.question("普洱的价格"), server.question("lighthouse address")):
        page.goto(address)
        page.wait_for_timeout(200)
        assert not scrolls_sideways(page)
    page.goto(server.article("lighthouse.md", "#34-60"))
    assert marked(page, "#article") == LIGHTHOUSE[34:60]
    assert not scrolls_sideways(page)


def test_id_with_folder_and_special_characters(open_page, server):
    page = open_page(server.question("水仙花什么时候开放"))
    first_result(page).locator(".source-link").click()
    assert marked(page) in NARCISSUS
    page.get_by_role("link", name="打开全文").click()
    assert marked(page, "#article") in NARCISSUS
    assert NARCISSUS_ID.split("/")[1].removesuffix(".txt") in page.title() or NARCISSUS[:5] in page.title()


def test_hostile_article_is_only_text(open_page, server):
    page = open_page(server.question("What does the quokka eat?"))
    assert "<img" in page.locator("h3", has_text="Hostile").first.inner_text()
    page.locator(".result", has_text="quokka").first.locator(".source-link").click()
    marked(page)
    panel = page.locator("#panel")
    assert "every morning" in panel.inner_text()
    page.goto(server.article("hostile.md"))
    page.locator("#article .document").wait_for()
    assert "<img" in page.locator("h1").inner_text()
    assert "\u202e" in HOSTILE
    assert page.locator("main :is(img, script, iframe)").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.evaluate("window.hacked") is None


def test_hostile_question_and_fragment_are_only_text(open_page, server):
    hostile = '<img src=x onerror="window.hacked=7">'
    page = open_page(server.question(hostile))
    answered(page)
    assert page.locator("#q").input_value() == hostile
    page.goto(server.article("tea.txt", f"#{hostile}"))
    page.locator("#note").wait_for()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
