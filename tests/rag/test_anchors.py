"""Links to quotes: they lead to the same words, wherever these have moved, or say that they are gone."""

from __future__ import annotations

import re

import pytest

from index.spans import Span
from rag.anchors import digest, find_again, link
from rag.errors import QuoteGoneError

TEXT = "# 𠮷 😀\r\n守塔人数海鸥。\n面包在夜里烤。守塔人数海鸥。"
QUOTE = "守塔人数海鸥。"
FIRST, SECOND = TEXT.index(QUOTE), TEXT.rindex(QUOTE)


def at(start: int, quote: str = QUOTE) -> Span:
    return Span(start, start + len(quote))


def test_a_link_names_article_positions_and_words() -> None:
    assert link("a.md", at(FIRST), TEXT) == f"/articles/a.md#{FIRST}-{FIRST + 7}-{digest(QUOTE)}"


def test_an_address_keeps_slashes_and_escapes_the_rest() -> None:
    assert link("a b/红#?.md", Span(0, 1), TEXT).startswith("/articles/a%20b/%E7%BA%A2%23%3F.md#0-1-")


@pytest.mark.parametrize("quote", ["", "a", QUOTE, "😀", "𠮷", "\ud800", "e\u0301"])
def test_a_digest_is_twelve_hexadecimal_digits_of_the_words(quote: str) -> None:
    assert re.fullmatch("[0-9a-f]{12}", digest(quote))
    assert digest(quote) == digest(quote)
    assert digest(quote) != digest(quote + "x")


def test_composed_and_decomposed_letters_are_other_words() -> None:
    assert digest("é") != digest("e\u0301")


def test_while_the_text_is_as_it_was_the_positions_lead_there() -> None:
    assert find_again("a.md", TEXT, at(FIRST), digest(QUOTE)) == at(FIRST)
    assert find_again("a.md", TEXT, at(SECOND), digest(QUOTE)) == at(SECOND), "the second one, not the first"


def test_the_end_of_the_text_can_be_quoted() -> None:
    assert SECOND + len(QUOTE) == len(TEXT)
    assert find_again("a.md", TEXT, at(SECOND), digest(QUOTE)).end == len(TEXT)
    assert find_again("a.md", TEXT, Span(0, len(TEXT)), digest(TEXT)) == Span(0, len(TEXT))


@pytest.mark.parametrize("quote", ["😀", "𠮷", "𠮷 😀", "\r\n", "塔"])
def test_any_characters_are_found(quote: str) -> None:
    start = TEXT.index(quote)
    assert find_again("a.md", TEXT, at(start, quote), digest(quote)) == at(start, quote)
    moved = "前言。\n" + TEXT
    assert find_again("a.md", moved, at(start, quote), digest(quote)) == at(moved.index(quote), quote)


@pytest.mark.parametrize("inserted", ["x", "😀", "一段新的话。\n\n", "y" * 1000])
def test_what_was_inserted_above_is_passed_over(inserted: str) -> None:
    quote = "面包在夜里烤。"
    moved = inserted + TEXT
    assert find_again("a.md", moved, at(TEXT.index(quote), quote), digest(quote)) == at(moved.index(quote), quote)


def test_what_was_deleted_above_is_too() -> None:
    assert find_again("a.md", QUOTE, at(FIRST), digest(QUOTE)) == Span(0, len(QUOTE))
    assert find_again("a.md", f"{QUOTE}。", at(10**30), digest(QUOTE)) == Span(0, len(QUOTE))


def test_of_a_sentence_that_stands_twice_the_nearer_one_is_found() -> None:
    """Looked for between the two, a character nearer to one or the other; halfway it is the earlier one."""
    text = f"{QUOTE}1234567{QUOTE}"
    for start, expected in ((1, 0), (6, 0), (7, 0), (8, 14), (13, 14), (20, 14)):
        assert find_again("a.md", text, at(start), digest(QUOTE)) == at(expected)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("面包在夜里烤。", Span(0, 7)),
        ("", Span(0, 7)),
        ("守塔人数海鸥", Span(0, 7)),
        ("守塔人数海鸥！", Span(0, 7)),
        (QUOTE, Span(0, 6)),  # the length is part of the link
        (QUOTE, Span(0, 8)),
        (QUOTE, Span(3, 3)),
        (QUOTE, Span(5, 10**30)),
    ],
)
def test_words_that_have_left_are_gone(text: str, span: Span) -> None:
    with pytest.raises(
        QuoteGoneError, match=rf"stood at {span.start}-{span.end} has left 'a.md'; leave the digest out"
    ):
        find_again("a.md", text, span, digest(QUOTE))


def test_nothing_is_no_quote_even_by_its_own_digest() -> None:
    for span in (Span(0, 0), Span(len(TEXT), len(TEXT))):
        with pytest.raises(QuoteGoneError, match="has left"):
            find_again("a.md", TEXT, span, digest(""))
