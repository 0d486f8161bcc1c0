"""The report as Markdown."""

from __future__ import annotations

from dataclasses import replace

from eval.report.markdown import render_markdown
from eval.report.model import Report
from tests.eval.report.conftest import in_languages


def test_every_run_and_slice_has_its_row(report: Report) -> None:
    text = render_markdown(report, report.figures())
    lines = text.splitlines()
    assert lines[0] == "# Retrieval on harbour"
    assert "| run | nDCG@10 | RR@10 | Success@1 | R@1 | R@5 |" in lines
    assert any(line.startswith("| hybrid | .625 \\[") for line in lines)
    assert any(line.startswith("| languages: zh→zh | 2 | .750 \\[") for line in lines)
    assert any(line.startswith("| dense | 10.0 | 20.0 | 10.2 MB | 1.000 \\[") for line in lines)
    assert "- gone: 茶.md: \\<gone\\>" in lines
    assert "- **R@10**: share of the relevant results among the first ten" in lines


def test_tables_have_as_many_cells_in_every_row(report: Report) -> None:
    odd = replace(report, runs=(replace(report.runs[0], name="hybrid"), *report.runs[1:]), dataset="a|b*c")
    text = render_markdown(odd, odd.figures())
    assert text.startswith("# Retrieval on a\\|b\\*c\n")
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1, table


def test_runs_are_described_and_scores_by_relation_of_languages(report: Report) -> None:
    """Chinese questions; one result in Chinese, the other in English."""
    told = in_languages(replace(report, questions=tuple(report.answerable)), "zh", "en")
    told = replace(told, runs=(replace(told.runs[0], about="every leg, *all*"), told.runs[1]))
    lines = render_markdown(told, told.figures()).splitlines()
    assert "- **hybrid**: every leg, \\*all\\*" in lines
    assert not any(line.startswith("- **dense**") for line in lines)
    assert "## Reliability of hybrid" in lines
    assert any(line.startswith("| 0.2 to 0.3 | – | – | 0 | .200 | .000 \\[") for line in lines)
    assert any(line.startswith("| calibration error | .") for line in lines)
    assert "## Reliability of hybrid" not in render_markdown(report, report.figures())


def test_answers_have_their_own_chapter(report: Report, answered: Report) -> None:
    lines = render_markdown(answered, answered.figures()).splitlines()
    assert "## Answers" in lines
    assert "| questions | n | Hit@1 | Hit@3 | Precision | Recall |" in lines
    assert any(line.startswith("| all | 4 + 1 | .250 \\[") for line in lines)
    assert any(line.startswith("| en | 2 + 0 | ") and line.endswith("| – | – |") for line in lines)
    assert "| greeting | 1 | 1.000 \\[1.000, 1.000\\] |" in lines
    assert any(line.startswith("Every citation is exact: all 10 stand at their places") for line in lines)
    assert any("en→zh from .500, zh→zh from .500; 8.0 ms per question" in line for line in lines)
    assert "## Answers" not in render_markdown(report, report.figures())
