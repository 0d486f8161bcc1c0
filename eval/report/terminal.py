"""A report as a table that fits a terminal; the other faces have everything."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table

from eval.report.model import Report
from eval.report.words import interval, milliseconds, number, separation, size, unjudged
from eval.scoring import MAIN
from eval.slices import Figures

_HEADLINE = ("all", "languages")
"""Facets in the table."""
_BESIDE = ("Success@1", "Evidence@2000")
"""Measures beside the main one."""


def print_report(report: Report, figures: Mapping[str, Figures], console: Console) -> None:
    """Every run over all questions and by the languages of question and evidence, what it cost, and what was left out."""
    beside = [name for name in _BESIDE if name in report.measures()]
    table = Table(title=f"{report.dataset} · {report.models}", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("run", "slice"):
        table.add_column(name, no_wrap=True)
    for name in ("n", f"{MAIN} [95 %]", *beside):
        table.add_column(name, justify="right", no_wrap=True)
    for run in report.runs:
        rows = [each for each in figures[run.name] if each.facet in _HEADLINE]
        for each in rows:
            found = figures[run.name][each]
            cells = (number(found[name].mean) for name in beside)
            name = run.name if each == rows[0] else ""
            n = str(found[MAIN].n) if MAIN in found else "0"
            table.add_row(name, each.value, n, interval(found.get(MAIN)), *cells, end_section=each == rows[-1])
    console.print(table)
    _print_costs(report, console)
    _print_caveats(report, figures, console)


def _print_costs(report: Report, console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("run")
    for name in ("ms p50", "ms p95", "index", "AUROC answerable [95 %]"):
        table.add_column(name, justify="right")
    for run in report.runs:
        area = interval(separation(report, run.name))
        table.add_row(run.name, milliseconds(run.p50), milliseconds(run.p95), size(run.index_bytes), area)
    console.print(table)


def _print_caveats(report: Report, figures: Mapping[str, Figures], console: Console) -> None:
    def say(text: str, style: str | None = None) -> None:
        console.print(text, style=style, markup=False, highlight=False)

    say(unjudged(report, figures))
    for run in report.runs:
        if run.about:
            say(f"{run.name}: {run.about}")
    if report.unanswerable:
        say(f"{len(report.unanswerable)} questions have no answer; ranking is measured on the others")
    for question, quotes in report.stale.items():
        say(f"stale, left out: {question}: {'; '.join(quotes)}", "yellow")
