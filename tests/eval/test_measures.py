"""The measures, against figures worked by hand."""

from __future__ import annotations

import math

import pytest

from eval.measures import NAMES, score_run
from eval.run import RankedItem, Run


def run_of(**rankings: str) -> Run:
    """One letter an item; all scores equal, because ranks decide."""
    ranking = {question: [RankedItem(item, 0.5) for item in items] for question, items in rankings.items()}
    return Run("hybrid", ranking, dict.fromkeys(rankings, 1.0))


def test_the_names_are_those_of_the_report() -> None:
    assert NAMES == ("nDCG@10", "RR@10", "R@1", "R@5", "R@10")


def test_measures_equal_an_example_worked_by_hand() -> None:
    """Ranked a b c d e f; relevant are b, d and z, which was not found.

    - nDCG@10: gains at ranks 2 and 4 give 1/log2(3) + 1/log2(5) = .6309 + .4307 = 1.0616; the best order of three gives
      1 + .6309 + 1/log2(4) = 2.1309; so .4982
    - RR@10: the first relevant item at rank 2: .5
    - R@1: 0 of 3; R@5: 2 of 3; R@10: 2 of 3
    """
    scores = score_run(run_of(q="abcdef"), {"q": {"b": 1, "d": 1, "z": 1}})["q"]
    assert scores["nDCG@10"] == pytest.approx(0.4982, abs=1e-4)
    assert scores["RR@10"] == 0.5
    assert scores["R@1"] == 0
    assert scores["R@5"] == scores["R@10"] == pytest.approx(2 / 3)


def test_a_single_relevant_item_at_rank_2() -> None:
    """The example of the function's own documentation."""
    scores = score_run(run_of(q="ab"), {"q": {"b": 1}})["q"]
    assert scores == pytest.approx({"nDCG@10": 1 / math.log2(3), "RR@10": 0.5, "R@1": 0, "R@5": 1, "R@10": 1})


def test_graded_relevance_counts_in_ndcg_only() -> None:
    """Ranked b a, relevant a:2 and b:1: (1 + 2/log2(3)) / (2 + 1/log2(3)) = 2.2619 / 2.6309 = .8597."""
    scores = score_run(run_of(q="ba"), {"q": {"a": 2, "b": 1}})["q"]
    assert scores["nDCG@10"] == pytest.approx(0.8597, abs=1e-4)
    assert (scores["RR@10"], scores["R@5"]) == (1, 1)


@pytest.mark.parametrize(("relevant", "rr", "r10"), [("j", 0.1, 1), ("k", 0, 0)])
def test_what_stands_below_rank_10_counts_nothing(relevant: str, rr: float, r10: float) -> None:
    scores = score_run(run_of(q="abcdefghijkl"), {"q": {relevant: 1}})["q"]
    assert (scores["RR@10"], scores["R@10"]) == (pytest.approx(rr), r10)
    assert (scores["nDCG@10"] > 0) is (r10 > 0)


@pytest.mark.parametrize("order", ["abc", "cba", "bca"])
def test_equal_scores_keep_our_order(order: str) -> None:
    """trec_eval would sort equal scores by item id, whatever we ranked first."""
    scores = score_run(run_of(q=order), {"q": {"a": 1}})["q"]
    assert scores["RR@10"] == pytest.approx(1 / (order.index("a") + 1))


def test_the_order_of_the_run_counts_even_against_its_scores() -> None:
    ranking = {"q": [RankedItem("a", 0.1), RankedItem("b", 0.9)]}
    assert score_run(Run("x", ranking, {"q": 1.0}), {"q": {"a": 1}})["q"]["R@1"] == 1


def test_a_question_for_which_nothing_was_found_counts_0() -> None:
    scores = score_run(run_of(found="a", empty=""), {"found": {"a": 1}, "empty": {"a": 1}})
    assert scores["empty"] == dict.fromkeys(NAMES, 0.0)
    assert scores["found"] == dict.fromkeys(NAMES, 1.0)


def test_a_question_without_relevant_items_counts_0() -> None:
    scores = score_run(run_of(judged="a", bare="a", absent="a"), {"judged": {"a": 1}, "bare": {}})
    assert scores["bare"] == scores["absent"] == dict.fromkeys(NAMES, 0.0)
    assert scores["judged"]["RR@10"] == 1


def test_judgements_of_questions_not_asked_change_nothing() -> None:
    assert set(score_run(run_of(q="a"), {"q": {"a": 1}, "other": {"a": 1}})) == {"q"}


@pytest.mark.parametrize("run", [run_of(), run_of(q="")])
def test_an_empty_run_is_no_failure(run: Run) -> None:
    assert score_run(run, {"q": {"a": 1}}) == {name: dict.fromkeys(NAMES, 0.0) for name in run.ranking}
    assert score_run(run, {}) == {name: dict.fromkeys(NAMES, 0.0) for name in run.ranking}
