"""The measures, against figures worked by hand and against trec_eval itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pytrec_eval

from eval.dataset import JudgedRanking
from eval.scoring import MEASURES, RETURNED, measure

RANKED = ("nDCG@10", "RR@10", "Success@1", "R@1", "R@5", "R@10")


def ranking(*grades: int | None, missing: tuple[int, ...] = ()) -> JudgedRanking:
    return JudgedRanking(grades, missing, {})


def measured(*grades: int | None, missing: tuple[int, ...] = ()) -> dict[str, float]:
    return dict(measure({"q": ranking(*grades, missing=missing)})["q"])


def test_three_relevant_items_two_of_them_found() -> None:
    """Relevant at ranks 2 and 4 of five, a third one missing.

    DCG: 1/log2(3) + 1/log2(5) = .6309 + .4307 = 1.0616; ideal: 1 + .6309 + .5 = 2.1309; nDCG .4982.
    """
    scores = measured(None, 1, None, 1, None, missing=(1,))
    assert scores["nDCG@10"] == pytest.approx(0.4982, abs=1e-4)
    assert scores["RR@10"] == 0.5
    assert scores["Success@1"] == 0
    assert scores["R@5"] == scores["R@10"] == pytest.approx(2 / 3)
    assert scores["Judged@10"] == pytest.approx(2 / 5)
    assert scores[RETURNED] == 0.5


def test_a_single_relevant_item_at_rank_2() -> None:
    """The example of the function's own documentation."""
    scores = measured(None, 1)
    assert [scores[name] for name in RANKED] == pytest.approx([1 / math.log2(3), 0.5, 0, 0, 1, 1])


def test_graded_relevance_counts_in_ndcg_only() -> None:
    """Grades 1, 2 in that order: (1 + 2/log2(3)) / (2 + 1/log2(3)) = 2.2619 / 2.6309 = .8597."""
    scores = measured(1, 2)
    assert scores["nDCG@10"] == pytest.approx(0.8597, abs=1e-4)
    assert (scores["RR@10"], scores["R@5"]) == (1, 1)


@pytest.mark.parametrize(("rank", "rr", "r10"), [(10, 0.1, 1), (11, 0, 0)])
def test_what_stands_below_rank_10_counts_nothing(rank: int, rr: float, r10: float) -> None:
    scores = measured(*[None] * (rank - 1), 1)
    assert (scores["RR@10"], scores["R@10"]) == (pytest.approx(rr), r10)
    assert (scores["nDCG@10"] > 0) is (r10 > 0)


def test_the_scores_are_those_of_trec_eval() -> None:
    """Forty random rankings, judged with grades 0 to 3, scored by trec_eval on scores that fall with the rank."""
    generator = np.random.default_rng(2)
    judged, qrels, runs = {}, {}, {}
    for number in range(40):
        grades = [None if grade < 0 else int(grade) for grade in generator.integers(-3, 4, 15)]
        missing = tuple(generator.integers(1, 4, generator.integers(0, 4)).tolist())
        name = f"q{number}"
        judged[name] = JudgedRanking(tuple(grades), missing, {})
        qrels[name] = {f"d{i}": grade for i, grade in enumerate(grades) if grade is not None}
        qrels[name] |= {f"m{i}": grade for i, grade in enumerate(missing)}
        runs[name] = {f"d{i}": 1 / (1 + i) for i in range(15)}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "success.1", "recall.1,5,10", "recip_rank"})
    names = {
        "nDCG@10": "ndcg_cut_10",
        "Success@1": "success_1",
        "R@1": "recall_1",
        "R@5": "recall_5",
        "R@10": "recall_10",
    }
    ours = measure(judged)
    for question, expected in theirs.evaluate(runs).items():
        for name, their_name in names.items():
            assert ours[question][name] == pytest.approx(expected[their_name]), (question, name)
        first = expected["recip_rank"]
        assert ours[question]["RR@10"] == pytest.approx(first if first >= 0.1 else 0)


def test_a_question_for_which_nothing_was_found_counts_0() -> None:
    scores = measure({"found": ranking(1), "empty": ranking(missing=(1,))})
    assert scores["empty"] == dict.fromkeys((*RANKED, "Judged@10", RETURNED), 0.0)
    assert [scores["found"][name] for name in RANKED] == [1.0] * len(RANKED)


def test_a_question_whose_evidence_nothing_holds_counts_0() -> None:
    scores = measure({"held": ranking(1), "bare": ranking(None, None)})
    assert [scores["bare"][name] for name in RANKED] == [0.0] * len(RANKED)


@pytest.mark.parametrize("judged", [{}, {"q": ranking()}, {"q": ranking(None)}, {"q": ranking(missing=(1,))}])
def test_too_little_to_measure_is_no_failure(judged: dict[str, JudgedRanking]) -> None:
    assert {q: {scores[name] for name in RANKED} for q, scores in measure(judged).items()} == {q: {0.0} for q in judged}


def test_unjudged_is_not_the_same_as_not_relevant_but_ranks_alike() -> None:
    unjudged, irrelevant = measured(None, 1), measured(0, 1)
    assert (unjudged["Judged@10"], irrelevant["Judged@10"]) == (0.5, 1)
    assert {name: unjudged[name] for name in RANKED} == {name: irrelevant[name] for name in RANKED}


def test_measures_of_evidence_are_passed_on_in_the_order_of_the_list() -> None:
    scores = measure({"q": JudgedRanking((1,), (), {"Evidence@1000": 0.5, "AllEvidence@10": 1.0})})["q"]
    assert scores["Evidence@1000"] == 0.5
    assert list(scores) == [name for name in MEASURES if name != "Evidence@2000"]


@pytest.mark.parametrize(("found", "share"), [(0, 0), (9, 0.9), (10, 1), (100, 1)])
def test_returned_tells_a_list_that_is_too_short(found: int, share: float) -> None:
    assert measured(*[None] * found, missing=(1,))[RETURNED] == pytest.approx(share)
