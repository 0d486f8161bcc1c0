"""The names that questions are about, in either language, and where passages mention them."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.encoders import Encoder
from index.language import detect_language
from rag.engine import Engine
from rag.subjects import SubjectReader, mentions
from tests.conftest import build


@pytest.fixture(scope="module")
def subjects(seeds_engine: Engine) -> SubjectReader:
    return seeds_engine._asking.retriever.subjects


def names(subjects: SubjectReader, question: str) -> list[set[str]]:
    return [set(subject) for subject in subjects.read(question, detect_language(question))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How much did it cost to train GPT-3?", ["gpt3"]),
        ("GPT-3 的训练成本是多少？", ["gpt3"]),
        ("How many people use GPT-3 and gpt-3?", ["gpt3"]),
        ("What is DALL·E 2?", ["dalle"]),
        ("iPhone sales in 2020?", ["iphon"]),
        ("chatGPT 和 ChatGPT 有什么区别？", ["chatgpt"]),
        ("midjourney 怎么收费？", ["midjourney"]),
        ("What did AT&T say?", ["att"]),
        ("谷歌和 DeepMind 谁开发了 AlphaCode？", ["deepmind", "alphacod", "谷歌"]),
    ],
)
def test_names_are_found_once_each_by_the_token_that_search_has_for_them(
    subjects: SubjectReader, question: str, expected: list[str]
) -> None:
    found = names(subjects, question)
    assert len(found) == len(expected)
    assert all(token in subject for token, subject in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    "question",
    [
        "Who founded the company?", "The keeper counts gulls.", "Midjourney?", "“When did it happen?”",
        "What happened in 2022?", "它叫什么？", "算力有多大？", "2022 年发生了什么？", "Is it so? And how?", "?",
    ],
)  # fmt: skip
def test_some_questions_name_nothing(subjects: SubjectReader, question: str) -> None:
    """In English the first word has a capital anyway."""
    assert names(subjects, question) == []


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("What does Sequoia say?", "sequoia", "红杉"),
        ("What did Nvidia announce?", "nvidia", "英伟达"),
        ("When did Apple launch?", "appl", "苹果"),
        ("谷歌做了什么？", "谷歌", "googl"),
        ("微軟投資了多少錢？", "微软", "microsoft"),
    ],
)
def test_a_name_is_known_in_both_languages(subjects: SubjectReader, question: str, one: str, other: str) -> None:
    assert {one, other} <= set[str]().union(*names(subjects, question))


def test_a_name_that_no_dictionary_has_is_known_by_its_sound(home: Path, tmp_path: Path, encoder: Encoder) -> None:
    """Unless the articles write it in Latin letters."""
    for name, text in {"one": "麦金德是英国地理学家。", "two": "麦金德是英国地理学家，即 Mackinder。"}.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.md").write_text(text, encoding="utf-8")
        build(home / name, folder, encoder)
    asked = "What did Halford Mackinder write?"
    assert "麦金德" in set[str]().union(*names(Engine(home / "one")._asking.retriever.subjects, asked))
    assert "麦金德" not in set[str]().union(*names(Engine(home / "two")._asking.retriever.subjects, asked))


def test_mentions_are_places_in_the_text(subjects: SubjectReader) -> None:
    text = "谷歌（Google）用 GPT-3 吗？Google 不用，也不用 GPT-4。"
    read = subjects.read("谷歌用 GPT-3 和 Claude 吗？", "zh")
    found = {
        min(subject): [span.quote(text) for span in each]
        for subject, each in zip(read, mentions(text, read), strict=True)
    }
    assert found == {"gpt3": ["GPT-3"], "claud": [], "googl": ["谷歌", "Google", "Google"]}


def test_nothing_is_mentioned_where_nothing_is_sought() -> None:
    assert mentions("Google", ()) == []
    assert mentions("", (frozenset({"googl"}),)) == [[]]
