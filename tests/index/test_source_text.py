import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.source_text import Segment, SourceText, SourceTextBuilder
from index.spans import Span

SOURCE = "**甲&amp;乙**丙\n  丁"


def built() -> SourceText:
    """甲&乙, an inserted comma, 丙, an atomic line break, 丁."""
    builder = SourceTextBuilder()
    builder.copy("甲", 2, 3)
    builder.copy("&", 3, 8)
    builder.copy("乙", 8, 9)
    builder.insert("，")
    builder.copy("丙", 11, 12)
    builder.copy(" ", 12, 15)
    builder.copy("丁", 15, 16)
    return builder.build()


def test_the_text_is_what_was_copied_and_inserted_in_order():
    assert built().text == "甲&乙，丙 丁"


@pytest.mark.parametrize(
    ("found", "quote"),
    [
        ("甲", "甲"),
        ("甲&乙", "甲&amp;乙"),
        ("&", "&amp;"),
        ("乙，丙", "乙**丙"),
        ("，丙", "丙"),
        ("丙 丁", "丙\n  丁"),
        (" ", "\n  "),
    ],
)
def test_what_is_found_maps_to_the_smallest_source_span(found: str, quote: str):
    text = built()
    at = text.text.index(found)
    span = text.span(at, at + len(found))
    assert span is not None
    assert span.quote(SOURCE) == quote


def test_inserted_characters_and_empty_ranges_have_no_place_in_the_source():
    text = built()
    assert text.span(3, 4) is None
    assert text.span(1, 1) is None
    assert text.span(99, 100) is None


def test_runs_that_touch_become_one_segment_but_atomic_ones_do_not():
    builder = SourceTextBuilder()
    builder.copy("ab", 0, 2)
    builder.copy("cd", 2, 4)
    builder.copy("&", 4, 9)
    builder.copy("e", 9, 10)
    assert builder.build().segments == (Segment(0, 4, 0, 4), Segment(4, 5, 4, 9), Segment(5, 6, 9, 10))


def test_nothing_copied_leaves_no_segment():
    builder = SourceTextBuilder()
    builder.copy("", 3, 7)
    assert builder.build() == SourceText("", ())
    assert len(builder) == 0


def test_a_slice_keeps_its_part_of_the_map():
    text = built()
    piece = text.slice(2, 5)
    assert piece.text == "乙，丙"
    span = piece.span(0, 3)
    assert span is not None
    assert span.quote(SOURCE) == "乙**丙"


def test_a_slice_through_an_atomic_segment_keeps_it_whole_on_both_sides():
    text = SourceText("ab", (Segment(0, 2, 5, 12),))
    assert text.slice(0, 1).segments == (Segment(0, 1, 5, 12),)
    assert text.slice(1, 2).segments == (Segment(0, 1, 5, 12),)


def test_strip_removes_white_space_at_both_ends_only():
    text = SourceText("  a b\n", (Segment(0, 6, 10, 16),))
    stripped = text.strip()
    assert stripped.text == "a b"
    assert stripped.segments == (Segment(0, 3, 12, 15),)
    assert SourceText(" \n", (Segment(0, 2, 0, 2),)).strip() == SourceText("", ())


def test_append_shifts_the_map_of_a_finished_piece():
    builder = SourceTextBuilder()
    builder.insert("头: ")
    builder.append(built())
    assert builder.text == "头: " + built().text
    span = builder.build().span(3, 6)
    assert span is not None
    assert span.quote(SOURCE) == "甲&amp;乙"


pieces = st.lists(st.tuples(st.text(max_size=4), st.integers(0, 6), st.booleans()), max_size=10)


@given(pieces)
def test_flat_and_back_is_the_same(parts: list[tuple[str, int, bool]]):
    builder = SourceTextBuilder()
    at = 0
    for text, length, inserted in parts:
        if inserted:
            builder.insert(text)
        else:
            builder.copy(text, at, at + length)
            at += length
    text = builder.build()
    assert SourceText.from_flat(text.text, text.flat()) == text


def test_from_flat_refuses_a_list_that_was_cut_short():
    with pytest.raises(ValueError, match="zip"):
        SourceText.from_flat("a", [0, 1, 0])


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_span_cannot_be_negative_or_run_backwards(start: int, end: int):
    with pytest.raises(ValueError, match=rf"not a span: \[{start}, {end}\)"):
        Span(start, end)


def test_spans_know_their_length_quote_cover_and_overlap():
    span = Span(2, 5)
    assert len(span) == 3
    assert span.quote("abcdef") == "cde"
    assert span.covers(Span(2, 5))
    assert span.covers(Span(3, 4))
    assert not span.covers(Span(1, 4))
    assert [span.overlap(Span(*other)) for other in ((0, 2), (0, 3), (3, 9), (2, 5), (7, 9))] == [0, 1, 2, 3, 0]
