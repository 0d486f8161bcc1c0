"""How sure a figure is: bootstrap intervals, paired randomisation tests, and their correction for asking often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
RESAMPLES = 2_000
RANDOMISATIONS = 20_000
_CELLS = 4_000_000
"""How many resampled values are held at once: 32 MB."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure over ``n`` questions with the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


def bootstrap_interval(values: ArrayLike, seed: int = 0) -> Interval:
    """The mean of ``values``, shape ``(n,)``, with its percentile bootstrap interval (Efron 1979).

    Example: five zeros and five ones have the mean .5, and their interval reaches from .2 to .8.

    Raises:
        ValueError: there is no value.
    """
    array = np.asarray(values, np.float64)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"an interval needs a list of at least one value, not shape {array.shape}")
    generator = np.random.default_rng(seed)
    means = [
        array[generator.integers(0, len(array), (rows, len(array)))].mean(axis=1)
        for rows in _blocks(RESAMPLES, len(array))
    ]
    return _interval(float(array.mean()), np.concatenate(means), len(array))


def auroc(positive: ArrayLike, negative: ArrayLike, seed: int = 0) -> Interval:
    """How often a value of ``positive`` is above one of ``negative``; a tie counts half.

    Both groups are resampled. Example: .9 and .4 against .5 win one of two comparisons: .5.

    Raises:
        ValueError: a group is empty.
    """
    high, low = np.asarray(positive, np.float64), np.asarray(negative, np.float64)
    if not len(high) or not len(low):
        raise ValueError("both groups need at least one value")
    wins = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    generator = np.random.default_rng(seed)
    drawn = [
        generator.multinomial(len(group), np.full(len(group), 1 / len(group)), RESAMPLES) / len(group)
        for group in (high, low)
    ]
    areas: Floats = ((drawn[0] @ wins) * drawn[1]).sum(axis=1)
    return _interval(float(wins.mean()), areas, len(high) + len(low))


def fisher_randomisation(differences: ArrayLike, seed: int = 0, randomisations: int = RANDOMISATIONS) -> Floats:
    """Two-sided p-values of the hypothesis that a pair's members might as well be swapped (Fisher 1935).

    Each randomisation flips the sign of whole rows, the same for every column, so that hundreds of columns cost one matrix
    product. A column's zero rows, questions outside its slice, change nothing.

    Args:
        differences: shape ``(n_questions, n_columns)``.

    Returns:
        Shape ``(n_columns,)``, none below ``1 / (randomisations + 1)``.
    """
    columns = np.asarray(differences, np.float64)
    observed = np.abs(columns.sum(axis=0))
    # equal sums must count as equal although their terms were added in another order
    threshold = observed - 1e-9 * (1 + observed)
    generator = np.random.default_rng(seed)
    as_extreme = np.zeros(columns.shape[1])
    for rows in _blocks(randomisations, len(columns)):
        signs = generator.integers(0, 2, (rows, len(columns))) * 2.0 - 1.0
        as_extreme += (np.abs(signs @ columns) >= threshold).sum(axis=0)
    p_values: Floats = (1 + as_extreme) / (1 + randomisations)
    return p_values


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """P-values corrected for their number, so that one false alarm among all of them stays as unlikely (Holm 1979).

    Example: .01, .04, .03 become .03, .06, .06: the smallest times 3, the next times 2 and so on, never falling.
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def _interval(mean: float, resampled: Floats, n: int) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Interval(mean, float(low), float(high), n)


def _blocks(total: int, width: int) -> Iterator[int]:
    """Row counts that add up to ``total``, few enough rows at a time to fit in memory."""
    size = max(1, _CELLS // max(1, width))
    yield from (min(size, total - start) for start in range(0, total, size))
