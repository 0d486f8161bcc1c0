"""The source as a readable document, and what helps to read it: glosses, the map, translations, reasons."""

from __future__ import annotations

import pytest

from tests.api.page.conftest import (
    FOUNDER,
    TEA,
    TWO_QUESTION,
    ZH_QUESTION,
    answer_with,
    answered,
    first_result,
    marked,
    plain,
)

pytestmark = pytest.mark.browser


def test_article_is_a_document_with_headings_lists_tables_and_captions(open_page, server):
    asked = []
    page = open_page(
        server.article("tea.txt"), prepare=lambda page: page.on("request", lambda request: asked.append(request.url))
    )
    document = page.locator("#article .document")
    document.wait_for()
    assert document.get_attribute("lang") == "zh-CN"
    assert document.locator(":is(h2, h3)").all_inner_texts()[-3:] == ["创办", "搬家", "价目"]
    assert document.locator("ul li").all_inner_texts() == ["听评书要早到。", "鸟笼挂在窗边。"]
    assert document.locator("ol li").all_inner_texts() == ["先听开场。", "再点茶。"]
    assert document.locator("ol li").evaluate_all("items => items.map(item => item.value)") == [4, 5]
    assert document.locator("ol").evaluate("list => getComputedStyle(list).listStyleType") == "decimal"
    assert document.locator("th").all_inner_texts() == ["茶", "价格", "产地"]
    assert document.locator("td").all_inner_texts()[:3] == ["碧螺春", "三十元", "苏州洞庭山"]
    caption = document.locator(".image")
    assert "林小满像" in caption.inner_text()
    assert caption.locator("a").get_attribute("href") == "https://pictures.example/founder.jpg"
    assert all(address.startswith(server.address) for address in asked)  # no picture is loaded


def test_every_span_can_be_marked(open_page, server):
    """Whatever the positions, what is marked is what stands there, less the marks of markup."""
    page = open_page(server.article("tea.txt"))
    page.locator("#article .document").wait_for()
    for quote in ("😀", "𡃁", "林小满", "四十五元", "鸟笼挂在窗边", "茶馆小史 🍵"):
        start = TEA.index(quote)
        page.evaluate("hash => { location.hash = hash; }", f"#{start}-{start + len(quote)}")
        page.wait_for_function(
            "quote => [...document.querySelectorAll('mark.current')].map(m => m.textContent).join('') === quote",
            arg=quote,
        )


def test_map_shows_where_the_evidence_lies_in_the_article(open_page, server):
    page = open_page(server.question(ZH_QUESTION))
    answered(page).locator(".cite").first.click()
    marked(page)
    citation = server.ask(ZH_QUESTION)["citations"][0]
    at = page.locator(".map i.current").evaluate("tick => Number(tick.style.getPropertyValue('--at'))")
    assert at == pytest.approx(citation["start_char_index"] / len(TEA))
    assert f"{round(at * 100)}%" in page.locator(".map").get_attribute("aria-label")


def test_pressed_chinese_word_is_explained_to_english_readers_only(open_page, server):
    page = open_page(server.question(TWO_QUESTION))
    word = answered(page).locator(".quoted").first
    press = """place => {
        const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        while (!texts.nextNode().data.includes('鸟笼'));
        const range = document.createRange();
        const at = texts.currentNode.data.indexOf('鸟笼');
        range.setStart(texts.currentNode, at);
        range.setEnd(texts.currentNode, at + 1);
        const box = range.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2]; }"""
    page.mouse.click(*word.evaluate(press))
    card = page.get_by_role("dialog")
    card.wait_for()
    assert "birdcage" in card.inner_text()
    assert "CC-CEDICT" in card.get_by_role("link").inner_text()
    page.keyboard.press("Escape")
    page.locator("#result-1").focus()
    page.keyboard.press("g")  # the same for keyboards: the question's words
    card.wait_for()
    page.keyboard.press("Escape")
    page.locator("#language").click()
    page.mouse.click(*word.evaluate(press))
    page.wait_for_timeout(300)
    assert card.count() == 0


def test_why_shows_each_legs_share_and_the_words(open_page, server):
    page = open_page(server.question(TWO_QUESTION))
    why = first_result(page).locator(".why")
    with page.expect_request("**/v1/search") as asked:
        why.locator("summary").click()
    assert asked.value.post_data_json["explain"] is True
    why.locator(".legs li").first.wait_for()
    shares = [int(share.rstrip("%")) for share in why.locator(".legs .numbers").all_inner_texts()]
    assert sum(map(abs, shares)) == pytest.approx(100, abs=4)
    assert why.locator(".words").count() > 0


def test_parallel_translation_stands_beside_the_passage(open_page, server):
    page = open_page()
    done = server.ask(ZH_QUESTION)
    other = {"article_id": "lighthouse.md", "start": 34, "end": 88, "score": 0.9}
    for result in done["results"]:
        result["parallel"] = [other]
    answer_with(page, ("answer.done", done))
    page.goto(server.question(ZH_QUESTION))
    answered(page).locator(".cite").first.click()
    marked(page)
    page.get_by_role("button", name="对照译文").click()
    sides = page.locator("#parallel section")
    sides.nth(1).wait_for()
    assert plain(FOUNDER) in sides.nth(0).inner_text()
    assert "Margaret Oakes" in sides.nth(1).inner_text()
    assert sides.nth(1).locator(".document").get_attribute("lang") == "en"


def test_recent_questions_stay_in_the_browser_and_can_be_cleared(open_page, server):
    page = open_page(server.question(ZH_QUESTION))
    page.locator("#answer-foot p").first.wait_for()
    page.goto(server.address)
    recent = page.locator("#recents a")
    assert recent.all_inner_texts() == [ZH_QUESTION]
    recent.click()
    answered(page)
    page.go_back()
    page.locator("#recents").get_by_role("button").click()
    assert page.locator("#recents").is_hidden()
    page.reload()
    page.locator("#start").wait_for()
    assert recent.count() == 0


def test_example_asks_its_question(open_page):
    page = open_page()
    example = page.locator("#start a").nth(1)
    question = example.inner_text()
    example.click()
    answered(page)
    assert page.locator("#q").input_value() == question
    assert page.locator("#start").is_hidden()
    page.reload()
    assert page.locator("#q").input_value() == question


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
