"""Slices: who is in them, and their figures."""

from __future__ import annotations

import pytest

from eval.slices import ALL, Slice, measure_slices, slice_members

FACETS = {
    "a": {"languages": ("zh→zh",), "article": ("x", "y")},
    "b": {"languages": ("en→zh",), "article": ("x",)},
    "c": {"kind": ("date",)},
}


def test_a_question_is_in_the_slice_of_each_of_its_values() -> None:
    members = slice_members(FACETS)
    assert list(members.items()) == [
        (ALL, ("a", "b", "c")),
        (Slice("languages", "en→zh"), ("b",)),
        (Slice("languages", "zh→zh"), ("a",)),
        (Slice("article", "x"), ("a", "b")),
        (Slice("article", "y"), ("a",)),
        (Slice("kind", "date"), ("c",)),
    ]
    assert str(ALL) == "all"
    assert str(Slice("article", "x")) == "article: x"


def test_figures_are_means_over_the_questions_that_have_the_measure() -> None:
    scores = {"a": {"m": 1.0, "parts": 0.5}, "b": {"m": 0.0}, "c": {"m": 0.5}}
    figures = measure_slices(scores, slice_members(FACETS), ("m", "parts", "other"))
    assert (figures[ALL]["m"].mean, figures[ALL]["m"].n) == (pytest.approx(0.5), 3)
    assert (figures[ALL]["parts"].mean, figures[ALL]["parts"].n) == (0.5, 1)
    assert figures[ALL]["m"].low < 0.5 < figures[ALL]["m"].high
    assert set(figures[Slice("kind", "date")]) == {"m"}
    assert figures == measure_slices(scores, slice_members(FACETS), ("m", "parts", "other")), "no chance in it"


def test_nothing_has_no_slices() -> None:
    assert slice_members({}) == {}
