"""The measures of an answer: whether it should have been given, and whether what it cites holds the evidence.

A citation holds evidence for a part of the answer if the two share half of the shorter one. A refused answerable question
counts 0 in all measures of citations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval.answers import GivenAnswer
from eval.evidence import EvidenceJudgements
from eval.places import Place
from eval.scoring import Scores

FIRST = 3
HIT_1, HIT_3 = "Hit@1", f"Hit@{FIRST}"
PRECISION, RECALL = "Precision", "Recall"
REFUSED, FALSE = "Refused", "False answers"
AUROC = "AUROC"
ANSWER_MEASURES: Mapping[str, str] = {
    HIT_1: "the first citation holds evidence",
    HIT_3: "one of the first three citations holds evidence",
    PRECISION: "share of the citations that hold evidence",
    RECALL: "share of the answer's parts that are cited",
    REFUSED: "share of the answerable questions that are refused; less is better",
    FALSE: "share of the unanswerable questions that are answered; less is better",
    AUROC: "how often an answerable question's confidence is above an unanswerable one's",
}
"""Every measure and what it says, from 0 to 1. The last one is of questions together."""
LESS_IS_BETTER = frozenset({REFUSED, FALSE})


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """The measures of one answer.

    ``met`` has for each citation the parts of the answer that it holds evidence for, ``withheld`` for each that a refused
    question would have had.
    """

    scores: Scores
    met: tuple[frozenset[int], ...]
    withheld: tuple[frozenset[int], ...]


def score_answer(question_id: str, given: GivenAnswer, judgements: EvidenceJudgements) -> ScoredAnswer:
    """Scores one answer.

    Example: of two parts, three citations hold nothing, the first part, and the first part again: Hit@1 0, Hit@3 1,
    Precision 2/3, Recall 1/2.
    """
    met, withheld = (
        tuple(judgements.parts_met(question_id, Place.parse(cited.place)) for cited in citations)
        for citations in (given.citations, given.withheld)
    )
    refused = float(given.reason is not None)
    if not judgements.answerable(question_id):
        return ScoredAnswer({FALSE: 1 - refused}, met, withheld)
    parts = judgements.parts(question_id)
    scores = {
        HIT_1: float(any(met[:1])),
        HIT_3: float(any(met[:FIRST])),
        PRECISION: sum(map(bool, met)) / len(met) if met else 0.0,
        RECALL: len(frozenset().union(*met)) / parts,
        REFUSED: refused,
    }
    return ScoredAnswer(scores, met, withheld)
