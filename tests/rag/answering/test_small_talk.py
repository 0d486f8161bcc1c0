"""Greetings, thanks, tests and empty talk, and what only begins like them."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from rag.answering.small_talk import is_small_talk
from tests.conftest import ROOT

QUESTIONS = [json.loads(line) for line in (ROOT / "eval/question_sets/seeds.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "你好", "您好！", "在吗？", "有人吗", "谢谢", "谢谢你！！", "再见～", "好的，谢谢", "测试一下", "早上好呀", "你是谁？",
        "你会做什么？", "嗯嗯", "哈哈哈哈", "你好，在吗？谢谢啦", "hi", "Hello!", "Hey there", "Good morning :)",
        "thanks a lot!", "Thank you so much.", "THX", "test", "testing 1 2 3", "ok", "bye bye", "How are you doing today?",
        "What’s up?", "who are you", "What can you do?", "hello 你好", "ＨＥＬＬＯ",
        "？？？", "...", "😀👍", "—", "()", "_", "\u200b",
    ],
)  # fmt: skip
def test_it_asks_nothing(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "谢谢，GPT-3 多大？", "你好，谁创立了谷歌？", "测试用户有多少？", "好的模型有哪些？", "再见是谁写的？",
        "茶", "早期用户",
        "Hi, what does Copilot cost?", "Thanks. And Google?", "What is GPT-3?", "Who is the keeper?", "How big are models?",
        "GPT-3", "gulls", "4", "2022", "é", "кто", "誰", "今日は", "hello😀Midjourney",
    ],
)  # fmt: skip
def test_it_asks_something(text: str) -> None:
    assert not is_small_talk(text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_of_the_questions_about_the_seeds_only_greetings_are_small_talk(language: str) -> None:
    asked = [question for question in QUESTIONS if question["language"] == language]
    taken = {question["id"] for question in asked if is_small_talk(question["question"])}
    assert taken == {question["id"] for question in asked if question["kind"] == "greeting"} != set()


def test_every_phrase_of_the_list_is_small_talk_by_itself() -> None:
    lines = (resources.files("rag") / "data" / "small_talk.txt").read_text(encoding="utf-8").splitlines()
    phrases = [phrase for line in lines if not line.startswith("#") for phrase in line.split()]
    assert len(phrases) > 150
    assert [phrase for phrase in phrases if not is_small_talk(phrase)] == []
