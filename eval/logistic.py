"""Logistic models of a few features, fitted on little data: standardised, regularised, and given back for plain features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.errors import EvalError
from rag.answering.model import Weighing

_REGULARISATION = 1e-3
Floats = NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]


def fit_weighted(features: Floats, labels: NDArray[np.bool_], shares: Floats) -> Weighing:
    """The likeliest model of rows that count unequally; both answers count the same however many rows have them.

    Args:
        features: shape ``(n, n_features)``; a column that never varies gets no weight.
        shares: shape ``(n,)``, not negative.
    """
    scale = _Scale(features)
    x, y = scale.apply(features), labels.astype(np.float64)
    weights = shares * np.where(labels, 0.5 / shares[labels].sum(), 0.5 / shares[~labels].sum())

    def loss(parameters: Floats) -> tuple[float, Floats]:
        odds = x @ parameters[:-1] + parameters[-1]
        value = float((weights * (np.logaddexp(0, odds) - y * odds)).sum())
        value += _REGULARISATION * float(parameters[:-1] @ parameters[:-1])
        slope = weights * (1 / (1 + np.exp(-odds)) - y)
        return value, np.append(x.T @ slope + 2 * _REGULARISATION * parameters[:-1], slope.sum())

    found = minimise(loss, np.zeros(x.shape[1] + 1))
    return scale.weighing(found[:-1], float(found[-1]))


def fit_listwise(lists: Sequence[tuple[Floats, NDArray[np.bool_]]]) -> Weighing:
    """Weights that make the right items of each list likely among their rivals, calibrated so that the logistic of an item's
    odds is how often such an item is right (Platt 1999).

    Args:
        lists: features of shape ``(n, n_features)`` and which rows are right, at least one of each list.
    """
    scale = _Scale(np.concatenate([features for features, _ in lists]))
    scaled = [(scale.apply(features), right) for features, right in lists]

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = _REGULARISATION * float(weights @ weights), 2 * _REGULARISATION * weights
        for x, right in scaled:
            odds = x @ weights
            every = np.exp(odds - odds.max())
            good = every * right
            value += float(np.log(every.sum()) - np.log(good.sum())) / len(scaled)
            slope = slope + x.T @ (every / every.sum() - good / good.sum()) / len(scaled)
        return value, slope

    weights = minimise(loss, np.zeros(scaled[0][0].shape[1]))
    odds = np.concatenate([x @ weights for x, _ in scaled])
    stretch, shift = calibrate(odds, np.concatenate([right for _, right in scaled]), np.ones(len(odds)))
    return scale.weighing(stretch * weights, shift)


def calibrate(odds: Floats, right: NDArray[np.bool_], shares: Floats) -> tuple[float, float]:
    """What odds are stretched by, and then shifted by, so that their logistic is how often they are right (Platt 1999)."""
    labels = right.astype(np.float64)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        z = parameters[0] * odds + parameters[1]
        slope = shares * (1 / (1 + np.exp(-z)) - labels)
        return float((shares * (np.logaddexp(0, z) - labels * z)).sum()), np.array([float(slope @ odds), slope.sum()])

    stretch, shift = minimise(loss, np.array([1.0, 0.0]), [(1e-3, None), (None, None)])
    return float(stretch), float(shift)


class _Scale:
    """Takes columns to mean 0 and deviation 1, and weights of such columns back to those of plain ones."""

    def __init__(self, features: Floats) -> None:
        self._mean = features.mean(axis=0)
        deviation = features.std(axis=0)
        self._inverse = np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 1e-9)

    def apply(self, features: Floats) -> Floats:
        scaled: Floats = (features - self._mean) * self._inverse
        return scaled

    def weighing(self, weights: Floats, bias: float) -> Weighing:
        plain = weights * self._inverse
        return Weighing(round(bias - float(plain @ self._mean), 4), tuple(round(each, 4) for each in plain.tolist()))


def minimise(loss: Loss, start: Floats, bounds: Sequence[tuple[float | None, float | None]] | None = None) -> Floats:
    """Where a smooth ``loss``, which gives its value and slope, is least (L-BFGS-B).

    Raises:
        EvalError: scipy is missing.
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise EvalError("fitting needs scipy; install it with: pip install 'cited-rag[fit]'") from error
    found: Any = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    solution: Floats = found.x
    return solution
