"""Positions and marks: code points in the API, UTF-16 in the browser, and markup that only one of the two has."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("馆由林小满在1987年创办。后来", "馆由**林小满**在1987年创办。", "馆由林小满在1987年创办。"),
        ("See the map here. More.", "See [the map](https://x.example/a_(b)) here.", "See the map here."),
        ("𠮷祥 😀 茶馆。再说", "𠮷祥 😀 茶馆。", "𠮷祥 😀 茶馆。"),
        ("a 1; b 1; c 1", "1", "1"),
        ("nothing of it", "水仙", None),
    ],
)
def test_quote_is_found_in_readable_text(open_page, text, quote, found):
    page = open_page()
    at = page.evaluate(
        "async ([text, quote]) => (await import('/page/marking.js')).findQuote(text, quote, 0)", [text, quote]
    )
    if found is None:
        assert at is None
    else:
        utf16 = text.encode("utf-16-le")
        assert utf16[at["start"] * 2 : at["end"] * 2].decode("utf-16-le") == found


def test_word_that_stands_alone_is_not_found_in_another(open_page):
    page = open_page()
    found = page.evaluate(
        """async () => (await import('/page/marking.js'))
            .findWords('2023 GPT-3 𠮷𠮷3', 'GPT-3, 𠮷', 100, [{start: 104, end: 105}, {start: 107, end: 108}])"""
    )
    assert [(r["start"], r["end"]) for r in found] == [(9, 10)]
