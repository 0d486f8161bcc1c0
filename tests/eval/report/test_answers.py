"""Figures of answers, worked by hand on the five of conftest.py."""

from __future__ import annotations

from dataclasses import replace

from eval.report.answers import (
    answer_figures,
    citations,
    false_by_kind,
    inexact,
    languages,
    thresholds,
    times,
    verdict,
)
from eval.report.model import Report
from eval.slices import ALL, Slice

CHINESE, ENGLISH = Slice("language", "zh"), Slice("language", "en")


def test_every_way_to_answer_has_its_name(report: Report, answered: Report) -> None:
    told = {question.id: verdict(question) for question in answered.questions}
    assert told == {"q0": "right", "q1": "right", "q2": "wrong", "q3": "refused", "u0": "false answer"}
    unanswerable = answered.questions[-1]
    assert unanswerable.answer is not None
    refused = replace(unanswerable, answer=replace(unanswerable.answer, reason="no_evidence"))
    assert verdict(refused) == "rightly refused"
    assert verdict(report.questions[0]) is None


def test_figures_are_means_over_all_and_by_language(answered: Report) -> None:
    """Precision: 1/2, 1/3, 1/4, and 0 for what is refused."""
    figures = answer_figures(answered)
    means = {name: (figure.mean, figure.n) for name, figure in figures[ALL].items()}
    assert means == {
        "Hit@1": (0.25, 4), "Hit@3": (0.5, 4), "Precision": ((1 / 2 + 1 / 3 + 1 / 4) / 4, 4), "Recall": (0.75, 4),
        "Refused": (0.25, 4), "False answers": (1, 1), "AUROC": (0.75, 5),
    }  # fmt: skip
    assert figures[CHINESE]["AUROC"].mean == 1, ".9 and .7 are above .6"
    assert "AUROC" not in figures[ENGLISH], "no English question is without an answer"
    assert figures[ENGLISH]["Refused"].mean == 0.5
    assert all(0 <= each.low <= each.mean <= each.high <= 1 for found in figures.values() for each in found.values())


def test_nobody_asked_for_answers(report: Report) -> None:
    assert answer_figures(report) == {}
    assert (languages(report), thresholds(report), citations(report), inexact(report)) == ([], {}, 0, ())


def test_halves_are_told_apart_by_language_where_there_are_two(answered: Report) -> None:
    """The first two questions are in the one half, the others in the other."""
    halves = tuple(
        replace(q, facets={**q.facets, "split": (("dev", "test")[i > 1],)}) for i, q in enumerate(answered.questions)
    )
    both = answer_figures(replace(answered, questions=halves))
    assert [each.value for each in both if each.facet == "split"] == ["dev en", "dev zh", "test en", "test zh"]
    assert both[Slice("split", "dev zh")]["Hit@1"].n == 1
    one = replace(answered, questions=halves[2:])
    assert not [each for each in answer_figures(one) if each.facet == "split"]


def test_false_answers_are_told_by_kind_of_question(answered: Report) -> None:
    found = false_by_kind(answer_figures(answered))
    assert {kind: (figure.mean, figure.n) for kind, figure in found.items()} == {"greeting": (1, 1)}


def test_facts_about_all_answers(answered: Report) -> None:
    assert languages(answered) == ["en", "zh"]
    assert thresholds(answered) == {"en→zh": 0.5, "zh→zh": 0.5}
    assert citations(answered) == 2 + 3 + 4 + 1, "what is withheld is not cited"
    assert list(times(answered)) == [8.0] * 5


def test_citations_that_are_not_exact_are_named(answered: Report) -> None:
    first, *others = answered.questions
    assert first.answer is not None
    one, two = first.answer.citations
    damaged = replace(first, answer=replace(first.answer, citations=(one, two._replace(exact=False))))
    assert inexact(answered) == ()
    assert inexact(replace(answered, questions=(damaged, *others))) == ("q0: 茶.md#20-29",)
