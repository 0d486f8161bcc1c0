"""What refusing buys, worked by hand on the five answers of conftest.py.

Surest first: q0 right, q1 right, q2 wrong, u0 false, q3 right but refused.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.report.answer_curves import Refusals, answer_risk, refusals, trade_off, working_point
from eval.report.confidence import Point, area_under
from eval.report.model import Report


def test_risk_grows_as_less_sure_questions_are_answered(answered: Report) -> None:
    points = answer_risk(answered)
    assert points == (Point(0.2, 0), Point(0.4, 0), Point(0.6, pytest.approx(1 / 3)), Point(0.8, 0.5), Point(1, 0.4))
    assert area_under(points) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2 + 2 / 5) / 5)
    assert answer_risk(answered, "en") == (Point(0.5, 0), Point(1, 0))


def test_the_thresholds_in_use_are_a_point_on_the_curve(answered: Report) -> None:
    assert working_point(answered) == Point(0.8, 0.5)
    assert working_point(answered, "en") == Point(0.5, 0)


def test_what_no_threshold_lets_through_is_never_answered(answered: Report) -> None:
    """A greeting cites nothing, whatever is asked of confidence."""
    *others, last = answered.questions
    assert last.answer is not None
    greeting = replace(last.answer, confidence=0.0, reason="not_a_question", citations=())
    told = replace(answered, questions=(*others, replace(last, answer=greeting)))
    assert [point.coverage for point in answer_risk(told)] == [0.2, 0.4, 0.6, 0.8]
    assert area_under(answer_risk(told)) == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4), "over what is reached"
    assert trade_off(told)[-1] == Refusals(0, 0)


def test_fewer_refusals_are_paid_for_by_false_answers(answered: Report) -> None:
    assert trade_off(answered) == (
        Refusals(1, 0), Refusals(0.75, 0), Refusals(0.5, 0), Refusals(0.25, 0), Refusals(0.25, 1), Refusals(0, 1),
    )  # fmt: skip
    assert refusals(answered) == Refusals(0.25, 1)


def test_without_both_kinds_of_questions_there_is_nothing_to_trade(answered: Report, report: Report) -> None:
    assert trade_off(answered, "en") == ()
    assert refusals(answered, "en") is None
    assert (answer_risk(report), working_point(report), trade_off(report)) == ((), None, ())
