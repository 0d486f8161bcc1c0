"""Reports of several data sets side by side, as the Markdown of docs/retrieval.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import mean

from eval.report.confidence import claims, reliability_by_relation
from eval.report.markdown import reliability_table, table
from eval.report.model import Report, ReportedRun
from eval.report.words import interval, milliseconds
from eval.scoring import MAIN
from eval.slices import ALL
from eval.statistics import LEVEL


def render_side_by_side(reports: Sequence[Report]) -> str:
    """A row for every run of the first report, a column for every report; then what the first run's scores are worth."""
    return "\n".join(_lines(reports)).rstrip() + "\n"


def _lines(reports: Sequence[Report]) -> Iterator[str]:
    figures = [report.figures() for report in reports]
    head = [MAIN, *(report.dataset for report in reports), "ms", "bytes per passage"]
    rows = []
    for run in reports[0].runs:
        cells = [interval(found.get(run.name, {}).get(ALL, {}).get(MAIN)) for found in figures]
        rows.append([_label(run), *cells, _milliseconds(reports, run.name), _bytes_per_passage(reports, run.name)])
    yield from table(head, rows)
    asked = ", ".join(f"{report.dataset} {len(report.answerable)}" for report in reports)
    yield (
        f"Questions: {asked}. In brackets {LEVEL * 100:g} % bootstrap intervals. ms: to rank the passages for one question "
        "(medians, their mean over the columns); bytes: of the files that the run's legs read."
    )
    first = reports[0].runs[0].name
    found = reliability_by_relation([claim for report in reports for claim in claims(report, first)])
    if found:
        yield from ("", f"Scores of {first}, all columns together:", "")
        yield from reliability_table(found)


def _label(run: ReportedRun) -> str:
    return f"{run.name}: {run.about}" if run.about else run.name


def _milliseconds(reports: Sequence[Report], name: str) -> str:
    times = [run.p50 for report in reports for run in report.runs if run.name == name and run.p50 is not None]
    return milliseconds(mean(times) if times else None)


def _bytes_per_passage(reports: Sequence[Report], name: str) -> str:
    sizes = [
        run.index_bytes / report.index.passages
        for report in reports
        for run in report.runs
        if run.name == name and run.index_bytes is not None and report.index.passages
    ]
    return f"{mean(sizes):,.0f}" if sizes else "–"
