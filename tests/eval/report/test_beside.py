"""What stands beside a report in its JSON."""

from __future__ import annotations

import json

from eval.report.beside import beside
from eval.report.model import Report
from tests.eval.report.conftest import in_languages, make


def test_figures_are_those_of_every_run_and_slice(report: Report) -> None:
    body = beside(report, report.figures())
    json.dumps(body)
    assert list(body["figures"]) == ["hybrid", "dense"]
    found = body["figures"]["hybrid"]["languages: zh→zh"]["nDCG@10"]
    assert (found["mean"], found["n"]) == (0.75, 2)
    assert found["low"] <= 0.75 <= found["high"]


def test_reliability_is_told_by_relation_of_languages() -> None:
    """Of each Chinese question one passage in Chinese at about .8, relevant, and one in English at .2."""
    report = in_languages(make({"hybrid": [1.0] * 4}, unanswerable=0, top=0.85), "zh", "en")
    body = beside(report, report.figures())["reliability"]["hybrid"]
    assert {relation: each["n"] for relation, each in body.items()} == {
        "all": 8,
        "same language": 4,
        "other language": 4,
    }
    (low, high) = body["all"]["bins"]
    assert (low["low"], low["high"], low["score"], low["relevant"]["mean"], low["relevant"]["n"]) == (
        0.2,
        0.3,
        0.2,
        0,
        4,
    )
    assert 0 < body["all"]["error"] < 0.2
    assert high["relevant"]["mean"] == 1


def test_only_the_runs_with_curves_and_scores_that_are_probabilities_have_a_reliability() -> None:
    report = make({f"run{i}": [1.0] for i in range(4)})
    assert list(beside(report, report.figures())["reliability"]) == ["run0", "run1", "run2"]
    assert beside(make({"odd": [1.0]}, top=9.5), {})["reliability"] == {"odd": {}}


def test_what_answers_are_worth_stands_there_too(report: Report, answered: Report) -> None:
    assert "answers" not in beside(report, report.figures())
    body = json.loads(json.dumps(beside(answered, answered.figures())))["answers"]
    assert body["figures"]["language: en"]["Refused"]["mean"] == 0.5
    assert body["curves"]["all"]["risk_coverage"][0] == {"coverage": 0.2, "risk": 0}
    assert body["curves"]["all"]["working_point"] == {"coverage": 0.8, "risk": 0.5}
    assert set(body["curves"]) == {"all", "en", "zh"}
    assert (body["thresholds"], body["citations"], body["inexact"]) == ({"en→zh": 0.5, "zh→zh": 0.5}, 10, [])
