"""A report as a table that fits a terminal; the other faces have everything."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table

from eval.answer_scoring import AUROC, FALSE, HIT_1, HIT_3, PRECISION, RECALL, REFUSED
from eval.report.answers import HEADLINE, answer_figures, false_by_kind, inexact
from eval.report.model import Report
from eval.report.words import answering, exactness, interval, milliseconds, number, separation, size, unjudged
from eval.scoring import MAIN
from eval.slices import Figures

_HEADLINE = ("all", "languages")
"""Facets in the table."""
_BESIDE = ("RR@10", "R@1", "R@5", "R@10")
"""Measures beside the main one."""
_ANSWER_TABLES = (
    ("answerable", (HIT_1,), (HIT_3, PRECISION, RECALL, REFUSED)),
    ("unanswerable", (FALSE, AUROC), ()),
)
"""Which questions a table is about, its measures with intervals, and those without."""


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
    answered = answer_figures(report)
    if answered:
        console.print()
        _print_answers(report, answered, console)


def _print_answers(report: Report, figures: Figures, console: Console) -> None:
    """Answerable questions, then the others: two tables, so that each fits."""
    shown = {each: found for each, found in figures.items() if each.facet in HEADLINE}
    for head, sure, others in _ANSWER_TABLES:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        table.add_column(head, no_wrap=True)
        for name in ("n", *(f"{name} [95 %]" for name in sure), *others):
            table.add_column(name, justify="right", no_wrap=True)
        for each, found in shown.items():
            n = found[sure[0]].n if sure[0] in found else 0
            means = (number(found[name].mean) if name in found else "–" for name in others)
            table.add_row(each.value, str(n), *(interval(found.get(name)) for name in sure), *means)
        console.print(table)
    kinds = [f"{kind} {interval(figure)} of {figure.n}" for kind, figure in false_by_kind(figures).items()]
    if kinds:
        _say(console, f"False answers by kind: {', '.join(kinds)}")
    _say(console, answering(report))
    _say(console, exactness(report), "red" if inexact(report) else None)
    for name in inexact(report):
        _say(console, f"not exact: {name}", "red")


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
    _say(console, unjudged(report, figures))
    for run in report.runs:
        if run.about:
            _say(console, f"{run.name}: {run.about}")
    if report.unanswerable:
        _say(console, f"{len(report.unanswerable)} questions have no answer; ranking is measured on the others")
    for question, quotes in report.stale.items():
        _say(console, f"stale, left out: {question}: {'; '.join(quotes)}", "yellow")


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False)
