"""How the report's figures are written, the same on every face."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eval.report.answers import citations, inexact, thresholds, times
from eval.report.model import Report
from eval.scoring import COMPLETENESS
from eval.slices import ALL, Figures
from eval.statistics import Interval, auroc, bootstrap_interval

_UNITS = ("B", "KB", "MB", "GB")


def number(value: float) -> str:
    """Three digits, as evaluations are read: .709, 1.000."""
    return f"{value:.3f}".removeprefix("0")


def interval(figure: Interval | None) -> str:
    """.709 [.664, .752]"""
    return "–" if figure is None else f"{number(figure.mean)} [{number(figure.low)}, {number(figure.high)}]"


def milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def size(count: int | None) -> str:
    """Bytes for people: 10.2 MB."""
    if count is None:
        return "–"
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.{min(unit, 1)}f} {_UNITS[unit]}"


def separation(report: Report, run: str) -> Interval | None:
    """How often a run's best score for an answerable question is above that for an unanswerable one; None without both."""
    answerable, unanswerable = (
        [question.outcomes[run].confidence for question in questions]
        for questions in (report.answerable, report.unanswerable)
    )
    return auroc(answerable, unanswerable) if answerable and unanswerable else None


def kinds_of_unanswerable(report: Report, run: str) -> Mapping[str, Interval]:
    """The best result's score by kind of question without an answer, beside that of all with one; empty without any."""
    scores: dict[str, list[float]] = {"answerable": [q.outcomes[run].confidence for q in report.answerable]}
    for question in report.unanswerable:
        for kind in question.facets.get("kind", ("unanswerable",)):
            scores.setdefault(kind, []).append(question.outcomes[run].confidence)
    return {kind: bootstrap_interval(each) for kind, each in scores.items() if each} if report.unanswerable else {}


def exactness(report: Report) -> str:
    """Whether every citation stands in its article's file, in a sentence."""
    count, wrong = citations(report), inexact(report)
    if not wrong:
        return f"Every citation is exact: all {count:,} stand at their places in the articles' files, to the character"
    return f"{len(wrong):,} of {count:,} citations do NOT stand at their places in the articles' files"


def answering(report: Report) -> str:
    """From which confidence each direction is answered, and how long that takes, in a sentence."""
    limits = ", ".join(f"{name} from {number(value)}" for name, value in thresholds(report).items())
    taken = times(report)
    p50, p95 = np.percentile(taken, [50, 95]).tolist() if taken else (None, None)
    told = f"; {milliseconds(p50)} ms per question (median; 95th percentile {milliseconds(p95)} ms)" if taken else ""
    return f"Answered by confidence: {limits or 'nothing'}{told}"


def unjudged(report: Report, figures: Mapping[str, Figures]) -> str:
    """What share of the results nobody judged, in a sentence."""
    found = [(run.name, figures[run.name].get(ALL, {}).get(COMPLETENESS[0])) for run in report.runs]
    shares = ", ".join(f"{name} {1 - judged.mean:.0%}" for name, judged in found if judged is not None)
    return f"Unjudged among the first ten, counted as not relevant: {shares or 'nothing'}"
