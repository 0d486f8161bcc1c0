"""The ceiling: chosen by the answers, so never below what is without them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from eval.dataset import JudgedRanking, Judgements, RankedItem, Ranking
from eval.oracle import GRID, best_rankings, reweighted
from rag.config import FusionModel


class Relevant:
    """One item answers each question but the unanswerable one."""

    def answerable(self, question_id: str) -> bool:
        return question_id != "unanswerable"

    def judge(self, question_id: str, items: Sequence[RankedItem]) -> JudgedRanking:
        grades = tuple(int(item.id == "gold") for item in items)
        return JudgedRanking(grades, () if any(grades) else (1,), {})


def ranking(items: str) -> Ranking:
    return Ranking(tuple(RankedItem(item, 0.5) for item in items.split()))


def chosen(**tried: Sequence[str]) -> dict[str, list[str]]:
    judgements = cast(Judgements, Relevant())
    best = best_rankings({q: list(map(ranking, each)) for q, each in tried.items()}, judgements)
    return {question: [item.id for item in each.items] for question, each in best.items()}


def test_each_question_gets_the_ranking_that_suits_it() -> None:
    assert chosen(one=["a gold", "gold a", "a b"], two=["gold a", "a gold"], three=["a b", "a b c gold"]) == {
        "one": ["gold", "a"],
        "two": ["gold", "a"],
        "three": ["a", "b", "c", "gold"],
    }


def test_of_equals_and_without_an_answer_the_first_is_kept() -> None:
    assert chosen(same=["gold a", "gold b"], none=["a", "b"], unanswerable=["a", "gold"], empty=["", ""]) == {
        "same": ["gold", "a"],
        "none": ["a"],
        "unanswerable": ["a"],
        "empty": [],
    }


def test_the_grid_begins_with_the_weights_as_they_are() -> None:
    assert len(GRID) == 25
    assert set(GRID[0].values()) == {1}
    assert {(each["lexical"], each["interaction"]) for each in GRID} == {
        (a, b) for a in (0, 0.5, 1, 2, 4) for b in (0, 0.5, 1, 2, 4)
    }
    assert all(each["interaction"] == each["window"] for each in GRID)


def test_weights_are_multiplied_where_they_are_named() -> None:
    model = FusionModel({"bias": -2.0, "dense": 4.0, "lexical": 1.5}, {"bias": -3.0, "dense": 5.0, "lexical": 3.0})
    assert reweighted(model, {"lexical": 2}) == FusionModel(
        {"bias": -2.0, "dense": 4.0, "lexical": 3.0}, {"bias": -3.0, "dense": 5.0, "lexical": 6.0}
    )
    assert reweighted(model, GRID[0]) == model
