"""Reports side by side, as the documentation shows them."""

from __future__ import annotations

from dataclasses import replace

from eval.report.side_by_side import render_side_by_side
from tests.eval.report.conftest import in_languages, make

VALUES = {"full": [1.0, 1.0, 0.5, 0.0], "BM25": [0.0] * 4}


def test_a_row_for_every_run_and_a_column_for_every_report() -> None:
    """The second data set has no BM25 run."""
    first, second = make(VALUES), replace(make({"full": [1.0] * 4}), dataset="lighthouse")
    first = replace(first, runs=(replace(first.runs[0], about="every leg"), first.runs[1]))
    lines = render_side_by_side([first, second]).splitlines()
    assert lines[0] == "| nDCG@10 | harbour | lighthouse | ms | bytes per passage |"
    assert lines[2].startswith("| full: every leg | .625 \\[")
    assert lines[2].endswith("| 1.000 \\[1.000, 1.000\\] | 10.0 | 1,457,143 |")
    assert lines[3] == "| BM25 | .000 \\[.000, .000\\] | – | 10.0 | 1,457,143 |"
    assert "Questions: harbour 4, lighthouse 4." in lines[5]


def test_the_first_runs_scores_are_pooled_by_relation_of_languages() -> None:
    """In each report, of the same language: .9 relevant, and .89, .88, .87, two of them relevant: (.1 + 3 * .2133) / 4."""
    report = in_languages(make(VALUES, unanswerable=0), "zh", "en")
    text = render_side_by_side([report, report])
    table = text.partition("Scores of full, all columns together:\n\n")[2].splitlines()
    assert table[0].startswith(
        "| score | same language: mean score | same language: relevant | same language: n | other"
    )
    assert table[2] == "| 0.2 to 0.3 | – | – | 0 | .200 | .000 \\[.000, .000\\] | 8 |"
    assert table[3].startswith("| 0.8 to 0.9 | .8")
    assert table[-1] == "| calibration error | .185 |  | 8 | .200 |  | 8 |"
    assert len({line.count("|") for line in table}) == 1


def test_what_nobody_measured_is_a_dash() -> None:
    report = make({"theirs": [1.0]})
    report = replace(report, runs=(replace(report.runs[0], p50=None, index_bytes=None),))
    assert "| theirs | 1.000 \\[1.000, 1.000\\] | – | – |" in render_side_by_side([report])
    assert "Scores of" not in render_side_by_side([report]), "no result's language is known"
