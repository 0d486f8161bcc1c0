"""``rag eval check``: every problem with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.check import Problem, check_question_set
from eval.errors import DatasetError
from eval.question_set import SEEDS as SEEDS_SET
from tests.conftest import SEEDS
from tests.eval.conftest import Json, question

Write = Callable[..., Path]
QUOTE = {"file": "gulls.md", "quote": "The keeper counts gulls", "part": 1}
BREAD = {"file": "bread.md", "quote": "Bread is baked", "part": 1}


def test_the_set_that_ships_has_no_problem() -> None:
    checked = check_question_set(SEEDS_SET, SEEDS)
    assert checked.problems == ()
    assert checked.questions >= 200


def test_a_good_set_has_no_problem(articles: Path, write_questions: Write) -> None:
    twin = question(id="gulls.zh", language="zh", question="谁数海鸥？")
    hello = question(id="hello", pair="hello", kind="greeting", question="Hello!", evidence=[])
    assert check_question_set(write_questions(question(), twin, hello), articles).problems == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{\n", "not JSON"),
        (
            question(id="x", pair="x", question="y", split="validation"),
            "not a question: split: 'validation' is not one of",
        ),
        (
            question(id="x", pair="x", question="y", evidence=[{**QUOTE, "quote": "gone"}]),
            "stale quote.*gulls.md: gone",
        ),
        (question(id="x", pair="x", question="y", evidence=[{**QUOTE, "part": 2}]), "parts 2: number them 1, 2"),
        (question(id="x", pair="x", question="y", evidence=[]), "kind 'fact' with 0 quotes"),
        (question(id="x", pair="x", question="y", kind="off_topic"), "kind 'off_topic' with 1 quotes"),
        (question(id="x", pair="x", question="y", evidence=[{**QUOTE, "quote": "gulls. "}]), "white space around it"),
        (question(pair="x", question="y"), "id 'gulls.en' stands on line 1 already"),
        (question(id="x", pair="x"), "question 'Who counts gulls?' stands on line 1 already"),
        (question(id="x", language="zh", question="y", split="test"), r"split differs from line 1.*pair 'gulls'"),
        (question(id="x", language="zh", question="y", kind="date"), "kind differs from line 1"),
        (question(id="x", language="zh", question="y", evidence=[BREAD]), "evidence differs from line 1"),
        (question(id="x", question="y"), "the same language as line 1"),
    ],
)
def test_a_problem_is_told_with_its_line(articles: Path, write_questions: Write, row: Json | str, message: str) -> None:
    checked = check_question_set(write_questions(question(), "\n", row), articles)
    (problem,) = checked.problems
    assert problem.line == 3
    with pytest.raises(AssertionError, match=message.replace("?", r"\?")):
        raise AssertionError(problem.message)


def test_all_problems_are_told_at_once_in_order(articles: Path, write_questions: Write) -> None:
    gone = {**QUOTE, "quote": "gone"}
    path = write_questions("[]\n", question(evidence=[gone]), question(id="x", language="zh", question="y"), "{\n")
    assert [problem.line for problem in check_question_set(path, articles).problems] == [1, 2, 3, 4]
    assert Problem(1, "not a JSON object") in check_question_set(path, articles).problems


def test_a_file_that_cannot_be_read_is_an_error(articles: Path) -> None:
    with pytest.raises(DatasetError, match=r"no\.jsonl: cannot be read"):
        check_question_set(Path("no.jsonl"), articles)
