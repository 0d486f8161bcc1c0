"""What follows from a report and stands beside it in its JSON, for programs that do not want to work it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.report.answer_curves import answer_risk, working_point
from eval.report.answers import (
    answer_figures,
    citations,
    inexact,
    languages,
    thresholds,
)
from eval.report.charts import CURVES
from eval.report.confidence import Point, Reliability, claims, reliability, reliability_by_relation
from eval.report.model import Report
from eval.slices import ALL, Figures
from eval.statistics import Interval


def beside(report: Report, figures: Mapping[str, Figures]) -> dict[str, Any]:
    """Figures of every run, reliability of those whose curves are drawn, and what the answers are worth, if there are any."""
    answered = answer_figures(report)
    return {
        "figures": {run: _figures(each) for run, each in figures.items()},
        "reliability": {run.name: _reliability(report, run.name) for run in report.runs[:CURVES]},
        **({"answers": _answers(report, answered)} if answered else {}),
    }


def _answers(report: Report, figures: Figures) -> dict[str, Any]:
    """``risk_coverage`` is by language of the question; the ``working_point`` on it is that of the thresholds in use."""
    curves = {}
    for language in (None, *languages(report)):
        now = working_point(report, language)
        curves[language or str(ALL)] = {
            "risk_coverage": [_point(each) for each in answer_risk(report, language)],
            "working_point": None if now is None else _point(now),
        }
    return {
        "figures": _figures(figures),
        "curves": curves,
        "thresholds": thresholds(report),
        "citations": citations(report),
        "inexact": inexact(report),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        str(each): {name: _interval(figure) for name, figure in by_measure.items()}
        for each, by_measure in figures.items()
    }


def _reliability(report: Report, run: str) -> dict[str, Any]:
    """By relation of languages; empty if the scores are no probabilities."""
    claimed = claims(report, run)
    together = reliability(claimed)
    found = {str(ALL): together, **reliability_by_relation(claimed)} if together is not None else {}
    return {relation: _curve(each) for relation, each in found.items()}


def _curve(found: Reliability) -> dict[str, Any]:
    bins = [
        {"low": each.low, "high": each.high, "score": each.score, "relevant": _interval(each.relevant)}
        for each in found.bins
    ]
    return {"error": found.error, "n": found.n, "bins": bins}


def _point(point: Point) -> dict[str, float]:
    return {"coverage": round(point.coverage, 6), "risk": round(point.risk, 6)}


def _interval(figure: Interval) -> dict[str, float]:
    return {"mean": figure.mean, "low": figure.low, "high": figure.high, "n": figure.n}
