"""The report's figures as Markdown, to be read in a repository or a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.answer_scoring import ANSWER_MEASURES, AUROC, FALSE, HIT_1, HIT_3, PRECISION, RECALL, REFUSED
from eval.report.answers import HEADLINE, answer_figures, false_by_kind, inexact
from eval.report.confidence import Reliability, claims, reliability_by_relation
from eval.report.model import Report
from eval.report.words import answering, exactness, interval, milliseconds, number, separation, size, unjudged
from eval.scoring import MAIN, MEASURES
from eval.slices import ALL, Figures

_CITED, _REFUSALS = (HIT_1, HIT_3, PRECISION, RECALL), (REFUSED, FALSE, AUROC)
"""Measures of answers: two tables are narrow enough to be read."""


def render_markdown(report: Report, figures: Mapping[str, Figures]) -> str:
    """Runs, slices, costs, and what was left out."""
    return "\n".join(_lines(report, figures)) + "\n"


def _lines(report: Report, figures: Mapping[str, Figures]) -> Iterator[str]:
    measures = report.measures()
    yield f"# Retrieval on {cell(report.dataset)}"
    yield ""
    yield (
        f"{len(report.questions)} questions, {len(report.unanswerable)} of them without an answer; "
        f"{report.index.articles} articles, {report.index.passages} passages; {cell(report.models)}; "
        f"index {report.index.content[:12]}; {report.created}."
    )
    yield from _runs(report, figures)
    main = report.runs[0].name
    found = reliability_by_relation(claims(report, main))
    if found:
        yield from ("", f"## Reliability of {cell(main)}", "")
        yield "Results by their score, and how many are relevant; what nobody judged counts as not relevant."
        yield from ("", *reliability_table(found))
    yield from ("", f"## {MAIN} by slice", "")
    rows = [
        [str(each), str(found[MAIN].n), *(interval(figures[r.name][each][MAIN]) for r in report.runs)]
        for each, found in figures[report.runs[0].name].items()
    ]
    yield from table(["slice", "n", *(r.name for r in report.runs)], rows)
    yield from _answers(report)
    if report.stale:
        yield from ("## Stale questions, in no figure", "")
        yield from (f"- {cell(id_)}: {cell('; '.join(quotes))}" for id_, quotes in report.stale.items())
        yield ""
    yield from ("## Measures", "")
    yield from (f"- **{name}**: {MEASURES[name]}" for name in measures)


def _runs(report: Report, figures: Mapping[str, Figures]) -> Iterator[str]:
    """Their measures over all questions, and what they cost."""
    measures = report.measures()
    yield from ("", "## Runs", "", "Means with their 95 % bootstrap intervals.", "")
    for chosen in (measures[:5], measures[5:]):
        if chosen:
            yield from table(
                ["run", *chosen],
                [[r.name, *(interval(figures[r.name].get(ALL, {}).get(m)) for m in chosen)] for r in report.runs],
            )
    yield from (f"- **{cell(run.name)}**: {cell(run.about)}" for run in report.runs if run.about)
    yield ""
    costs = [
        [r.name, milliseconds(r.p50), milliseconds(r.p95), size(r.index_bytes), interval(separation(report, r.name))]
        for r in report.runs
    ]
    yield from table(["run", "ms p50", "ms p95", "index", "AUROC answerable"], costs)
    yield f"{unjudged(report, figures)}."


def _answers(report: Report) -> Iterator[str]:
    """Nothing if nobody asked for answers."""
    figures = answer_figures(report)
    if not figures:
        return
    yield from (
        "## Answers",
        "",
        "Quoted from the articles, without a language model. n: answerable questions, and others.",
        "",
    )
    shown = {each: found for each, found in figures.items() if each.facet in HEADLINE}
    counts = {each: [str(found[m].n) if m in found else "0" for m in (HIT_1, FALSE)] for each, found in shown.items()}
    for chosen in (_CITED, _REFUSALS):
        rows = [
            [each.value, " + ".join(counts[each]), *(interval(found.get(name)) for name in chosen)]
            for each, found in shown.items()
        ]
        yield from table(["questions", "n", *chosen], rows)
    kinds = false_by_kind(figures)
    if kinds:
        yield from table(["false answers to", "n", "share"], [[k, str(f.n), interval(f)] for k, f in kinds.items()])
    yield f"{answering(report)}."
    yield ""
    yield f"{exactness(report)}{': ' if inexact(report) else ''}{cell('; '.join(inexact(report)))}."
    yield ""
    yield from (f"- **{name}**: {meaning}" for name, meaning in ANSWER_MEASURES.items())
    yield ""


def reliability_table(found: Mapping[str, Reliability]) -> Iterator[str]:
    """A row for every tenth of the score, columns for every relation of languages; at the end calibration errors."""
    bins = {relation: {each.low: each for each in curve.bins} for relation, curve in found.items()}
    tenths = {each.low: each.high for curve in found.values() for each in curve.bins}
    rows = []
    for low, high in sorted(tenths.items()):
        row = [f"{low:.1f} to {high:.1f}"]
        for by_low in bins.values():
            tenth = by_low.get(low)
            row += [number(tenth.score), interval(tenth.relevant), str(tenth.relevant.n)] if tenth else ["–", "–", "0"]
        rows.append(row)
    errors = [each for curve in found.values() for each in (number(curve.error), "", str(curve.n))]
    head = [f"{relation}: {name}" for relation in found for name in ("mean score", "relevant", "n")]
    yield from table(["score", *head], [*rows, ["calibration error", *errors]])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """An empty line follows it."""
    yield f"| {' | '.join(map(cell, head))} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"
    yield ""


def cell(text: str) -> str:
    """So that no text ends a cell or becomes markup."""
    return "".join(f"\\{c}" if c in "\\|<>*_`[]" else c for c in text).replace("\n", " ")
