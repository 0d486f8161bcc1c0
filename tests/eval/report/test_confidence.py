"""Reliability and risk, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval.report.confidence import (
    OTHER,
    SAME,
    Claim,
    Point,
    area_under,
    claims,
    reliability,
    reliability_by_relation,
    risk_coverage,
)
from eval.report.model import Outcome, Report, ShownResult
from index.types import Language
from tests.eval.report.conftest import make


def answered(*outcomes: Sequence[tuple[float, int | None]]) -> Report:
    """A question for each; results as score and grade."""
    report = make({"run": [0.0] * len(outcomes)}, unanswerable=0)
    return replace(
        report,
        questions=tuple(
            replace(q, outcomes={"run": Outcome({}, tuple(ShownResult("a", *each) for each in results))})
            for q, results in zip(report.questions, outcomes, strict=True)
        ),
    )


def test_risk_grows_as_less_sure_questions_are_answered() -> None:
    """Best scores .9 right, .8 wrong, .5 right, none wrong: 0, 1/2, 1/3, 2/4."""
    report = answered([(0.5, 1)], [], [(0.9, 1), (0.1, None)], [(0.8, None), (0.7, 1)])
    assert risk_coverage(report, "run") == (Point(0.25, 0), Point(0.5, 0.5), Point(0.75, 1 / 3), Point(1, 0.5))
    assert area_under(risk_coverage(report, "run")) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_equal_scores_are_answered_together() -> None:
    report = answered([(0.5, 1)], [(0.5, None)], [(0.1, 1)])
    assert risk_coverage(report, "run") == (Point(2 / 3, 0.5), Point(1, pytest.approx(1 / 3)))


def test_scores_are_compared_with_how_often_they_come_true() -> None:
    """Ten results of .25, two relevant; five of 1.0, all relevant: off by .05 on two thirds of them, so .0333."""
    report = answered([(0.25, 1)] * 2 + [(0.25, None)] * 8, [(1.0, 1)] * 5)
    found = reliability(claims(report, "run"))
    assert found is not None
    assert [(each.score, each.relevant.mean, each.relevant.n) for each in found.bins] == [(0.25, 0.2, 10), (1, 1, 5)]
    assert (found.error, found.n) == (pytest.approx(0.5 / 15), 15)


def test_bins_are_tenths_and_the_last_one_holds_1() -> None:
    found = reliability([Claim(0.0, False), Claim(0.1, True), Claim(0.95, True), Claim(1.0, False)])
    assert found is not None
    assert [(each.low, each.high, each.score, each.relevant.mean) for each in found.bins] == [
        (0, 0.1, 0, 0), (0.1, 0.2, 0.1, 1), (0.9, 1, pytest.approx(0.975), 0.5),
    ]  # fmt: skip
    assert found.error == pytest.approx((0 + 0.9 + 0.95) / 4), "each bin by how many results it has"


def test_claims_are_told_apart_by_whether_the_languages_meet() -> None:
    """Questions are in Chinese and English in turn; a result of unknown language is in neither table."""
    report = answered([(0.5, 1), (0.25, None)], [(0.75, 0)])
    languages = {"q0": ("zh", None), "q1": ("zh",)}
    told = replace(
        report,
        questions=tuple(
            replace(q, outcomes={"run": replace(o, results=_told(o.results, languages[q.id]))})
            for q in report.questions
            for o in q.outcomes.values()
        ),
    )
    assert claims(told, "run") == [Claim(0.5, True, SAME), Claim(0.25, False, None), Claim(0.75, False, OTHER)]
    found = reliability_by_relation(claims(told, "run"))
    assert {relation: (each.n, each.error) for relation, each in found.items()} == {SAME: (1, 0.5), OTHER: (1, 0.75)}
    assert reliability_by_relation(claims(report, "run")) == {}
    assert reliability_by_relation([Claim(17.3, True, SAME)]) == {}


def _told(results: Sequence[ShownResult], languages: Sequence[Language | None]) -> tuple[ShownResult, ...]:
    return tuple(r._replace(language=each) for r, each in zip(results, languages, strict=True))


@pytest.mark.parametrize("results", [[], [(17.3, 1)], [(-0.1, None)]])
def test_scores_that_are_no_probabilities_have_no_reliability(results: list[tuple[float, int | None]]) -> None:
    assert reliability(claims(answered(results), "run")) is None
