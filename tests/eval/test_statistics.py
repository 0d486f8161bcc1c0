"""Intervals and tests, against worked examples and scipy."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

from eval import statistics
from eval.statistics import Interval, auroc, bootstrap_interval, fisher_randomisation, holm


def test_the_interval_of_ones_and_zeros_is_that_of_the_binomial() -> None:
    """Ten values, five of them 1: the resampled mean is binomial(10, .5) / 10, whose central 95 % are .2 to .8."""
    found = bootstrap_interval([0, 1] * 5, seed=0)
    assert found == Interval(0.5, pytest.approx(0.2), pytest.approx(0.8), 10)


def test_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(3).random(200) ** 2
    found = bootstrap_interval(values, seed=5)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=9_999, rng=1).confidence_interval
    assert found.low == pytest.approx(theirs.low, abs=0.004)
    assert found.high == pytest.approx(theirs.high, abs=0.004)
    assert found.mean == values.mean()


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    """The mean of 60 draws from an exponential of mean 1; percentile intervals of skewed data fall a little short."""
    generator = np.random.default_rng(0)
    intervals = [bootstrap_interval(generator.exponential(1, 60), seed) for seed in range(300)]
    assert 0.90 <= np.mean([each.low <= 1 <= each.high for each in intervals]) <= 0.98


def test_the_seed_decides_and_blocks_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).random(50)
    whole = bootstrap_interval(values, seed=2)
    assert bootstrap_interval(values, seed=2) == whole
    assert bootstrap_interval(values, seed=3) != whole
    monkeypatch.setattr(statistics, "_CELLS", 999)
    assert bootstrap_interval(values, seed=2) == whole


def test_equal_values_leave_no_doubt() -> None:
    assert bootstrap_interval([0.25] * 7) == Interval(0.25, 0.25, 0.25, 7)
    assert bootstrap_interval([1.0]) == Interval(1, 1, 1, 1)


@pytest.mark.parametrize("values", [[], [[1.0]], 3.0])
def test_no_value_has_no_interval(values: object) -> None:
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap_interval(values)  # type: ignore[arg-type]


def test_auroc_counts_won_comparisons() -> None:
    """.9 beats .5 and .4 does not: 1/2. With .5 in the first group one more tie: (1 + 0 + .5) / 3."""
    assert auroc([0.9, 0.4], [0.5]).mean == 0.5
    assert auroc([0.9, 0.4, 0.5], [0.5]).mean == 0.5
    assert auroc([0.9, 0.8], [0.1, 0.2, 0.3]) == Interval(1, 1, 1, 5)


def test_auroc_is_the_statistic_of_mann_and_whitney() -> None:
    generator = np.random.default_rng(4)
    high, low = np.round(generator.normal(0.5, 1, 80), 1), np.round(generator.normal(0, 1, 30), 1)
    found = auroc(high, low)
    assert found.mean == pytest.approx(stats.mannwhitneyu(high, low).statistic / (80 * 30))
    assert found.low < found.mean < found.high
    with pytest.raises(ValueError, match="both groups"):
        auroc(high, [])


def test_fisher_counts_the_signs_that_are_as_extreme() -> None:
    """Differences 1, 2, 3: of the eight sign patterns two reach 6 in absolute value, so p is near 2/8.

    1, 1, -1: |sum| is 1, which every pattern reaches.
    """
    p = fisher_randomisation([[1, 1], [2, 1], [3, -1]])
    assert p[0] == pytest.approx(0.25, abs=0.01)
    assert p[1] == 1


def test_fisher_is_exact_enumeration_on_small_samples() -> None:
    differences = np.random.default_rng(6).normal(0.4, 1, 10)
    sums = np.array([np.dot(signs, differences) for signs in product((-1, 1), repeat=10)])
    exact = np.mean(np.abs(sums) >= abs(differences.sum()) - 1e-12)
    assert fisher_randomisation(differences[:, None])[0] == pytest.approx(exact, abs=0.01)


def test_fisher_sees_no_difference_where_there_is_none_and_a_large_one_where_it_is() -> None:
    nothing, everything = np.zeros(100), np.ones(100)
    p = fisher_randomisation(np.stack([nothing, everything], axis=1))
    assert p[0] == 1
    assert p[1] == 1 / (statistics.RANDOMISATIONS + 1)


def test_rows_outside_a_slice_change_nothing() -> None:
    inside = np.random.default_rng(8).normal(0.3, 1, 40)
    padded = np.concatenate([inside, np.zeros(60)])
    assert fisher_randomisation(padded[:, None])[0] == pytest.approx(
        fisher_randomisation(inside[:, None])[0], abs=0.015
    )


def test_fisher_raises_false_alarms_as_often_as_it_says() -> None:
    noise = np.random.default_rng(9).normal(0, 1, (50, 400))
    assert np.mean(fisher_randomisation(noise) < 0.05) == pytest.approx(0.05, abs=0.035)


def test_holm_by_hand() -> None:
    """Sorted .01 .03 .04 times 3, 2, 1 is .03 .06 .04; the last may not fall below the one before it."""
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]).tolist() == pytest.approx([1, 1])
    assert holm([]).tolist() == []
    assert math.isclose(holm([0.05])[0], 0.05)
