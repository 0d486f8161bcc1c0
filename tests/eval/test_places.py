"""Places: names, and what covers a quote."""

from __future__ import annotations

import pytest

from eval.errors import UnknownItemError
from eval.places import COVERED, Place, occurrences
from index.spans import Span


def place(start: int, end: int, article: str = "a.md") -> Place:
    return Place(article, Span(start, end))


@pytest.mark.parametrize("article", ["a.md", "dir/红杉 汇.txt", "x#1-2.md", "odd\nname.md"])
def test_an_id_is_read_back(article: str) -> None:
    assert Place.parse(place(3, 17, article).id) == place(3, 17, article)


@pytest.mark.parametrize("name", ["", "a.md", "a.md#3", "a.md#3-", "#1-2", "a.md#17-3", "a.md#-1-3"])
def test_what_names_no_place_is_an_error_that_says_how_places_are_named(name: str) -> None:
    with pytest.raises(UnknownItemError, match="items of this data set are named article#start-end"):
        Place.parse(name)


def test_four_fifths_of_a_quote_are_enough() -> None:
    """Ten characters, 20 to 30: 20 to 28 are eight of them, 20 to 27 seven."""
    assert COVERED == 0.8
    quote = place(20, 30)
    assert quote.shown_by([place(0, 28)])
    assert not quote.shown_by([place(0, 27)])
    assert not quote.shown_by([place(0, 100, "b.md")])
    assert not quote.shown_by([])


def test_what_is_shown_twice_counts_once() -> None:
    """20-24 and 22-27 are seven characters of the quote, not nine; with 29-30 they are eight."""
    quote = place(20, 30)
    assert not quote.shown_by([place(20, 24), place(22, 27)])
    assert quote.shown_by([place(22, 27), place(29, 40), place(20, 24)])


def test_every_occurrence_is_found_overlapping_ones_too() -> None:
    assert occurrences("a.md", "aXaXa", "aXa") == (place(0, 3), place(2, 5))
    assert occurrences("a.md", "abc", "x") == ()
