"""Combines the legs' scores into one probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.hits import Scores
from rag.config import BIAS, FusionModel


@dataclass(frozen=True, slots=True)
class Fused:
    """``scores[i]`` is the probability that candidate ``i`` answers; ``weights[leg][i]`` is what each leg was weighed with
    there, ``biases[i]`` what was added. ``degraded`` legs said the same of every candidate, nothing."""

    scores: Scores
    weights: Mapping[str, Scores]
    biases: Scores
    degraded: tuple[str, ...]


def fuse(normalised: Mapping[str, Scores], same_language: NDArray[np.bool_], model: FusionModel) -> Fused:
    """``1 / (1 + exp(-(bias + sum of weight * score)))``, by whether question and passage share a language.

    Never by ranks: a leg that knows nothing (BM25 across languages) would still hand out ranks. A convex combination of
    scores is better (Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"), and its logistic is a
    probability. A leg whose scores are all zero has no information, and its weight is dropped.

    Example: bias -2 and weights 4 and 1 with scores (.5, .3) give 1 / (1 + exp(-.3)) = .574.
    """
    degraded = tuple(name for name, scores in normalised.items() if not np.any(scores > 0))
    weights = {
        name: np.where(same_language, model.same_language[name], model.cross_language[name]) * (name not in degraded)
        for name in normalised
    }
    biases = np.where(same_language, model.same_language[BIAS], model.cross_language[BIAS])
    odds = biases + sum((weights[name] * scores for name, scores in normalised.items()), np.zeros(len(biases)))
    return Fused(1 / (1 + np.exp(-odds)), weights, biases, degraded)
