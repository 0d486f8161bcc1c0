"""What it buys to answer only the surest questions: curves over every threshold of confidence, and the points in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.answer_scoring import FALSE, REFUSED
from eval.report.confidence import Point, risk_by_coverage
from eval.report.model import Report, ReportedAnswer
from index.types import Language


@dataclass(frozen=True, slots=True)
class Refusals:
    """Which share of the answerable questions is ``refused``, and which of the unanswerable ones gets a ``false`` answer."""

    refused: float
    false: float


def answer_risk(report: Report, language: Language | None = None) -> tuple[Point, ...]:
    """How wrong answers are if only the surest are given, a point wherever the confidence changes.

    An answer is wrong if none of its first three citations holds evidence, so any to an unanswerable question. What is refused
    whatever its confidence, such as greetings, is never answered: the curve ends before it.

    Args:
        language: only questions in it.
    """
    asked = [*_answerable(report, language), *_unanswerable(report, language)]
    return risk_by_coverage([(each.confidence, each.right) for each in asked if _may_be_given(each)], len(asked))


def working_point(report: Report, language: Language | None = None) -> Point | None:
    """Where the thresholds in use stand on that curve; None if nothing is answered."""
    asked = [*_answerable(report, language), *_unanswerable(report, language)]
    given = [answer for answer in asked if answer.reason is None]
    return Point(len(given) / len(asked), sum(not a.right for a in given) / len(given)) if given else None


def trade_off(report: Report, language: Language | None = None) -> tuple[Refusals, ...]:
    """What one threshold for all would refuse and let through, from one that refuses all on down; empty without both kinds."""
    answerable, unanswerable = _answerable(report, language), _unanswerable(report, language)
    if not answerable or not unanswerable:
        return ()
    tried = sorted({each.confidence for each in (*answerable, *unanswerable) if _may_be_given(each)}, reverse=True)
    below = [Refusals(1 - _share(answerable, each), _share(unanswerable, each)) for each in tried]
    return (Refusals(1.0, 0.0), *below)


def refusals(report: Report, language: Language | None = None) -> Refusals | None:
    """Those of the thresholds in use; None without both kinds of questions."""
    refused, false = (
        [answer.scores[name] for answer in answers]
        for name, answers in ((REFUSED, _answerable(report, language)), (FALSE, _unanswerable(report, language)))
    )
    return Refusals(sum(refused) / len(refused), sum(false) / len(false)) if refused and false else None


def _share(answers: Sequence[ReportedAnswer], threshold: float) -> float:
    """How many are given."""
    return sum(_may_be_given(each) and each.confidence >= threshold for each in answers) / len(answers)


def _may_be_given(answer: ReportedAnswer) -> bool:
    """Whether there is a threshold that lets it through."""
    return bool(answer.citations or answer.withheld)


def _answerable(report: Report, language: Language | None) -> list[ReportedAnswer]:
    return [q.answer for q in report.answerable if q.answer is not None and language in (None, q.language)]


def _unanswerable(report: Report, language: Language | None) -> list[ReportedAnswer]:
    return [q.answer for q in report.unanswerable if q.answer is not None and language in (None, q.language)]
