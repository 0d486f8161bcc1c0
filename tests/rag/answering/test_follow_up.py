"""What is taken for a follow-up, and what it is searched for with."""

from __future__ import annotations

import pytest

from rag.answering.follow_up import FollowUps
from rag.answering.types import AskRequest, Turn
from rag.engine import Engine
from rag.types import LONGEST_QUERY


@pytest.fixture(scope="module")
def follow_ups(seeds_engine: Engine) -> FollowUps:
    return FollowUps(seeds_engine._asking.retriever.subjects, seeds_engine.index.tokenizer)


ASKED = Turn("GPT-3 有多大？", "1750 亿个参数。")
ENGLISH = Turn("How big is GPT-3?", "It has 175 billion parameters.")


@pytest.mark.parametrize("question", ["它的训练成本呢？", "那 Google 呢？", "训练花了多少钱？", "后者是谁做的？"])
def test_a_follow_up_is_searched_with_the_question_before(follow_ups: FollowUps, question: str) -> None:
    assert follow_ups.resolve(question, [ASKED]) == f"GPT-3 有多大？ {question}"


@pytest.mark.parametrize(
    "question", ["and Google?", "What does it cost?", "What about Stability AI?", "Who made the latter?"]
)
def test_in_english_too(follow_ups: FollowUps, question: str) -> None:
    assert follow_ups.resolve(question, [ENGLISH]) == f"How big is GPT-3? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "Midjourney 怎么收费？",
        "腾讯在长三角盖的计算中心，算力顶得上全球最强超算的几倍？",
        "Which key brings up the AI inside Notion?",
        "What did Sequoia admit, a year on, that it had got wrong in its earlier forecasts?",
    ],
)
def test_a_question_that_stands_alone_is_searched_for_as_it_is(follow_ups: FollowUps, question: str) -> None:
    assert follow_ups.resolve(question, [ASKED, ENGLISH]) == question


def test_without_a_history_nothing_is_added(follow_ups: FollowUps) -> None:
    assert follow_ups.resolve("它的训练成本呢？", []) == "它的训练成本呢？"


def test_it_goes_back_to_the_last_question_that_stands_alone(follow_ups: FollowUps) -> None:
    history = [Turn("Midjourney 怎么收费？", ""), ASKED, Turn("它是谁做的？", "")]
    assert follow_ups.resolve("什么时候？", history) == "GPT-3 有多大？ 它是谁做的？ 什么时候？"


def test_the_oldest_gives_way_where_it_grows_too_long(follow_ups: FollowUps) -> None:
    long = Turn("它" * (LONGEST_QUERY - 10), "")
    resolved = follow_ups.resolve("它多少钱？", [ASKED, long])
    assert len(resolved) <= LONGEST_QUERY
    assert resolved == f"{long.question} 它多少钱？"


def test_an_answer_says_what_was_searched_for(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask(AskRequest("它的训练成本呢？", history=(ASKED,)))
    assert answer.question == "它的训练成本呢？"
    assert answer.searched == "GPT-3 有多大？ 它的训练成本呢？"
    assert "1200 万美元" in answer.text
