"""Comparing reports: on small ones whose differences are known. test_gate.py has real faults."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.compare import Comparison, Rules, compare
from eval.errors import IncomparableError
from eval.report.model import Report
from eval.slices import ALL, Slice
from tests.eval.report.conftest import make, with_answers

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


ANSWERS = {
    f"q{i}": ((0.9, 1) if i < 40 else (0.9, 0)) for i in range(60)
} | {f"u{i}": ((0.9, 0) if i < 10 else (0.1, 0)) for i in range(30)}  # fmt: skip
"""Two thirds are right; a third of the questions without an answer, all of them in Chinese, is answered."""


def with_changed_answers(**changes: tuple[float, *tuple[int, ...]]) -> Report:
    return with_answers(make({"hybrid": GOOD}, unanswerable=30), **{**ANSWERS, **changes})


def drops(comparison: Comparison) -> set[tuple[str, str, str]]:
    return {(change.run, str(change.slice), change.measure) for change in comparison.drops}


def test_identical_answers_pass_whatever_the_rules() -> None:
    found = compare(with_changed_answers(), with_changed_answers(), Rules(level=1, tolerance=0))
    assert found.passed
    assert (found.moved_answers, found.drops) == ((), ())
    tested = {(change.slice, change.measure) for change in found.changes if change.run == "answers"}
    languages = [ALL, Slice("language", "en"), Slice("language", "zh")]
    assert tested == {(each, name) for each in languages for name in ("Hit@1", "Hit@3", "Refused")} | {
        (each, "False answers") for each in (ALL, Slice("language", "zh"))
    }


def test_evidence_that_is_no_longer_cited_is_a_drop_where_it_is_asked_for() -> None:
    """Twelve of the twenty right answers in English are wrong now."""
    found = compare(with_changed_answers(), with_changed_answers(**{f"q{i}": (0.9, 0) for i in range(1, 25, 2)}))
    assert {("answers", "language: en", "Hit@1"), ("answers", "language: en", "Hit@3")} <= drops(found)
    assert not any(name == "language: zh" for _, name, _ in drops(found))
    assert len(found.moved_answers) == 12
    assert {(each.before, each.after) for each in found.moved_answers} == {("right", "wrong")}


def test_more_refused_answerables_are_a_drop_and_fewer_are_none() -> None:
    refusing = with_changed_answers(**{f"q{i}": (0.1, 1) for i in range(20)})
    found = compare(with_changed_answers(), refusing)
    assert {("answers", "all", "Refused"), ("answers", "all", "Hit@1")} <= drops(found)
    refused = next(change for change in found.changes if change.slice == ALL and change.measure == "Refused")
    assert (refused.before, refused.after, refused.wins, refused.losses) == (0, pytest.approx(1 / 3), 0, 20)
    assert compare(refusing, with_changed_answers(), Rules(tolerance=0)).passed


def test_more_false_answers_are_a_drop_and_fewer_are_none() -> None:
    answering = with_changed_answers(**{f"u{i}": (0.9, 0) for i in range(30)})
    found = compare(with_changed_answers(), answering)
    assert drops(found) == {("answers", "all", "False answers"), ("answers", "language: zh", "False answers")}
    assert compare(answering, with_changed_answers(), Rules(tolerance=0)).passed


def test_of_few_questions_two_are_beyond_a_tolerance_and_one_is_not() -> None:
    """Thirty without an answer: one is .033."""
    one, two = (with_changed_answers(**{f"u{i}": (0.9, 0) for i in range(20, 20 + count)}) for count in (1, 2))
    rules = Rules(tolerance=0.02)
    assert compare(with_changed_answers(), one, rules).passed
    found = compare(with_changed_answers(), two, rules)
    assert ("answers", "all", "False answers") in drops(found)
    assert all(change.intolerable and not change.significant for change in found.drops)


def test_lost_answers_fail_and_new_ones_do_not() -> None:
    plain = make({"hybrid": GOOD}, unanswerable=30)
    found = compare(with_changed_answers(), plain)
    assert (found.lost_runs, found.passed) == (("answers",), False)
    assert compare(plain, with_changed_answers()).passed
    assert compare(with_changed_answers(), plain, Rules(runs=("hybrid",))).passed
    alone = compare(with_changed_answers(), with_changed_answers(), Rules(runs=("answers",)))
    assert {change.run for change in alone.changes} == {"answers"}


def test_an_answer_that_one_question_lost_counts_as_bad_as_can_be() -> None:
    after = with_changed_answers()
    questions = tuple(replace(q, answer=None) if q.id in ("q0", "u29") else q for q in after.questions)
    found = compare(with_changed_answers(), replace(after, questions=questions))
    after_all = {c.measure: c.after for c in found.changes if c.run == "answers" and c.slice == ALL}
    assert after_all["Refused"] == pytest.approx(1 / 60)
    assert after_all["Hit@1"] == pytest.approx(39 / 60)
    assert after_all["False answers"] == pytest.approx(11 / 30)


def test_citations_that_are_not_exact_never_pass() -> None:
    after = with_changed_answers()
    first, *others = after.questions
    assert first.answer is not None
    cited = tuple(each._replace(exact=False) for each in first.answer.citations)
    damaged = replace(after, questions=(replace(first, answer=replace(first.answer, citations=cited)), *others))
    found = compare(with_changed_answers(), damaged)
    assert (found.inexact, found.drops, found.passed) == (("q0: 茶.md#10-19",), (), False)
