"""A comparison in the terminal: what fell, what rose, and which questions made the difference."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from eval.compare import Change, Comparison
from eval.report.words import number
from eval.slices import ALL

_LISTED = 10


def print_comparison(comparison: Comparison, console: Console) -> None:
    """All questions of every run, the slices that changed for sure, and the questions that changed most."""
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        caption="+ = - : questions better, equal, worse; p after Holm",
    )
    for name in ("run", "slice", "measure"):
        table.add_column(name, overflow="fold")
    for name in ("before", "after", "+ = -", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for change in comparison.changes:
        if change.slice == ALL or change.significant or change.intolerable:
            table.add_row(*_row(change), style=_style(change))
    console.print(table)
    _print_moved(comparison, console)
    _print_moved_answers(comparison, console)
    for line in _findings(comparison):
        console.print(line, markup=False, highlight=False, style="red", soft_wrap=True)
    for name, ids in (("stale, not compared", comparison.stale), ("new, not compared", comparison.new)):
        if ids:
            console.print(f"{name}: {_named(ids)}", markup=False, highlight=False, soft_wrap=True)
    console.print("no drop" if comparison.passed else "FAILED", style="bold green" if comparison.passed else "bold red")


def _row(change: Change) -> tuple[str, ...]:
    counts = f"{change.wins} {change.ties} {change.losses}"
    p = "<.001" if change.p < 0.001 else number(change.p)
    verdict = "WORSE" if change.dropped else "better" if change.significant else ""
    return (
        change.run,
        str(change.slice),
        change.measure,
        number(change.before),
        number(change.after),
        counts,
        p,
        verdict,
    )


def _style(change: Change) -> str | None:
    return "red" if change.dropped else "green" if change.significant else None


def _print_moved(comparison: Comparison, console: Console) -> None:
    if comparison.moved:
        console.print(f"{len(comparison.moved)} questions changed; most of all:", highlight=False)
    for each in comparison.moved[:_LISTED]:
        told = f"  {number(each.before)} → {number(each.after)}  {each.run}: {each.question.id}: {each.question.text}"
        console.print(told, markup=False, highlight=False, soft_wrap=True)


def _print_moved_answers(comparison: Comparison, console: Console) -> None:
    if comparison.moved_answers:
        console.print(f"{len(comparison.moved_answers)} answers changed; the worse ones first:", highlight=False)
    for each in comparison.moved_answers[:_LISTED]:
        told = f"  {each.before} → {each.after}: {each.question.id}: {each.question.text}"
        console.print(told, markup=False, highlight=False, soft_wrap=True)


def _findings(comparison: Comparison) -> list[str]:
    found = [f"run {name!r} is missing" for name in comparison.lost_runs]
    if comparison.lost:
        names = [f"{q.id} ({', '.join(q.facets.get('languages', ()))})" for q in comparison.lost]
        found.append(f"{len(names)} questions are missing, counted as 0: {_named(names)}")
    if comparison.inexact:
        found.append(f"{len(comparison.inexact)} citations are not exact: {_named(comparison.inexact)}")
    if comparison.drops:
        certain = sum(change.significant for change in comparison.drops)
        found.append(f"{len(comparison.drops)} drops: {certain} significant, the others beyond the tolerance")
    return found


def _named(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"
