"""The table in the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from eval.report.model import Report
from eval.report.terminal import print_report
from tests.eval.report.conftest import make


def test_the_table_fits_a_terminal_and_has_every_run_by_languages() -> None:
    report = make({"hybrid": [1, 1, 0.5, 0] * 25, "dense": [1, 0, 0, 0] * 25, "lexical ungrouped": [0] * 100})
    console = Console(file=io.StringIO(), width=80)
    print_report(report, report.figures(), console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    rows = [line.split() for line in shown.splitlines()]
    assert ["run", "slice", "n", "nDCG@10", "[95", "%]", "RR@10", "R@1", "R@5", "R@10"] in rows
    assert any(row[:4] == ["hybrid", "all", "100", ".625"] and row[-4:] == [".625"] * 4 for row in rows)
    assert any(row[:3] == ["zh→zh", "50", ".750"] for row in rows)
    assert any(row[:5] == ["dense", "10.0", "20.0", "10.2", "MB"] for row in rows)
    assert "harbour · use" in shown
    assert "…" not in shown, "nothing is cut"
    assert (
        "Unjudged among the first ten, counted as not relevant: hybrid 38%, dense 75%, lexical ungrouped 100%"
        in " ".join(shown.split())
    )
    assert "1 questions have no answer" in shown
    assert "stale, left out: gone: 茶.md: <gone>" in shown


def test_questions_without_an_answer_alone_have_no_figures() -> None:
    report = make({"hybrid": [1.0]}, unanswerable=2)
    console = Console(file=io.StringIO(), width=80)
    only = replace(report, questions=tuple(report.unanswerable))
    print_report(only, only.figures(), console)
    assert "2 questions have no answer" in console.file.getvalue()  # type: ignore[attr-defined]


def test_runs_are_described_where_their_names_do_not_say_all() -> None:
    report = make({"full": [1.0], "RRF(60)": [0.0]})
    report = replace(report, runs=(report.runs[0], replace(report.runs[1], about="reciprocal ranks")))
    console = Console(file=io.StringIO(), width=80)
    print_report(report, report.figures(), console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\nRRF(60): reciprocal ranks\n" in shown
    assert "full: " not in shown


def test_answers_fit_a_terminal_too(answered: Report) -> None:
    console = Console(file=io.StringIO(), width=80)
    print_report(answered, answered.figures(), console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    rows = [line.split() for line in shown.splitlines()]
    assert any(row[:3] == ["all", "4", ".250"] and row[-4:] == [".500", ".271", ".750", ".250"] for row in rows)
    assert any(row == ["en", "0", "–", "–"] for row in rows)
    assert "False answers by kind: greeting 1.000 [1.000, 1.000] of 1" in shown
    assert "Every citation is exact: all 10 stand" in shown
    assert "…" not in shown


def test_citations_that_are_not_exact_are_shouted(answered: Report) -> None:
    first, *others = answered.questions
    assert first.answer is not None
    wrong = tuple(cited._replace(exact=False) for cited in first.answer.citations)
    damaged = replace(first, answer=replace(first.answer, citations=wrong))
    console = Console(file=io.StringIO(), width=80)
    print_report(replace(answered, questions=(damaged, *others)), answered.figures(), console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "2 of 10 citations do NOT stand at their places" in shown
    assert "not exact: q0: 茶.md#10-19" in shown
