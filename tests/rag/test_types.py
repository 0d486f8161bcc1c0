"""Which searches are accepted."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from rag.errors import EngineError, InvalidParameterError, InvalidQueryError
from rag.types import LARGEST_TOP_K, LONGEST_QUERY, Filters, Mode, SearchRequest


@pytest.mark.parametrize(
    "query",
    [
        "a", "盗", "😀", "👩‍👩‍👧‍👦", "e\u0301", "\u200b", "\ufffd", "𠀀", "مرحبا", "ＧＰＴ－３",
        "' OR 1=1; --", "%s {0} \\ud800", "[bold]x[/]",
        "two\nlines", "a\ttab", "carriage\r\nreturn", "x" * LONGEST_QUERY, "红" * LONGEST_QUERY, "😀" * LONGEST_QUERY,
    ],
)  # fmt: skip
def test_any_text_of_one_to_2000_characters_is_a_query(query: str) -> None:
    assert SearchRequest(query).query == query


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u3000", "\xa0", " \r\n\u2003"])
def test_white_space_around_a_query_is_trimmed_and_does_not_count(space: str) -> None:
    query = "x" * LONGEST_QUERY
    assert SearchRequest(f"{space * 50}{query}{space * 50}").query == query


@pytest.mark.parametrize("query", ["", " ", "\n\t\r", "\u3000\u3000", "\xa0"])
def test_an_empty_query_is_refused(query: str) -> None:
    with pytest.raises(InvalidQueryError, match="the query is empty; ask something"):
        SearchRequest(query)


@pytest.mark.parametrize("character", ["x", "红", "😀"])
def test_a_query_is_measured_in_characters_not_bytes(character: str) -> None:
    with pytest.raises(InvalidQueryError, match=r"has 2,001 characters; shorten it to at most 2,000"):
        SearchRequest(character * (LONGEST_QUERY + 1))


@pytest.mark.parametrize("code", [0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F, 0x80, 0x9F])
def test_control_characters_are_refused_by_name(code: int) -> None:
    with pytest.raises(InvalidQueryError, match=rf"control character U\+{code:04X}; remove it"):
        SearchRequest(f"a{chr(code)}b")


@pytest.mark.parametrize("query", ["\ud800", "a\udfffb", "\ude00\ud83d"])
def test_lone_surrogates_are_refused(query: str) -> None:
    with pytest.raises(InvalidQueryError, match="lone surrogate"):
        SearchRequest(query)


@pytest.mark.parametrize("top_k", [-1, 0, LARGEST_TOP_K + 1, 10**30])
def test_top_k_out_of_range_is_refused(top_k: int) -> None:
    with pytest.raises(InvalidParameterError, match=rf"top_k is {top_k}; give a whole number from 1 to 100"):
        SearchRequest("a", top_k)


@pytest.mark.parametrize("top_k", [1, LARGEST_TOP_K])
def test_the_ends_of_the_range_of_top_k_are_accepted(top_k: int) -> None:
    assert SearchRequest("a", top_k).top_k == top_k


@pytest.mark.parametrize("mode", list(Mode))
def test_a_mode_may_be_given_by_name(mode: Mode) -> None:
    assert SearchRequest("a", mode=mode.value).mode is mode  # type: ignore[arg-type]


def test_an_unknown_mode_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidParameterError, match=r"mode is 'fuzzy'; give one of hybrid, dense, lexical"):
        SearchRequest("a", mode="fuzzy")  # type: ignore[arg-type]


def test_all_that_can_be_wrong_with_a_request_is_one_family() -> None:
    assert issubclass(InvalidQueryError, EngineError)
    assert issubclass(InvalidParameterError, EngineError)
    assert InvalidQueryError.code != InvalidParameterError.code


def test_a_request_does_not_change_and_by_default_filters_nothing() -> None:
    request = SearchRequest("a")
    assert (request.top_k, request.mode, request.filters, request.explain) == (
        10,
        Mode.HYBRID,
        Filters(None, None),
        False,
    )
    with pytest.raises(FrozenInstanceError):
        request.query = "b"  # type: ignore[misc]
