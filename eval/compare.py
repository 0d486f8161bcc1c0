"""Compares two reports question by question, and decides whether the second one may take the first one's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.answer_scoring import FALSE, HIT_1, HIT_3, LESS_IS_BETTER, REFUSED
from eval.answers import ANSWERS
from eval.dataset import Facets
from eval.errors import IncomparableError
from eval.report.answers import GOOD, LANGUAGE, inexact, verdict
from eval.report.model import Report, ReportedQuestion
from eval.scoring import MAIN, RETURNED
from eval.slices import Slice, slice_members
from eval.statistics import RANDOMISATIONS, Floats, fisher_randomisation, holm

_SMALLEST = 10
"""Questions; a slice of fewer can hardly show a significant difference, but would make all others harder to show."""
_ANSWER_MEASURES = (HIT_1, HIT_3, REFUSED, FALSE)
"""Those of answers that are tested, over all questions and by their language."""
_PER_TEST = 50
"""Randomisations for each test: the smallest p-value times the number of tests stays below any level in use."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a difference is a drop.

    Args:
        measures: those that are tested; the first is the one questions are listed by.
        level: of significance, for all tests together.
        tolerance: a fall of a mean by more than this is a drop, significant or not; None tolerates all that is not
            significant. A slice must be so large that one question alone cannot do it; of answers, more than one must fall.
        runs: only these; all of the first report's if empty. ``answers`` stands for its answers.
    """

    measures: Sequence[str] = (MAIN, RETURNED)
    level: float = 0.05
    tolerance: float | None = None
    runs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One measure of one slice in one run, before and after; ``p`` is corrected for the number of all tests (Holm)."""

    run: str
    slice: Slice
    measure: str
    before: float
    after: float
    wins: int
    ties: int
    losses: int
    p: float
    significant: bool
    intolerable: bool

    @property
    def n(self) -> int:
        return self.wins + self.ties + self.losses

    @property
    def dropped(self) -> bool:
        return self.intolerable or (self.significant and _sign(self.measure) * (self.after - self.before) < 0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A question whose first measure changed, with the run in which it changed most."""

    run: str
    question: ReportedQuestion
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class MovedAnswer:
    """A question that is answered otherwise than before: from one of ``eval.report.answers.VERDICTS`` to another."""

    question: ReportedQuestion
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one report to another.

    ``lost`` questions and ``lost_runs`` are in the first report alone: they count 0, and nobody said why. ``stale`` ones have
    lost their evidence, ``new`` ones are in the second report alone: both are not compared. ``inexact`` names the second
    report's citations that do not stand in their articles' files.
    """

    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    moved_answers: tuple[MovedAnswer, ...]
    lost: tuple[ReportedQuestion, ...]
    lost_runs: tuple[str, ...]
    stale: tuple[str, ...]
    new: tuple[str, ...]
    inexact: tuple[str, ...]

    @property
    def drops(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.dropped)

    @property
    def passed(self) -> bool:
        return not (self.drops or self.lost or self.lost_runs or self.inexact)


@dataclass(frozen=True, slots=True)
class _Test:
    """A column of differences: zero for the questions outside the slice."""

    run: str
    slice: Slice
    measure: str
    before: Floats
    after: Floats
    members: np.ndarray[tuple[int], np.dtype[np.bool_]]


def compare(before: Report, after: Report, rules: Rules = Rules()) -> Comparison:
    """Pairs the questions of the first report with the second's. Slices are those of the first.

    Raises:
        IncomparableError: other data sets, or no run or question in common.
    """
    runs, lost_runs = _runs(before, after, rules)
    second = {question.id: question for question in after.questions}
    pairs = [question for question in before.questions if question.id not in after.stale]
    answerable = [question for question in pairs if question.answerable]
    if not any(question.id in second for question in answerable):
        raise IncomparableError("the reports have no question in common")
    retrieval, answered = [run for run in runs if run != ANSWERS], ANSWERS in runs
    facets = {question.id: question.facets for question in answerable}
    tests = [test for run in retrieval for m in rules.measures for test in _tests(run, m, pairs, second, facets)]
    for measure in _ANSWER_MEASURES if answered else ():
        tests += _tests(ANSWERS, measure, pairs, second, _asked_by_language(pairs, measure))
    return Comparison(
        changes=_changes(tests, rules),
        moved=_moved(retrieval, answerable, second, rules.measures[0]),
        moved_answers=_moved_answers(pairs, second) if answered else (),
        lost=tuple(question for question in before.questions if question.id not in {*second, *after.stale}),
        lost_runs=lost_runs,
        stale=tuple(question.id for question in before.questions if question.id in after.stale),
        new=tuple(sorted(set(second) - {question.id for question in before.questions})),
        inexact=inexact(after) if answered else (),
    )


def _runs(before: Report, after: Report, rules: Rules) -> tuple[list[str], tuple[str, ...]]:
    """The runs to compare, and those that the second report lacks."""
    if before.dataset != after.dataset:
        raise IncomparableError(
            f"the reports are on other questions, {before.dataset!r} and {after.dataset!r}; compare reports on the same"
        )
    first, second = (
        [*(run.name for run in report.runs), *([ANSWERS] if any(q.answer for q in report.questions) else [])]
        for report in (before, after)
    )
    unknown = [name for name in rules.runs if name not in first]
    common = [name for name in rules.runs or first if name in second]
    if unknown or not common:
        raise IncomparableError(
            f"no run {', '.join(map(repr, unknown or rules.runs or first))} to compare; "
            f"the reports have {', '.join(first)} and {', '.join(second)}"
        )
    return common, tuple(name for name in rules.runs or first if name not in second)


def _score(question: ReportedQuestion | None, run: str, measure: str) -> float:
    """As bad as can be if the question is lost, or has no such measure."""
    worst = 1.0 if measure in LESS_IS_BETTER else 0.0
    if question is None:
        return worst
    if run != ANSWERS:
        return question.outcomes[run].scores.get(measure, worst)
    return worst if question.answer is None else question.answer.scores.get(measure, worst)


def _sign(measure: str) -> int:
    """1 if more is better, else -1."""
    return -1 if measure in LESS_IS_BETTER else 1


def _tests(
    run: str,
    measure: str,
    pairs: Sequence[ReportedQuestion],
    second: Mapping[str, ReportedQuestion],
    facets: Mapping[str, Facets],
) -> list[_Test]:
    """A test for each slice of the questions that have ``facets``."""
    places = {question.id: place for place, question in enumerate(pairs)}
    before = np.array([_score(question, run, measure) for question in pairs])
    after = np.array([_score(second.get(question.id), run, measure) for question in pairs])
    tests = []
    for each, ids in slice_members(facets).items():
        members = np.zeros(len(pairs), np.bool_)
        members[[places[question] for question in ids]] = True
        if members.sum() >= min(_SMALLEST, len(facets)):
            tests.append(_Test(run, each, measure, before, after, members))
    return tests


def _asked_by_language(pairs: Sequence[ReportedQuestion], measure: str) -> Mapping[str, Facets]:
    """Of the questions whose answers have a measure."""
    asked = (q for q in pairs if q.answer is not None and measure in q.answer.scores)
    return {question.id: {LANGUAGE: (question.language,)} for question in asked}


def _changes(tests: Sequence[_Test], rules: Rules) -> tuple[Change, ...]:
    columns = np.stack([(test.after - test.before) * test.members for test in tests], axis=1)
    p_values = holm(fisher_randomisation(columns, randomisations=max(RANDOMISATIONS, _PER_TEST * len(tests))))
    return tuple(_change(test, float(p), rules) for test, p in zip(tests, p_values, strict=True))


def _change(test: _Test, p: float, rules: Rules) -> Change:
    before, after = test.before[test.members], test.after[test.members]
    gains = _sign(test.measure) * (after - before)
    wins, losses = int((gains > 0).sum()), int((gains < 0).sum())
    fall = -float(gains.mean())
    judged = rules.tolerance is not None and (
        rules.tolerance * len(before) >= 1 or (test.run == ANSWERS and round(fall * len(before)) > 1)
    )
    return Change(
        run=test.run,
        slice=test.slice,
        measure=test.measure,
        before=float(before.mean()),
        after=float(after.mean()),
        wins=wins,
        ties=len(before) - wins - losses,
        losses=losses,
        p=p,
        significant=p < rules.level,
        intolerable=judged and rules.tolerance is not None and fall > rules.tolerance,
    )


def _moved(
    runs: Sequence[str], pairs: Sequence[ReportedQuestion], second: Mapping[str, ReportedQuestion], measure: str
) -> tuple[Moved, ...]:
    """Each question that changed, the largest changes first."""
    found = [
        Moved(run, question, _score(question, run, measure), _score(second.get(question.id), run, measure))
        for run in runs
        for question in pairs
    ]
    most: dict[str, Moved] = {}
    for each in sorted(found, key=lambda each: -abs(each.after - each.before)):
        if each.before != each.after:
            most.setdefault(each.question.id, each)
    return tuple(most.values())


def _moved_answers(
    pairs: Sequence[ReportedQuestion], second: Mapping[str, ReportedQuestion]
) -> tuple[MovedAnswer, ...]:
    """Each question whose answer became better or worse, those that became worse first."""
    moved = []
    for question in (question for question in pairs if question.id in second):
        before, after = verdict(question), verdict(second[question.id])
        if before is not None and after is not None and before != after:
            moved.append(MovedAnswer(question, before, after))
    return tuple(sorted(moved, key=lambda each: each.after in GOOD))
