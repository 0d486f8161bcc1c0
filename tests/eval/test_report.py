"""Reports: means by mode and language, for people and for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from rich.console import Console

from eval.dataset import AskedQuestion, Qrels
from eval.measures import NAMES
from eval.report import Report, make_report
from eval.run import RankedItem, Run
from index.build import Sources
from index.store import SearchIndex
from rag.types import Result

QUESTIONS = [
    AskedQuestion("z1", "一", "zh"),
    AskedQuestion("z2", "二", "zh"),
    AskedQuestion("e1", "three", "en"),
]
QRELS = {"z1": {"a": 1}, "z2": {"a": 1}, "e1": {}}


@dataclass
class Asked:
    """A data set of questions alone."""

    name: str = "three"
    questions: Sequence[AskedQuestion] = field(default_factory=lambda: QUESTIONS)
    sources: Sources = field(default_factory=dict)

    def qrels(self, index: SearchIndex) -> Qrels:
        raise AssertionError("a report is given its judgements")

    def item(self, result: Result) -> str:
        raise AssertionError("a report ranks nothing")


def run_of(name: str, **rankings: str) -> Run:
    ranking = {question: [RankedItem(item, 0.5) for item in items] for question, items in rankings.items()}
    return Run(name, ranking, dict(zip(rankings, (1.0, 2.0, 30.0), strict=False)))


@pytest.fixture
def report() -> Report:
    """Hybrid finds a first and second; dense finds it for neither."""
    runs = [run_of("hybrid", z1="ab", z2="ba", e1="a"), run_of("dense", z1="b", z2="", e1="a")]
    return make_report(Asked(), runs, QRELS, "v1", "use")


def test_means_are_over_all_questions_of_a_language_found_or_not(report: Report) -> None:
    """RR@10 of hybrid: z1 1, z2 1/2, e1 0 because nothing is relevant: zh .75, en 0, all .5."""
    rows = {(row.mode, row.language): row for row in report.rows}
    assert list(rows) == [(mode, language) for mode in ("hybrid", "dense") for language in ("en", "zh", "all")]
    assert [rows["hybrid", language].means["RR@10"] for language in ("zh", "en", "all")] == pytest.approx(
        [0.75, 0, 0.5]
    )
    assert [rows["hybrid", language].means["R@1"] for language in ("zh", "en", "all")] == pytest.approx([0.5, 0, 1 / 3])
    assert rows["dense", "all"].means == dict.fromkeys(NAMES, 0.0)
    assert [rows["hybrid", language].questions for language in ("zh", "en", "all")] == [2, 1, 3]


def test_questions_without_evidence_are_counted(report: Report) -> None:
    assert report.without_evidence == 1
    assert report.milliseconds == {"hybrid": 2.0, "dense": 2.0}


def test_the_json_has_every_figure(report: Report) -> None:
    body = json.loads(json.dumps(report.to_json()))
    assert (body["dataset"], body["index_version"], body["encoder"]) == ("three", "v1", "use")
    assert body["without_evidence"] == 1
    assert len(body["rows"]) == 6
    assert all(set(row) == {"mode", "language", "questions", *NAMES} for row in body["rows"])
    assert body["questions"]["hybrid"]["z2"]["RR@10"] == 0.5
    assert set(body["questions"]["dense"]) == {"z1", "z2", "e1"}
    assert body["median_milliseconds"]["hybrid"] == 2.0


def test_the_table_has_a_line_for_each_mode_and_language(report: Report) -> None:
    console = Console(file=io.StringIO(), width=100)
    report.print(console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "three · use" in shown
    assert all(name in shown for name in NAMES)
    cells = [
        [cell.strip() for cell in line.strip("│ ").split("│")] for line in shown.splitlines() if line.startswith("│")
    ]
    table = {(row[0], row[1]): row[2:] for row in cells}
    assert table["hybrid", "zh"] == ["2", "0.815", "0.750", "0.500", "1.000", "1.000"]
    assert table["dense", "all"] == ["3", *["0.000"] * 5]
    assert "median ms per question, top 100: hybrid 2.0, dense 2.0" in shown
    assert "1 questions have evidence that no passage holds; they score 0" in shown


def test_if_all_evidence_is_held_nothing_is_said_about_it() -> None:
    qrels = {"z1": {"a": 1}, "z2": {"a": 1}, "e1": {"a": 1}}
    console = Console(file=io.StringIO(), width=100)
    make_report(Asked(), [run_of("hybrid", z1="a", z2="a", e1="a")], qrels, "v1", "use").print(console)
    assert "no passage holds" not in console.file.getvalue()  # type: ignore[attr-defined]
