"""What can be asked."""

from __future__ import annotations

import pytest

from rag.answering.types import LONGEST_HISTORY, AskRequest, Reason, Turn, Wording
from rag.errors import InvalidParameterError, InvalidQueryError
from rag.types import LARGEST_TOP_K, LONGEST_QUERY, Filters, Mode, SearchRequest


def test_a_question_is_trimmed() -> None:
    assert AskRequest(" \n谁？\u3000").question == "谁？"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "the query is empty; ask something in Chinese or English"),
        (" \u3000\n", "the query is empty"),
        ("红" * (LONGEST_QUERY + 1), "2,001 characters; shorten it to at most 2,000"),
        ("a\0b", r"U\+0000; remove it"),
        ("\ud800", "lone surrogate"),
    ],
)
def test_what_is_no_question_is_refused_also_in_the_history(question: str, message: str) -> None:
    with pytest.raises(InvalidQueryError, match=message):
        AskRequest(question)
    with pytest.raises(InvalidQueryError, match=message):
        AskRequest("谁？", history=(Turn("谁？", ""), Turn(question, "")))


@pytest.mark.parametrize("top_k", [0, -1, LARGEST_TOP_K + 1])
def test_top_k_has_bounds(top_k: int) -> None:
    with pytest.raises(InvalidParameterError, match=f"top_k is {top_k}; give a whole number from 1 to 100"):
        AskRequest("谁？", top_k)


def test_a_history_has_at_most_five_turns() -> None:
    turn = Turn("谁？", "我。")
    assert len(AskRequest("谁？", history=(turn,) * LONGEST_HISTORY).history) == 5
    with pytest.raises(InvalidParameterError, match="history is '6 turns'; give the last 5 at most"):
        AskRequest("谁？", history=(turn,) * 6)


def test_a_generator_is_known_by_its_name() -> None:
    assert AskRequest("谁？", generator="llm").generator is Wording.LLM  # type: ignore[arg-type]
    assert AskRequest("谁？").generator is None
    with pytest.raises(InvalidParameterError, match="generator is 'gpt'; give one of extractive, llm, or leave it out"):
        AskRequest("谁？", generator="gpt")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameterError, match="generator is ''"):
        AskRequest("谁？", generator="")  # type: ignore[arg-type]


def test_the_search_has_what_the_question_was_asked_with() -> None:
    filters = Filters("zh", ("a.md",))
    search = AskRequest("谁？", 7, filters).search("谁 写了？")
    assert search == SearchRequest("谁 写了？", 7, Mode.HYBRID, filters)
    assert search.group_parallel, "translations are one result"


def test_the_names_of_reasons_are_fixed() -> None:
    assert [reason.value for reason in Reason] == ["no_evidence", "weak_evidence", "not_a_question"]
    assert [wording.value for wording in Wording] == ["extractive", "llm"]
