"""The result of an evaluation: a table for people, JSON for programs."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.dataset import Dataset, Qrels
from eval.measures import NAMES, QuestionScores, score_run
from eval.run import Run


@dataclass(frozen=True, slots=True)
class Row:
    """The means of one mode over the questions in one language."""

    mode: str
    language: str
    questions: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """All modes on one data set. ``without_evidence`` counts questions whose evidence no passage holds; they score 0."""

    dataset: str
    index_version: str
    encoder: str
    without_evidence: int
    rows: tuple[Row, ...]
    scores: Mapping[str, QuestionScores]
    milliseconds: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "index_version": self.index_version,
            "encoder": self.encoder,
            "without_evidence": self.without_evidence,
            "rows": [
                {"mode": row.mode, "language": row.language, "questions": row.questions, **row.means}
                for row in self.rows
            ],
            "median_milliseconds": dict(self.milliseconds),
            "questions": {mode: {q: dict(v) for q, v in scores.items()} for mode, scores in self.scores.items()},
        }

    def print(self, console: Console) -> None:
        table = Table(title=f"{self.dataset} · {self.encoder}")
        for name in ("mode", "questions in"):
            table.add_column(name)
        for name in ("n", *NAMES):
            table.add_column(name, justify="right")
        for row in self.rows:
            values = (f"{row.means[name]:.3f}" for name in NAMES)
            table.add_row(row.mode, row.language, str(row.questions), *values, end_section=row.language == "all")
        console.print(table)
        times = ", ".join(f"{mode} {value:.1f}" for mode, value in self.milliseconds.items())
        console.print(f"median ms per question, top 100: {times}")
        if self.without_evidence:
            console.print(f"{self.without_evidence} questions have evidence that no passage holds; they score 0")


def make_report(dataset: Dataset, runs: Sequence[Run], qrels: Qrels, index_version: str, encoder: str) -> Report:
    """Scores every run, per question language and over all."""
    languages = sorted({question.language for question in dataset.questions})
    scores = {run.name: score_run(run, qrels) for run in runs}
    rows = []
    for run in runs:
        for language in (*languages, "all"):
            chosen = [q.id for q in dataset.questions if language in (q.language, "all")]
            means = {name: statistics.fmean(scores[run.name][q][name] for q in chosen) for name in NAMES}
            rows.append(Row(run.name, language, len(chosen), means))
    return Report(
        dataset=dataset.name,
        index_version=index_version,
        encoder=encoder,
        without_evidence=sum(not qrels.get(question.id) for question in dataset.questions),
        rows=tuple(rows),
        scores=scores,
        milliseconds={run.name: statistics.median(run.milliseconds.values()) for run in runs},
    )
