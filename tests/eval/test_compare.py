"""Comparing reports: on small ones whose differences are known. test_gate.py has real faults."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.compare import Comparison, Rules, compare
from eval.errors import IncomparableError
from eval.report.model import Report
from eval.slices import ALL, Slice
from tests.eval.report.conftest import make

GOOD = [1.0, 0.5] * 30


def changed(values: list[float], rules: Rules = Rules()) -> Comparison:  # noqa: B008
    return compare(make({"hybrid": GOOD}), make({"hybrid": values}), rules)


def test_an_identical_report_passes_whatever_the_rules() -> None:
    found = changed(GOOD, Rules(level=1, tolerance=0))
    assert found.passed
    assert (found.moved, found.drops, found.lost) == ((), (), ())
    assert {change.p for change in found.changes} == {1}


def test_each_slice_is_counted_and_tested() -> None:
    """All thirty questions in English fall from .5 to 0; the Chinese ones stay at 1."""
    found = changed([1.0, 0.0] * 30)
    by_slice = {change.slice: change for change in found.changes if change.measure == "nDCG@10"}
    english, chinese, whole = (
        by_slice[Slice("languages", "en→zh")],
        by_slice[Slice("languages", "zh→zh")],
        by_slice[ALL],
    )
    assert (english.before, english.after, english.wins, english.ties, english.losses) == (0.5, 0, 0, 0, 30)
    assert (whole.n, whole.ties, whole.losses) == (60, 30, 30)
    assert english.significant
    assert english.dropped
    assert (chinese.p, chinese.dropped) == (1, False)
    assert not found.passed
    assert len(found.moved) == 30
    assert {(each.before, each.after, each.question.language) for each in found.moved} == {(0.5, 0, "en")}


def test_a_rise_is_no_drop() -> None:
    found = changed([1.0, 1.0] * 30, Rules(tolerance=0.01))
    assert any(change.significant for change in found.changes)
    assert found.passed


def test_a_single_question_is_neither_significant_nor_beyond_a_tolerance() -> None:
    """One of sixty falls from 1 to 0: .017. A tolerance of .016 is less than one question: it is not applied."""
    values = [0.0, *GOOD[1:]]
    assert changed(values).passed
    assert changed(values, Rules(tolerance=0.016)).passed
    assert changed(values, Rules(tolerance=0.02)).passed


def test_a_fall_beyond_the_tolerance_is_a_drop_though_chance_might_explain_it() -> None:
    """Two of sixty: .033, p = .5."""
    values = [0.0, 0.5, 0.0, *GOOD[3:]]
    assert changed(values).passed
    found = changed(values, Rules(tolerance=0.03))
    assert not found.passed
    assert {change.slice for change in found.drops} == {ALL}, "of the thirty in Chinese one question would do"
    assert all(change.intolerable for change in found.drops)
    assert not any(change.significant for change in found.drops)


def test_corrected_for_their_number_small_differences_are_no_alarm() -> None:
    """Six questions in one direction: p = 1/32 alone, but eight tests are made."""
    values = [0.5, 0.5] * 6 + GOOD[12:]
    found = changed(values)
    alone = next(change for change in found.changes if change.slice == ALL)
    assert alone.losses == 6
    assert alone.p > 0.05
    assert found.passed


def test_lost_questions_fail_and_count_0() -> None:
    before, after = make({"hybrid": GOOD}), make({"hybrid": GOOD})
    found = compare(before, replace(after, questions=after.questions[2:]))
    assert [question.id for question in found.lost] == ["q0", "q1"]
    assert not found.passed
    whole = next(change for change in found.changes if change.slice == ALL and change.measure == "nDCG@10")
    assert (whole.n, whole.losses) == (60, 2)
    unanswerable = compare(before, replace(after, questions=after.questions[:-1]))
    assert [question.id for question in unanswerable.lost] == ["u0"]


def test_stale_and_new_questions_are_named_and_not_compared() -> None:
    before, after = make({"hybrid": GOOD}), make({"hybrid": [*GOOD, 0.0]})
    after = replace(after, questions=after.questions[1:], stale={"q0": ("gone",)})
    found = compare(before, after)
    assert (found.stale, found.new, found.passed) == (("q0",), ("q60",), True)
    assert next(change.n for change in found.changes if change.slice == ALL) == 59


def test_a_lost_run_fails_unless_others_are_asked_for() -> None:
    both, one = make({"hybrid": GOOD, "dense": GOOD}), make({"hybrid": GOOD, "new": GOOD})
    found = compare(both, one)
    assert (found.lost_runs, found.passed) == (("dense",), False)
    assert compare(both, one, Rules(runs=("hybrid",))).passed


@pytest.mark.parametrize(
    ("after", "rules", "message"),
    [
        (replace(make({"hybrid": GOOD}), dataset="fish"), Rules(), "on other questions, 'harbour' and 'fish'"),
        (make({"other": GOOD}), Rules(), "no run 'hybrid' to compare; the reports have hybrid and other"),
        (make({"hybrid": GOOD}), Rules(runs=("hybird",)), "no run 'hybird' to compare"),
        (replace(make({"hybrid": GOOD}), questions=()), Rules(), "no question in common"),
    ],
)
def test_what_has_nothing_in_common_cannot_be_compared(after: Report, rules: Rules, message: str) -> None:
    with pytest.raises(IncomparableError, match=message):
        compare(make({"hybrid": GOOD}), after, rules)


def test_other_measures_can_be_asked_for() -> None:
    found = changed([1.0, 0.0] * 30, Rules(measures=("Success@1",)))
    assert {change.measure for change in found.changes} == {"Success@1"}
