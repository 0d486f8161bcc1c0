"""The charts of the report. A run has the same colour everywhere: its place among the runs is its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from eval.report.answer_curves import answer_risk, refusals, trade_off, working_point
from eval.report.answers import languages
from eval.report.confidence import claims, reliability, risk_coverage
from eval.report.model import Report
from eval.report.svg import Canvas, Plot
from eval.report.words import interval, number
from eval.slices import ALL, Figures

CURVES = 3
"""Runs; more lines in one picture can no longer be told apart."""
_FEWEST = 5
"""Results; fewer in a bin say nothing."""
_WIDTH = 380
_ROW = 26
_BINS = 48
_TELLING = 0.02
"""Share of the questions below which what is answered says nothing."""


def style(place: int) -> str:
    """The class that gives a run its colour."""
    return f"run{place % 6}"


def bars(report: Report, figures: Mapping[str, Figures], measure: str) -> Markup:
    """A bar for each run, with its 95 % interval as a whisker."""
    left, right, top = 116, 44, 4
    height = top + _ROW * len(report.runs) + 18
    canvas = Canvas(_WIDTH, height, f"{measure} of each run with its 95 % interval")
    width = _WIDTH - left - right
    bottom = height - 18
    for tick in (0, 0.5, 1):
        canvas.line(left + tick * width, top, left + tick * width, bottom, "grid")
        canvas.text(left + tick * width, height - 4, f"{tick:g}", "tick", "middle")
    for place, run in enumerate(report.runs):
        figure = figures[run.name].get(ALL, {}).get(measure)
        middle = top + _ROW * (place + 0.5)
        canvas.text(left - 8, middle + 4, _short(run.name), "label", "end")
        if figure is None:
            continue
        canvas.rect(left, middle - 6, figure.mean * width, 12, f"bar {style(place)}")
        low, high = left + figure.low * width, left + figure.high * width
        canvas.line(low, middle, high, middle, "whisker")
        for end in (low, high):
            canvas.line(end, middle - 3.5, end, middle + 3.5, "whisker")
        canvas.text(_WIDTH, middle + 4, number(figure.mean), "value", "end")
    return canvas.render()


def reliability_curve(report: Report) -> Markup:
    """For each tenth of the score, how many results are relevant; on the diagonal a score is the probability it claims."""
    plot = Plot(_WIDTH, 300, "How often results of a score are relevant", "score", "share relevant")
    plot.curve([(0, 0), (1, 1)], "diagonal")
    for place, run in reversed(list(enumerate(report.runs[:CURVES]))):
        found = reliability(claims(report, run.name))
        if found is None:
            continue
        telling = [each for each in found.bins if each.relevant.n >= _FEWEST]
        plot.curve([(each.score, each.relevant.mean) for each in telling], f"curve {style(place)}")
        for each in telling:
            x, share = plot.x(each.score), each.relevant
            if place == 0:
                plot.canvas.line(x, plot.y(share.low), x, plot.y(share.high), f"spread {style(place)}")
            told = f"{run.name}: score {number(each.score)}, relevant {interval(share)}, {share.n} results"
            plot.canvas.dot(x, plot.y(share.mean), 3, f"dot {style(place)}", told)
    return plot.canvas.render()


def risk_coverage_curve(report: Report) -> Markup:
    """How wrong the first results are if only the surest questions are answered; low and late to rise is good."""
    plot = Plot(
        _WIDTH, 300, "Risk of a wrong first result by coverage", "share of questions answered", "share of them wrong"
    )
    for place, run in reversed(list(enumerate(report.runs[:CURVES]))):
        points = risk_coverage(report, run.name)
        plot.curve([(point.coverage, point.risk) for point in points], f"curve {style(place)}")
    return plot.canvas.render()


def answer_risk_curve(report: Report) -> Markup:
    """How wrong answers are if only the surest are given, over all questions and by language. Dots: the thresholds in use."""
    plot = Plot(_WIDTH, 300, "Risk of a wrong answer by coverage", "share of questions answered", "share of them wrong")
    for place, language in reversed(list(enumerate([None, *languages(report)]))):
        points = answer_risk(report, language)
        telling = [(point.coverage, point.risk) for point in points if point.coverage >= _TELLING]
        plot.curve(telling, f"curve {style(place)}")
        now = working_point(report, language)
        if now is not None:
            told = f"{language or 'all'}: {number(now.coverage)} answered, {number(now.risk)} of them wrong"
            plot.canvas.dot(plot.x(now.coverage), plot.y(now.risk), 4.5, f"dot {style(place)}", told)
    return plot.canvas.render()


def refusal_curve(report: Report) -> Markup:
    """What refusing costs: false answers by how many answerable questions are refused. Dots: the thresholds in use."""
    plot = Plot(_WIDTH, 300, "False answers by refusals", "answerable questions refused", "others answered")
    plot.curve([(0, 1), (1, 0)], "diagonal")
    for place, language in reversed(list(enumerate([None, *languages(report)]))):
        points = trade_off(report, language)
        plot.curve([(point.refused, point.false) for point in points], f"curve {style(place)}")
        now = refusals(report, language)
        if now is not None:
            told = f"{language or 'all'}: {number(now.refused)} refused, {number(now.false)} false answers"
            plot.canvas.dot(plot.x(now.refused), plot.y(now.false), 4.5, f"dot {style(place)}", told)
    return plot.canvas.render()


def latency(report: Report) -> Markup | None:
    """How milliseconds per question are spread, with median and 95th percentile; None if nobody took the time."""
    times = {run.name: _times(report, run.name) for run in report.runs}
    if not any(map(len, times.values())):
        return None
    left, right, row = 116, 96, 40
    width = 720 - left - right
    longest = max(float(np.percentile(each, 99)) for each in times.values() if len(each)) * 1.05
    timed = [(place, run.name) for place, run in enumerate(report.runs) if len(times[run.name])]
    height = row * len(timed) + 34
    canvas = Canvas(720, height, "Milliseconds per question in each run")
    for tick in _ticks(longest):
        x = left + tick / longest * width
        canvas.line(x, 6, x, height - 28, "grid")
        canvas.text(x, height - 14, f"{tick:g}", "tick", "middle")
    canvas.text(left + width / 2, height - 1, "milliseconds", "axis", "middle")
    for line, (place, name) in enumerate(timed):
        base = 6 + row * (line + 1) - 6
        counts, _ = np.histogram(np.minimum(times[name], longest), _BINS, (0, longest))
        heights = counts / counts.max() * (row - 12)
        steps = [(left + (i + end) * width / _BINS, base - h) for i, h in enumerate(heights.tolist()) for end in (0, 1)]
        canvas.path([(left, base), *steps, (left + width, base)], f"area {style(place)}")
        canvas.line(left, base, left + width, base, "grid")
        p50, p95 = np.percentile(times[name], [50, 95]).tolist()
        for value in (p50, p95):
            x = left + min(value / longest, 1) * width
            canvas.line(x, base - row + 12, x, base, f"mark {style(place)}")
        canvas.text(left - 8, base - 4, _short(name), "label", "end")
        canvas.text(720, base - 4, f"{p50:.1f} / {p95:.1f}", "value", "end")
    return canvas.render()


def _times(report: Report, run: str) -> Sequence[float]:
    found = (question.outcomes[run].milliseconds for question in report.questions)
    return [each for each in found if each is not None]


def _ticks(longest: float) -> list[float]:
    """Round numbers from 0 on, four to eight of them."""
    step = 10.0 ** np.floor(np.log10(longest))
    step = next(size for size in (step / 5, step / 2, step, step * 2) if longest / size <= 8)
    return [float(tick) for tick in np.arange(0, longest, step)]


def _short(name: str) -> str:
    return name if len(name) <= 17 else f"{name[:16]}…"
