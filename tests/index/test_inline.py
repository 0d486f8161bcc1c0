import pytest

from index.inline import InlineText
from index.spans import Span


def collected(source: str, *pieces: tuple[str, str]) -> InlineText:
    """Pieces ``(quote in the source, how it reads)`` from left to right."""
    inline = InlineText(source)
    at = 0
    for quote, text in pieces:
        start = source.index(quote, at)
        at = start + len(quote)
        inline.text(Span(start, at), text)
    return inline


def test_runs_that_touch_are_seen_whole_so_that_split_marks_disappear():
    inline = collected("甲*" + "*乙", ("甲*", "甲*"), ("*乙", "*乙"))
    assert inline.finish().text == "甲乙"


def test_what_reads_unlike_its_source_is_atomic():
    (first, second, third) = collected("a&lt;b", ("a", "a"), ("&lt;", "<"), ("b", "b")).finish().segments
    assert (first.verbatim, second.verbatim, third.verbatim) == (True, False, True)
    assert (second.source_start, second.source_end) == (1, 5)


def test_white_space_at_the_ends_is_dropped_with_its_map():
    text = collected("  甲 ", ("  甲 ", "  甲 ")).finish()
    assert text.text == "甲"
    assert text.span(0, 1) == Span(2, 3)


def test_a_line_end_that_reads_as_a_space_claims_no_source_character():
    source = "a long line of English words that runs well past sixty columns\nand on"
    inline = InlineText(source)
    at = source.index("\n")
    inline.text(Span(0, at), source[:at])
    inline.line_break(Span(at, at + 1), soft=True)
    inline.text(Span(at + 1, len(source)), source[at + 1 :])
    text = inline.finish()
    assert text.text == source.replace("\n", " ")
    for s in text.segments:
        assert text.text[s.start : s.end] == source[s.source_start : s.source_end]
    assert text.span(0, len(text.text)) == Span(0, len(source))


def test_breaks_without_text_between_them_are_one():
    inline = InlineText("a<br><br>\nb")
    inline.text(Span(0, 1), "a")
    inline.line_break(Span(1, 5))
    inline.line_break(Span(5, 9))
    inline.line_break(Span(9, 10), soft=True)
    inline.text(Span(10, 11), "b")
    assert inline.finish().text == "a\nb"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://a.b/c?d=1&e=(2)", "a.b"),
        ("https://a.b;见", "a.b;见"),
        ("(https://a.b/c)", "(a.b)"),
        ("https://a.b/c_(d)/e, f", "a.b, f"),
        ("See https://a.b/c. Next, https://a.b. End", "See a.b. Next, a.b. End"),
        ("http://", "http://"),
        ("ftp://a.b/c", "ftp://a.b/c"),
        ("看https://a-b.c_d.e/f，好", "看a-b.c_d.e，好"),
    ],
)
def test_a_bare_address_ends_where_no_address_goes_on(text: str, said: str):
    assert collected(text, (text, text)).finish().text == said


def test_the_first_line_is_emphasised_only_if_all_of_it_is_bold():
    inline = InlineText("bold\nrest")
    inline.open_strong()
    inline.text(Span(0, 4), "bold")
    inline.close_strong()
    inline.line_break(Span(4, 5))
    inline.text(Span(5, 9), "rest")
    assert inline.emphasised_line(inline.finish()) == 4
    plain = collected("bold", ("bold", "bold"))
    assert plain.emphasised_line(plain.finish()) is None


def test_a_close_without_an_open_is_ignored():
    inline = InlineText("a")
    inline.close_strong()
    inline.text(Span(0, 1), "a")
    assert inline.strong is None


def test_nothing_collected_reads_as_nothing():
    assert InlineText("abc").finish().text == ""
