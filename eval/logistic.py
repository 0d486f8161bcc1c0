"""Logistic models of a few features, fitted on little data: standardised and regularised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.errors import EvalError
from rag.answering.model import FARTHEST, Network, Unit, Weighing

_REGULARISATION = 1e-3
_UNITS = 8
_SEED = 0
Floats = NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]


def fit_network(features: Floats, labels: NDArray[np.bool_], shares: Floats) -> Network:
    """The likeliest model of rows that count unequally; both answers count the same however many rows have them.

    Args:
        features: shape ``(n, n_features)``; a column that never varies is not looked at.
        shares: shape ``(n,)``, not negative.
    """
    scale = _Scale(features)
    x, y = np.clip(scale.apply(features), -FARTHEST, FARTHEST), labels.astype(np.float64)
    rows = shares * np.where(labels, 0.5 / shares[labels].sum(), 0.5 / shares[~labels].sum())
    n = x.shape[1]
    # what the units weigh, their biases, their outputs; the weights and the bias beside them
    shapes = ((n, _UNITS), (_UNITS,), (_UNITS,), (n,), (1,))
    sizes = [int(np.prod(shape)) for shape in shapes]
    ends, held = np.cumsum(sizes), np.repeat([1.0, 0.0, 1.0, 1.0, 0.0], sizes)  # biases are free

    def parts(parameters: Floats) -> list[Floats]:
        pieces = zip(np.split(parameters, ends[:-1]), shapes, strict=True)
        return [piece.reshape(shape) for piece, shape in pieces]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        within, biases, outputs, weights, bias = parts(parameters)
        units = np.tanh(x @ within + biases)
        odds = units @ outputs + x @ weights + bias
        value = float((rows * (np.logaddexp(0, odds) - y * odds)).sum())
        value += _REGULARISATION * float(held @ parameters**2)
        slope = rows * (1 / (1 + np.exp(-odds)) - y)
        deep = np.outer(slope, outputs) * (1 - units**2)
        slopes = (x.T @ deep, deep.sum(axis=0), units.T @ slope, x.T @ slope, slope.sum(keepdims=True))
        return value, np.concatenate([each.ravel() for each in slopes]) + 2 * _REGULARISATION * held * parameters

    start = np.zeros(ends[-1])
    start[: ends[0]] = np.random.default_rng(_SEED).normal(0, 0.5, sizes[0])  # units that begin alike stay alike
    return scale.network(*parts(minimise(loss, start)))


def fit_listwise(lists: Sequence[tuple[Floats, NDArray[np.bool_]]], shares: Sequence[float]) -> Weighing:
    """Weights that make the right items of each list likely among their rivals, calibrated so that the logistic of an item's
    odds is how often such an item is right (Platt 1999).

    Args:
        lists: features of shape ``(n, n_features)`` and which rows are right, at least one of each list.
        shares: what each list counts; not negative.
    """
    scale = _Scale(np.concatenate([features for features, _ in lists]))
    whole = sum(shares)
    scaled = [(scale.apply(x), right, share / whole) for (x, right), share in zip(lists, shares, strict=True)]

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = _REGULARISATION * float(weights @ weights), 2 * _REGULARISATION * weights
        for x, right, share in scaled:
            odds = x @ weights
            every = np.exp(odds - odds.max())
            good = every * right
            value += share * float(np.log(every.sum()) - np.log(good.sum()))
            slope = slope + share * x.T @ (every / every.sum() - good / good.sum())
        return value, slope

    weights = minimise(loss, np.zeros(scaled[0][0].shape[1]))
    odds, right = (np.concatenate(each) for each in zip(*((x @ weights, right) for x, right, _ in scaled), strict=True))
    rows = np.concatenate([np.full(len(x), share) for x, _, share in scaled])
    stretch, shift = calibrate(odds, right, rows)
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
        return Weighing(round(bias - float(plain @ self._mean), 4), _rounded(plain))

    def network(self, within: Floats, biases: Floats, outputs: Floats, weights: Floats, bias: Floats) -> Network:
        """For features as they are: it scales them itself."""
        seen = self._inverse > 0
        units = (
            Unit(round(shift, 4), _rounded(weighs * seen), round(output, 4))
            for shift, weighs, output in zip(biases.tolist(), within.T, outputs.tolist(), strict=True)
        )
        means, scales = _rounded(self._mean, 6), _rounded(self._inverse, 6)
        return Network(means, scales, round(float(bias[0]), 4), _rounded(weights * seen), tuple(units))


def _rounded(values: Floats, digits: int = 4) -> tuple[float, ...]:
    return tuple(round(each, digits) for each in values.tolist())


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
