"""The measures of a ranking. Those of ranks are ir-measures'; those of the evidence that was shown are our own.

Every answerable question counts: one for which nothing was found, or which could not be asked, has 0 everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, Judged, R, Success, nDCG

from eval.dataset import Dataset, JudgedRanking, Judgements, Ranking
from eval.evidence import ALL_EVIDENCE, EVIDENCE_AT
from eval.run import Run

_DEPTH = 10
_RANKED = (nDCG @ 10, RR @ 10, Success @ 1, R @ 1, R @ 5, R @ 10)
_JUDGED = Judged @ _DEPTH
RETURNED = f"Returned@{_DEPTH}"
MAIN = str(nDCG @ 10)
MEASURES: Mapping[str, str] = {
    MAIN: "how near the top ten is to the best possible order",
    "RR@10": "one divided by the rank of the first relevant result",
    "Success@1": "share of questions whose first result is relevant",
    "R@1": "share of the relevant results that is the first one",
    "R@5": "share of the relevant results among the first five",
    "R@10": "share of the relevant results among the first ten",
    EVIDENCE_AT[0]: "share of the answer's parts quoted within the first 1,000 characters shown",
    EVIDENCE_AT[1]: "share of the answer's parts quoted within the first 2,000 characters shown",
    ALL_EVIDENCE: "of questions with several parts: share for which the first ten results quote every part",
    str(_JUDGED): "share of the first ten results that were judged; the others count as not relevant",
    RETURNED: "share of the first ten ranks that were filled",
}
"""Every measure and what it says; all run from 0 to 1, more is better."""

COMPLETENESS = (str(_JUDGED), RETURNED)
"""Measures of the judgements and of the lists, rather than of the ranking."""

Scores = Mapping[str, float]
"""Measure -> value. A measure that makes no sense for a question is absent."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One question in one run: its measures, none if nothing answers it, and the grade of each item that was shown."""

    scores: Scores
    grades: tuple[int | None, ...]


def score_run(run: Run, dataset: Dataset, judgements: Judgements) -> Mapping[str, Scored]:
    """Scores each question of the data set.

    Example: the only relevant item at rank 2 gives nDCG@10 1 / log2(3) = 0.6309, RR@10 0.5, Success@1 and R@1 0, and R@5 1.
    """
    rankings = {question.id: run.rankings.get(question.id, Ranking(())) for question in dataset.questions}
    judged = {question: judgements.judge(question, ranking.items) for question, ranking in rankings.items()}
    measured = measure({question: each for question, each in judged.items() if judgements.answerable(question)})
    return {question: Scored(measured.get(question, {}), each.grades) for question, each in judged.items()}


def measure(judged: Mapping[str, JudgedRanking]) -> Mapping[str, Scores]:
    """The measures of each question.

    trec_eval would sort equal scores by item id and knows no folded items, so it is given ranks for ids and scores.
    """
    ranked, qrels = [], []
    for question, each in judged.items():
        ranked += [ir_measures.ScoredDoc(question, str(rank), float(-rank)) for rank in range(len(each.grades))]
        grades = dict(enumerate(each.grades)) | {f"missing-{i}": grade for i, grade in enumerate(each.missing)}
        qrels += [ir_measures.Qrel(question, str(item), grade) for item, grade in grades.items() if grade is not None]
    scores = {question: dict.fromkeys(map(str, (*_RANKED, _JUDGED)), 0.0) for question in judged}
    for metric in ir_measures.iter_calc([*_RANKED, _JUDGED], qrels, ranked) if qrels and ranked else ():
        scores[metric.query_id][str(metric.measure)] = metric.value
    for question, each in judged.items():
        scores[question] |= {**each.evidence, RETURNED: min(len(each.grades), _DEPTH) / _DEPTH}
    return {
        question: {name: values[name] for name in MEASURES if name in values} for question, values in scores.items()
    }
