"""What scores are worth: whether they come true as probabilities, and whether the low ones warn of wrong answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eval.report.model import Report
from eval.statistics import Interval, bootstrap_interval
from index.types import Language

_BINS = 10
SAME, OTHER = "same language", "other language"
"""How a question's language and a passage's may relate; scores are fitted apart for each."""


class Claim(NamedTuple):
    """A result's score, taken as the probability that it is relevant, and whether it is.

    ``relation`` is None where the result's language is not known.
    """

    score: float
    relevant: bool
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """Results whose score is from ``low`` to below ``high``: their mean score, and how many of them are relevant."""

    low: float
    high: float
    score: float
    relevant: Interval


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of ``n`` results. ``error`` is the expected calibration error: how far off a score is on average."""

    bins: tuple[Bin, ...]
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class Point:
    """When only the questions with the best ``coverage`` (a share) are answered, ``risk`` of the first results are wrong."""

    coverage: float
    risk: float


def claims(report: Report, run: str) -> list[Claim]:
    """What a run's scores say of the results that were shown. What nobody judged counts as not relevant."""
    return [
        Claim(result.score, bool(result.grade), _relation(question.language, result.language))
        for question in report.questions
        for result in question.outcomes[run].results
    ]


def reliability(claimed: Sequence[Claim]) -> Reliability | None:
    """Claims by tenths of the score, empty ones left out. None if there are no claims, or scores are no probabilities."""
    if not claimed or not all(0 <= claim.score <= 1 for claim in claimed):
        return None
    tenths: dict[int, list[Claim]] = {}
    for claim in claimed:
        tenths.setdefault(min(int(claim.score * _BINS), _BINS - 1), []).append(claim)
    bins = tuple(_bin(tenth, each) for tenth, each in sorted(tenths.items()))
    error = sum(abs(each.score - each.relevant.mean) * each.relevant.n for each in bins) / len(claimed)
    return Reliability(bins, error, len(claimed))


def reliability_by_relation(claimed: Sequence[Claim]) -> Mapping[str, Reliability]:
    """The same for questions and passages of one language, and of two; a relation without claims is absent."""
    found = {each: reliability([claim for claim in claimed if claim.relation == each]) for each in (SAME, OTHER)}
    return {relation: each for relation, each in found.items() if each is not None}


def risk_coverage(report: Report, run: str) -> tuple[Point, ...]:
    """A point wherever the score changes, the surest question first. Where nothing answers, every first result is wrong."""
    outcomes = [question.outcomes[run] for question in report.questions]
    answers = [(each.confidence, bool(each.results and each.results[0].grade)) for each in outcomes]
    return risk_by_coverage(answers, len(answers))


def risk_by_coverage(answers: Sequence[tuple[float, bool]], asked: int) -> tuple[Point, ...]:
    """A point wherever the confidence changes, the surest answer first.

    Args:
        answers: the confidence of each, and whether it is right.
        asked: the number of questions, which may be more.
    """
    ranked = sorted(answers, key=lambda answer: -answer[0])
    points, wrong = [], 0
    for count, (confidence, right) in enumerate(ranked, 1):
        wrong += not right
        if count == len(ranked) or ranked[count][0] != confidence:
            points.append(Point(count / asked, wrong / count))
    return tuple(points)


def area_under(points: Sequence[Point]) -> float:
    """The mean risk over all coverages that are reached: 0 if every question is answered right, and the lower the better."""
    area, before = 0.0, 0.0
    for point in points:
        area += (point.coverage - before) * point.risk
        before = point.coverage
    return area / before if before else 0.0


def _relation(asked: Language, answered: Language | None) -> str | None:
    return None if answered is None else SAME if asked == answered else OTHER


def _bin(tenth: int, claimed: Sequence[Claim]) -> Bin:
    relevant = bootstrap_interval([float(claim.relevant) for claim in claimed])
    return Bin(tenth / _BINS, (tenth + 1) / _BINS, sum(claim.score for claim in claimed) / len(claimed), relevant)
