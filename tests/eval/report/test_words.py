"""How figures are written."""

from __future__ import annotations

import pytest

from eval.report.model import Report
from eval.report.words import interval, milliseconds, number, separation, size
from eval.statistics import Interval


@pytest.mark.parametrize(("value", "text"), [(0.7094, ".709"), (1, "1.000"), (0, ".000"), (0.9996, "1.000")])
def test_figures_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_an_interval_follows_its_mean() -> None:
    assert interval(Interval(0.709, 0.664, 1, 98)) == ".709 [.664, 1.000]"
    assert interval(None) == "–"


@pytest.mark.parametrize(
    ("count", "text"), [(None, "–"), (0, "0 B"), (999, "999 B"), (10_200_000, "10.2 MB"), (5 * 10**12, "5000.0 GB")]
)
def test_sizes_are_for_people(count: int | None, text: str) -> None:
    assert size(count) == text
    assert (milliseconds(12.34), milliseconds(None)) == ("12.3", "–")


def test_separation_compares_the_best_scores(report: Report) -> None:
    """All four answerable questions score about .9, the greeting .1."""
    found = separation(report, "hybrid")
    assert found is not None
    assert (found.mean, found.n) == (1, 5)
