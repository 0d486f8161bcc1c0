"""Reciprocal rank fusion, worked by hand."""

from __future__ import annotations

import pytest

from eval.dataset import RankedItem, Ranking
from eval.rrf import reciprocal_rank_fusion
from eval.run import Run


def run(milliseconds: float | None = None, **rankings: str) -> Run:
    """Words are items, best first; their scores do not matter."""
    return Run(
        "run",
        {q: Ranking(tuple(RankedItem(i, 0.5) for i in each.split()), milliseconds) for q, each in rankings.items()},
    )


def test_ranks_are_added_up_as_in_the_paper() -> None:
    """a is first and second: 1/61 + 1/62 = .03252; c third and first: 1/63 + 1/61 = .03227; b second once: .01613."""
    found = reciprocal_rank_fusion([run(q="a b c"), run(q="c a")])["q"]
    assert [(item.id, round(item.score, 5)) for item in found.items] == [("a", 0.03252), ("c", 0.03227), ("b", 0.01613)]


def test_a_small_constant_favours_the_first_rank() -> None:
    """With k = 1: a 1/2, b 1/3 + 1/3 = .667; with 60 too, but by little."""
    found = reciprocal_rank_fusion([run(q="a b"), run(q="c b")], k=1)["q"]
    assert [(item.id, item.score) for item in found.items] == [("b", pytest.approx(2 / 3)), ("a", 0.5), ("c", 0.5)]


def test_equal_scores_rank_by_id() -> None:
    found = reciprocal_rank_fusion([run(q="b"), run(q="a")])["q"]
    assert [item.id for item in found.items] == ["a", "b"]


def test_a_question_that_one_run_lacks_has_the_other_ones_ranks_and_times_add_up() -> None:
    found = reciprocal_rank_fusion([run(3.0, q="a b"), run(2.0, q="b", only="x"), run(q="a")])
    assert [item.id for item in found["only"].items] == ["x"]
    assert (found["q"].milliseconds, found["only"].milliseconds) == (5.0, 2.0)
    assert reciprocal_rank_fusion([run(q="a")])["q"].milliseconds is None
