"""Combines the legs' scores into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.hits import Scores
from rag.config import Weights


@dataclass(frozen=True, slots=True)
class Fused:
    """``scores[i]`` of candidate ``i``; ``weights[leg][i]`` is what each leg counted there. ``degraded`` legs counted
    nothing."""

    scores: Scores
    weights: Mapping[str, Scores]
    degraded: tuple[str, ...]


def fuse(normalised: Mapping[str, Scores], same_language: NDArray[np.bool_], weights: Weights) -> Fused:
    """The convex combination of the legs' normalised scores, with weights by whether question and passage share a language.

    Across languages BM25 sees only shared names and digits, so it counts less there (Bruch et al. 2023, "An Analysis of
    Fusion Functions for Hybrid Retrieval", on why convex combination rather than reciprocal ranks). A leg whose scores
    are all zero has no information; its weight goes to the others.

    Example: with weights .75 and .25, scores (.8, .4) give .7; if the second leg is silent, .8.
    """
    degraded = tuple(name for name, scores in normalised.items() if not np.any(scores > 0))
    alive = [name for name in normalised if name not in degraded]
    raw = {name: np.where(same_language, weights.same_language[name], weights.cross_language[name]) for name in alive}
    total = np.sum(list(raw.values()), axis=0) if alive else np.ones(len(same_language))
    shares = {name: raw[name] / total for name in alive}
    fused = sum((shares[name] * normalised[name] for name in alive), np.zeros(len(same_language)))
    return Fused(fused, shares, degraded)
