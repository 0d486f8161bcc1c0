"""What follows from a report and stands beside it in its JSON, for programs that do not want to work it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.report.charts import CURVES
from eval.report.confidence import Reliability, claims, reliability, reliability_by_relation
from eval.report.model import Report
from eval.slices import ALL, Figures
from eval.statistics import Interval


def beside(report: Report, figures: Mapping[str, Figures]) -> dict[str, Any]:
    """Figures of every run, and reliability of those whose curves are drawn."""
    return {
        "figures": {run: _figures(each) for run, each in figures.items()},
        "reliability": {run.name: _reliability(report, run.name) for run in report.runs[:CURVES]},
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


def _interval(figure: Interval) -> dict[str, float]:
    return {"mean": figure.mean, "low": figure.low, "high": figure.high, "n": figure.n}
