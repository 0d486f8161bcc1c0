"""What a report's answers are worth: their figures by slice, and whether every citation is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.answer_scoring import ANSWER_MEASURES, AUROC, FALSE
from eval.dataset import Facets
from eval.report.model import Report, ReportedAnswer, ReportedQuestion
from eval.slices import ALL, Figures, measure_slices, slice_members
from eval.statistics import Interval, auroc
from index.types import Language

LANGUAGE, SPLIT, KIND = "language", "split", "kind"
"""Facets of answers: the question's language; its half and language, where there are halves; the kind of unanswerable ones."""
HEADLINE = (ALL.facet, LANGUAGE, SPLIT)
"""Those of the headline table."""
VERDICTS = {
    "right": "one of its first three citations holds evidence",
    "wrong": "none of its first three citations holds evidence",
    "refused": "although the articles answer it",
    "false answer": "the articles do not answer it",
    "rightly refused": "the articles do not answer it",
}
"""How a question may have been answered."""
GOOD = ("right", "rightly refused")


def verdict(question: ReportedQuestion) -> str | None:
    """Which of ``VERDICTS`` a question's answer is; None if it was not asked for one."""
    answer = question.answer
    if answer is None:
        return None
    if not question.answerable:
        return "false answer" if answer.reason is None else "rightly refused"
    return "refused" if answer.reason is not None else "right" if answer.right else "wrong"


def answer_figures(report: Report) -> Figures:
    """Slice -> measure -> its interval; empty if nobody asked for answers. Always the same."""
    asked = {question.id: (question, question.answer) for question in report.questions if question.answer is not None}
    members = slice_members(_facets(report)) if asked else {}
    scores = {id_: answer.scores for id_, (_, answer) in asked.items()}
    measured = measure_slices(scores, members, [name for name in ANSWER_MEASURES if name != AUROC])
    found = {}
    for each, by_measure in measured.items():
        groups: dict[bool, list[float]] = {True: [], False: []}
        for question, answer in (asked[id_] for id_ in members[each]):
            groups[question.answerable].append(answer.confidence)
        area = {AUROC: auroc(groups[True], groups[False])} if groups[True] and groups[False] else {}
        found[each] = {**by_measure, **area}
    return found


def false_by_kind(figures: Figures) -> Mapping[str, Interval]:
    """The share of false answers among each kind of unanswerable questions."""
    return {each.value: found[FALSE] for each, found in figures.items() if each.facet == KIND}


def answers_of(report: Report) -> list[ReportedAnswer]:
    """In the order of the questions."""
    return [question.answer for question in report.questions if question.answer is not None]


def languages(report: Report) -> list[Language]:
    """Those of the questions that were asked for an answer."""
    return sorted({question.language for question in report.questions if question.answer is not None})


def thresholds(report: Report) -> Mapping[str, float]:
    """The confidence from which each direction of languages is answered."""
    found = {a.direction: a.threshold for a in answers_of(report) if a.direction}
    return dict(sorted(found.items()))


def citations(report: Report) -> int:
    """How many there are."""
    return sum(len(answer.citations) for answer in answers_of(report))


def inexact(report: Report) -> tuple[str, ...]:
    """The citations whose text does not stand at their place in the article's file, each after its question."""
    return tuple(
        f"{question.id}: {cited.place}"
        for question in report.questions
        if question.answer is not None
        for cited in question.answer.citations
        if not cited.exact
    )


def times(report: Report) -> Sequence[float]:
    """Milliseconds of each answer, where somebody took the time."""
    return [answer.milliseconds for answer in answers_of(report) if answer.milliseconds is not None]


def _facets(report: Report) -> Mapping[str, Facets]:
    """What answers are sliced by, of the questions that were asked for one."""
    asked = [question for question in report.questions if question.answer is not None]
    halved = len({split for question in asked for split in question.facets.get(SPLIT, ())}) > 1
    facets: dict[str, Facets] = {}
    for question in asked:
        splits = question.facets.get(SPLIT, ()) if halved else ()
        facets[question.id] = {
            LANGUAGE: (question.language,),
            SPLIT: tuple(f"{split} {question.language}" for split in splits),
            KIND: () if question.answerable else question.facets.get(KIND, ()),
        }
    return facets
