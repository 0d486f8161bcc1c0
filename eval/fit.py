"""Fits the fusion models on development data: which weight each leg gets, and what probability a score stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.candidates import judged_candidates, temporary_index
from eval.dataset import Dataset
from eval.errors import EvalError
from eval.logistic import calibrate, minimise
from index.encoders import Encoder
from rag.config import BIAS, LEGS, FusionModel, FusionModels, SearchConfig
from rag.fusion import fuse
from rag.legs import LATE_LEGS

_FIRST_STAGE = tuple(leg for leg in LEGS if leg not in {late.name for late in LATE_LEGS})
"""The legs that choose which candidates are looked at closely."""
LEG_SETS = (
    *(tuple(leg for leg in stage if leg != left_out) for stage in (LEGS, _FIRST_STAGE) for left_out in (None, *stage)),
    ("dense",),
    ("lexical",),
)
"""What modes and encoders use, and every part left out once in both stages, for the ablation."""
VERSION = 1
"""Of the files that a fit writes; raised when what they hold changes its meaning."""
_INTERACTING = 100
_REGULARISATION = 3e-4
_CALIBRATED_ON = 10
"""Ranks: what readers see is what must be calibrated."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's candidates: normalised leg scores by name, whether each shares its language, whether it answers."""

    scores: Mapping[str, Floats]
    same_language: NDArray[np.bool_]
    relevant: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """A data set's questions that have an answer among their candidates, and a checksum of all it was made from."""

    name: str
    questions: tuple[Judged, ...]
    checksum: str


def judge(dataset: Dataset, encoder: Encoder) -> JudgedSet:
    """Collects candidates and their scores, from an index in a temporary home."""
    config = SearchConfig(interacting=_INTERACTING, fusion=even_models())
    with temporary_index(dataset, encoder) as index:
        qrels = dataset.qrels(index)
        questions = [
            Judged(each.found.normalised, each.found.same_language, each.relevant)
            for each in judged_candidates(dataset, dataset.questions, index, encoder, config)
        ]
        texts = sorted(index.database.checksums().items())
        judged = json.dumps([texts, [[q.id, q.text, sorted(qrels.get(q.id, {}))] for q in dataset.questions]])
    return JudgedSet(dataset.name, tuple(questions), hashlib.sha256(judged.encode()).hexdigest())


def fit_models(sets: Sequence[JudgedSet]) -> FusionModels:
    """One model per set of legs; every data set counts the same, however many questions it has.

    Raises:
        EvalError: scipy is missing, or a set has no question to learn from.
    """
    empty = [each.name for each in sets if not each.questions]
    if empty or not sets:
        raise EvalError(f"no answered question to fit on in {', '.join(empty) or 'nothing'}; give other data")
    models = {"+".join(legs): _calibrated(_fit(sets, legs), sets, legs) for legs in LEG_SETS}
    full = models["+".join(LEGS)]
    data = [
        {
            "name": s.name,
            "questions": len(s.questions),
            "sha256": s.checksum,
            "first_relevant": _first_relevant(s, full),
        }
        for s in sets
    ]
    return FusionModels(models, {"data": data, "regularisation": _REGULARISATION})


def _first_relevant(judged: JudgedSet, model: FusionModel) -> float:
    """Share of questions whose likeliest candidate answers, in sample."""
    fused = (fuse(each.scores, each.same_language, model).scores for each in judged.questions)
    first = [each.relevant[scores.argmax()] for each, scores in zip(judged.questions, fused, strict=True)]
    return round(float(np.mean(first)), 4)


def models_json(models: FusionModels) -> dict[str, Any]:
    """For the file that ships."""

    def rounded(weights: Mapping[str, float]) -> dict[str, float]:
        return {name: round(weight, 4) for name, weight in weights.items()}

    return {
        "version": VERSION,
        "fitted_on": models.fitted_on,
        "models": {
            legs: {"same_language": rounded(m.same_language), "cross_language": rounded(m.cross_language)}
            for legs, m in models.models.items()
        },
    }


def _features(question: Judged, legs: Sequence[str]) -> Floats:
    """Shape ``(n_candidates, 2 * n_legs + 1)``: each leg for the same language, each for another, and "another"."""
    scores = np.stack([question.scores[leg] for leg in legs], axis=1)
    same = question.same_language[:, None]
    return np.concatenate([scores * same, scores * ~same, ~same], axis=1).astype(np.float64)


def _fit(sets: Sequence[JudgedSet], legs: Sequence[str]) -> Floats:
    """Weights, not negative, that make the relevant candidates likely among their rivals (listwise cross-entropy)."""
    lists = [
        (_features(question, legs), question.relevant, 1 / len(each.questions))
        for each in sets
        for question in each.questions
    ]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = _REGULARISATION * float(weights @ weights), 2 * _REGULARISATION * weights
        for features, relevant, share in lists:
            odds = features @ weights
            odds -= odds.max()
            every = np.exp(odds)
            right = every * relevant
            total += share * float(np.log(every.sum()) - np.log(right.sum()))
            gradient = gradient + share * features.T @ (every / every.sum() - right / right.sum())
        return total, gradient

    bounds: list[tuple[float | None, float | None]] = [(0, None)] * (2 * len(legs)) + [(None, None)]
    return minimise(loss, np.ones(2 * len(legs) + 1), bounds)


def _calibrated(weights: Floats, sets: Sequence[JudgedSet], legs: Sequence[str]) -> FusionModel:
    """Scales and shifts the odds so that their logistic is how often such a passage answers (Platt 1999)."""
    odds, labels, shares = [], [], []
    for each in sets:
        for question in each.questions:
            values = _features(question, legs) @ weights
            shown = np.argsort(-values, kind="stable")[:_CALIBRATED_ON]
            odds.append(values[shown])
            labels.append(question.relevant[shown])
            shares.append(np.full(len(shown), 1 / len(each.questions)))
    scale, bias = calibrate(np.concatenate(odds), np.concatenate(labels), np.concatenate(shares))
    n = len(legs)
    same = {BIAS: float(bias)} | {leg: float(scale * weights[i]) for i, leg in enumerate(legs)}
    cross = {BIAS: float(bias + scale * weights[-1])} | {
        leg: float(scale * weights[n + i]) for i, leg in enumerate(legs)
    }
    return FusionModel(same, cross)


def even_models() -> FusionModels:
    """Equal weights, to choose candidates before anything has been fitted."""
    even = {"+".join(legs): {BIAS: 0.0, **dict.fromkeys(legs, 1.0)} for legs in LEG_SETS}
    return FusionModels({legs: FusionModel(weights, weights) for legs, weights in even.items()})
