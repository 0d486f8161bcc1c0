"""Reports: their figures, and their JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.errors import ReportError
from eval.report.answer_curves import answer_risk
from eval.report.answers import answer_figures
from eval.report.model import Report, load_report
from eval.slices import ALL, Slice
from tests.eval.report.conftest import SHOWN, given


def test_figures_are_means_of_the_answerable_questions(report: Report) -> None:
    figures = report.figures()
    hybrid = {each: found["nDCG@10"] for each, found in figures["hybrid"].items()}
    assert (hybrid[ALL].mean, hybrid[ALL].n) == (0.625, 4)
    assert hybrid[Slice("languages", "zh→zh")].mean == 0.75
    assert hybrid[Slice("kind", "number")].mean == 0.25
    assert figures["dense"][ALL]["nDCG@10"].mean == 0.25
    assert Slice("kind", "greeting") not in figures["hybrid"]


def test_a_report_is_read_back_as_it_was_written(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report.save(path, {"figures": {"not": "read back"}})
    assert load_report(path) == report


def test_what_stands_beside_is_for_other_programs(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "report.json", {"figures": {"hybrid": 1}})
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["figures"] == {"hybrid": 1}


def test_a_report_of_before_is_still_read(report: Report, tmp_path: Path) -> None:
    """Results had no language then, and runs were not described."""
    path = tmp_path / "report.json"
    report.save(path)
    body = json.loads(path.read_text("utf-8"))
    for run in body["runs"]:
        del run["about"]
    for each in body["questions"]:
        for outcome in each["outcomes"].values():
            outcome["results"] = [result[:3] for result in outcome["results"]]
    path.write_text(json.dumps(body))
    assert load_report(path) == report


def test_each_question_is_a_line(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report.save(path)
    assert sum(line.startswith('{"id":"') for line in path.read_text("utf-8").splitlines()) == 5


def test_an_abridged_report_has_the_same_figures(report: Report, tmp_path: Path) -> None:
    short = report.abridged()
    assert short.figures() == report.figures()
    assert short.items == {}
    assert [q.outcomes["hybrid"].confidence for q in short.questions] == [
        q.outcomes["hybrid"].confidence for q in report.questions
    ]
    short.save(tmp_path / "short.json")
    assert load_report(tmp_path / "short.json") == short


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as a report"),
        ("[]", "cannot be read as a report"),
        ("{}", "has format None, this version reads format 1; write one with: rag eval --json FILE"),
        ('{"format": 99}', "has format 99"),
        ('{"format": 1}', r"is no report \(dataset: Field required\)"),
    ],
)
def test_what_is_no_report_is_told_with_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=message):
        load_report(path)
    with pytest.raises(ReportError, match="cannot be read"):
        load_report(tmp_path / "no.json")


def test_measures_are_those_that_some_question_has(report: Report) -> None:
    assert report.measures() == list(SHOWN)
    assert replace(report, questions=report.questions[-1:]).measures() == []


def test_answers_are_read_back_and_kept_without_their_times(answered: Report, tmp_path: Path) -> None:
    answered.save(tmp_path / "report.json")
    assert load_report(tmp_path / "report.json") == answered
    short = answered.abridged()
    assert {q.answer.milliseconds for q in short.questions if q.answer is not None} == {None}
    assert answer_figures(short) == answer_figures(answered)
    assert answer_risk(short) == answer_risk(answered)


def test_a_report_without_answers_is_still_read(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report.save(path)
    body = json.loads(path.read_text("utf-8"))
    for question in body["questions"]:
        assert question.pop("answer") is None
    path.write_text(json.dumps(body))
    assert load_report(path) == report


@pytest.mark.parametrize(("met", "right"), [((0, 0, 1), True), ((0, 0, 0, 1), False), ((), False)])
@pytest.mark.parametrize("confidence", [0.1, 0.9])
def test_an_answer_is_right_by_its_first_three_citations_withheld_or_not(
    report: Report, met: tuple[int, ...], right: bool, confidence: float
) -> None:
    assert given(report.questions[0], confidence, *met).right is right
