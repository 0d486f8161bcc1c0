"""The comparison in the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from eval.compare import Rules, compare
from eval.report.comparison import print_comparison
from eval.report.model import Report
from tests.eval.report.conftest import make, with_answers


def shown(before: Report, after: Report, rules: Rules = Rules()) -> str:  # noqa: B008
    console = Console(file=io.StringIO(), width=100)
    print_comparison(compare(before, after, rules), console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_what_fell_is_shown_with_its_questions() -> None:
    before, after = make({"hybrid": [1.0, 0.5] * 30}), make({"hybrid": [1.0, 0.0] * 30})
    text = shown(before, after)
    rows = [line.split() for line in text.splitlines()]
    assert any(
        row[:5] == ["hybrid", "all", "nDCG@10", ".750", ".500"] and row[5:8] == ["0", "30", "30"] for row in rows
    )
    assert any(row[1:3] == ["languages:", "en→zh"] and row[-1] == "WORSE" for row in rows)
    assert not any("zh→zh" in row for row in rows)
    assert "30 questions changed; most of all:" in text
    assert ".500 → .000  hybrid: q1: 问题 1？<b>&" in text
    assert text.count("→ .000  hybrid") == 10
    assert "significant, the others beyond the tolerance" in text
    assert text.endswith("FAILED\n")


def test_what_is_lost_stale_or_new_is_named() -> None:
    before, after = make({"hybrid": [1.0] * 60, "dense": [1.0] * 60}), make({"hybrid": [1.0] * 61})
    after = replace(after, questions=after.questions[2:], stale={"q0": ("gone",)})
    text = shown(before, after)
    assert "run 'dense' is missing" in text
    assert "1 questions are missing, counted as 0: q1 (en→zh)" in text
    assert "stale, not compared: q0" in text
    assert "new, not compared: q60" in text


def test_nothing_new_is_no_drop() -> None:
    report = make({"hybrid": [1.0] * 60})
    assert shown(report, report).endswith("no drop\n")
    assert "WORSE" not in shown(report, report)


def test_answers_that_changed_are_told_the_worse_ones_first(answered: Report) -> None:
    """q1 is no longer found; u0 is refused now."""
    after = with_answers(answered, q1=(0.8, 0), u0=(0.1, 0))
    text = shown(answered, after)
    assert "2 answers changed; the worse ones first:" in text
    assert text.index("right → wrong: q1: 问题 1？<b>&") < text.index("false answer → rightly refused: u0: 你好")
    rows = [line.split() for line in text.splitlines()]
    assert any(row[:6] == ["answers", "all", "False", "answers", "1.000", ".000"] for row in rows)
    assert any(row[:5] == ["answers", "all", "Hit@3", ".500", ".250"] and row[5:8] == ["0", "3", "1"] for row in rows)
    assert "answers changed" not in shown(answered, answered)
