"""The report as one page: no assets, no framework, and every text of an article escaped by the template engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.answer_scoring import ANSWER_MEASURES
from eval.report.answer_curves import answer_risk
from eval.report.answers import (
    GOOD,
    HEADLINE,
    VERDICTS,
    answer_figures,
    false_by_kind,
    inexact,
    languages,
    verdict,
)
from eval.report.charts import (
    CURVES,
    answer_risk_curve,
    bars,
    latency,
    refusal_curve,
    reliability_curve,
    risk_coverage_curve,
    style,
)
from eval.report.confidence import area_under, claims, reliability, reliability_by_relation, risk_coverage
from eval.report.model import Report, ReportedQuestion
from eval.report.words import (
    answering,
    exactness,
    interval,
    kinds_of_unanswerable,
    milliseconds,
    number,
    separation,
    size,
    unjudged,
)
from eval.scoring import COMPLETENESS, MAIN, MEASURES
from eval.slices import ALL, Figures
from index.spans import Span

LISTED = 400
"""Questions; a page with more no longer opens quickly."""
_TILES = (MAIN, "Success@1", "R@10", "Evidence@2000")
"""Measures with a chart."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, marked or not."""

    text: str
    marked: bool


def render_html(report: Report, figures: Mapping[str, Figures]) -> str:
    """The page; the same report gives the same bytes."""
    measures = report.measures()
    main = report.runs[0]
    first = figures[main.name]
    answered = answer_figures(report)
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            figures=figures,
            measures=measures,
            quality=[name for name in measures if name not in COMPLETENESS],
            completeness=[name for name in measures if name in COMPLETENESS],
            meanings=[(name, MEASURES[name]) for name in measures],
            all=ALL,
            main=main,
            described=[run for run in report.runs if run.about],
            main_measure=MAIN,
            charted=[(name, bars(report, figures, name)) for name in _TILES if name in measures],
            best=_best(report, figures, measures),
            facets=[(facet, list(each)) for facet, each in groupby(first, key=lambda each: each.facet)],
            reliability=reliability_curve(report),
            errors=[(run.name, reliability(claims(report, run.name))) for run in report.runs[:CURVES]],
            relations=reliability_by_relation(claims(report, main.name)),
            risk=risk_coverage_curve(report),
            areas=[(run.name, area_under(risk_coverage(report, run.name))) for run in report.runs[:CURVES]],
            latency=latency(report),
            separations=[(run.name, separation(report, run.name)) for run in report.runs],
            unanswerable=kinds_of_unanswerable(report, main.name),
            unjudged=unjudged(report, figures),
            questions=_worst_first(report)[:LISTED],
            answered=answered,
            **(_answers(report, answered) if answered else {}),
        )
    )


def _answers(report: Report, figures: Figures) -> Mapping[str, object]:
    """What the section about answers shows."""
    kinds = false_by_kind(figures)
    chosen = (None, *languages(report))
    return {
        "answer_measures": list(ANSWER_MEASURES),
        "answer_meanings": list(ANSWER_MEASURES.items()),
        "answer_headline": HEADLINE,
        "answer_risk": answer_risk_curve(report),
        "answer_areas": [(each or "all", area_under(answer_risk(report, each))) for each in chosen],
        "refusal_curve": refusal_curve(report) if kinds else None,
        "answer_kinds": kinds,
        "exactness": exactness(report),
        "answering": answering(report),
        "inexact": inexact(report),
        "verdicts": VERDICTS,
    }


def pieces(text: str, marks: Sequence[Span]) -> list[Piece]:
    """The text cut at its marks, which are in order and apart."""
    found, at = [], 0
    for mark in marks:
        found += [Piece(text[at : mark.start], False), Piece(mark.quote(text), True)]
        at = mark.end
    return [piece for piece in (*found, Piece(text[at:], False)) if piece.text]


def _worst_first(report: Report) -> list[ReportedQuestion]:
    """By the main measure of the first run; those without an answer last, the surest wrong one first."""
    run = report.runs[0].name
    answerable = sorted(report.answerable, key=lambda q: (q.outcomes[run].scores.get(MAIN, 0.0), q.id))
    return answerable + sorted(report.unanswerable, key=lambda q: (-q.outcomes[run].confidence, q.id))


def _best(report: Report, figures: Mapping[str, Figures], measures: Sequence[str]) -> Mapping[str, float]:
    """The highest mean of each measure."""
    found = {name: [f[ALL][name].mean for f in figures.values() if name in f.get(ALL, {})] for name in measures}
    return {name: max(values) for name, values in found.items() if values}


def _environment() -> Environment:
    folder = Path(__file__).parent / "page"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "interval": interval,
        "milliseconds": milliseconds,
        "size": size,
        "run_style": style,
        "verdict": verdict,
    }
    environment.globals |= {
        "pieces": pieces,
        "good": GOOD,
        "asset": lambda name: Markup((folder / name).read_text(encoding="utf-8")),
    }
    return environment
