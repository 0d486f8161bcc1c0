"""Follow-ups: the file, and that understanding them helps without harm to new questions."""

from __future__ import annotations

from statistics import mean

import pytest

from eval.measure_follow_ups import FollowUp, read_follow_ups, reciprocal_ranks
from eval.question_set import SEEDS, read_questions
from tests.conftest import SEEDS as ARTICLES


def test_every_follow_up_stands_for_a_question_of_its_half() -> None:
    questions = {question.id: question for question in read_questions(SEEDS)}
    follow_ups = read_follow_ups()
    assert len(follow_ups) >= 20 + sum(each.kind == "new" for each in follow_ups)
    assert len({each.id for each in follow_ups}) == len(follow_ups)
    assert all(questions[each.answers].split == each.split and questions[each.answers].evidence for each in follow_ups)
    assert all(1 <= len(each.history) <= 5 for each in follow_ups)
    for split in ("dev", "test"):
        assert {each.id[-2:] for each in follow_ups if each.split == split} == {"zh", "en"}


@pytest.fixture(scope="module")
def measured() -> list[tuple[FollowUp, dict[str, float]]]:
    return [(each, dict(ranks)) for each, ranks in reciprocal_ranks(ARTICLES)]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_understanding_them_is_worth_a_quarter_of_all_ranks(
    measured: list[tuple[FollowUp, dict[str, float]]], split: str
) -> None:
    rows = [ranks for each, ranks in measured if each.split == split]
    assert mean(row["as understood"] for row in rows) > mean(row["as asked"] for row in rows) + 0.25


def test_a_new_question_is_not_understood_by_the_old_one(measured: list[tuple[FollowUp, dict[str, float]]]) -> None:
    rows = [ranks for each, ranks in measured if each.kind == "new"]
    assert mean(row["as understood"] for row in rows) >= mean(row["as asked"] for row in rows) - 0.1
