"""A second look at the best passages: a model reads question and passage together, and they are sorted anew.

Off unless a reranker is chosen; the library behind it is imported only then.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from index.errors import MissingExtraError
from index.hits import Hits, Scores
from rag.errors import RerankerFailedError, UnknownRerankerError, UnsuitableRerankerError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANKED = 20
"""Passages a reranker reads at most: each costs a pass through its model."""
RERANKER = "reranker"
"""Its name among the scores of a result."""


@runtime_checkable
class Reranker(Protocol):
    """Tells how well passages answer a question, having both before it."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        """The probability, 0 to 1, that each text answers, in the order given: shape ``(n,)``. Called from several threads."""


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder. A pair longer than its model reads loses the end of the longer text.

    Args:
        name: a model name as on the hub, or the folder of a model.
        device: ``cpu``, ``cuda``, ``mps``…; None lets the library choose.

    Raises:
        MissingExtraError: sentence-transformers is not installed.
        UnknownRerankerError: there is no such model here or in reach.
        UnsuitableRerankerError: the model does not give one score per pair.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        self._model = _load(name, device)
        self._lock = threading.Lock()
        self.name = str(Path(name).resolve()) if Path(name).is_dir() else name
        _check_suitable(name, self._model)

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        """The logistic of the model's logits, whatever activation the model names: many of them name none.

        Raises:
            RerankerFailedError: the model cannot take the texts.
        """
        if not texts:
            return np.zeros(0)
        # one question at a time: its tokenizer is not safe to share, and threads would fight for the same cores
        with self._lock:
            try:
                logits = self._model.predict(
                    [(query, text) for text in texts], activation_fn=_unchanged, show_progress_bar=False
                )
            except (RuntimeError, ValueError, IndexError) as error:
                raise RerankerFailedError(self.name, _first_line(error)) from error
        # in 64 bits: in 32 everything a confident model likes would be 1, and tie
        probabilities: Scores = np.exp(-np.logaddexp(0, -np.asarray(logits, np.float64)))
        return probabilities


@dataclass(frozen=True, slots=True)
class Reranked:
    """Hits in their final order. ``own[i]`` is what the reranker says of hit ``i``; it has read only the first."""

    hits: Hits
    own: tuple[float, ...] = ()

    def own_score(self, place: int) -> float | None:
        """None where it has not read, and where there is no reranker."""
        return self.own[place] if place < len(self.own) else None

    def first(self, k: int) -> Reranked:
        return Reranked(Hits(self.hits.rows[:k], self.hits.scores[:k]), self.own[:k])


def rerank(reranker: Reranker, query: str, hits: Hits, texts: Sequence[str]) -> Reranked:
    """Sorts the first hits, whose texts are given, by what the reranker says; equals stay as they were.

    The scores stay where they are: the best of the new order has the best score of the old one. So they are still in order,
    within the first and after them; they still sum to the number of answers to expect among the first; and how sure a
    model is that was never calibrated on these articles decides nothing but the order.

    Example: scores (.7, .4, .2) of a, b, c, of which the reranker says .1, .9, .5, become b .7, c .4, a .2.

    Raises:
        RerankerFailedError: it does not give a probability for each text.
    """
    n = len(texts)
    own = np.asarray(reranker.scores(query, texts), np.float64)
    if own.shape != (n,) or not np.all((own >= 0) & (own <= 1)):
        raise RerankerFailedError(reranker.name, f"it does not give {n} numbers from 0 to 1")
    order = np.argsort(-own, kind="stable")
    rows = np.concatenate([hits.rows[:n][order], hits.rows[n:]])
    return Reranked(Hits(rows, hits.scores), tuple(own[order].tolist()))


def load_reranker(name: str | None, device: str | None = None) -> Reranker | None:
    """The reranker called ``name``: a sentence-transformers CrossEncoder by name or folder; None for no name.

    Raises:
        MissingExtraError: it needs the extra ``models``, which is not installed.
        UnknownRerankerError: there is no such model.
        UnsuitableRerankerError: the model does not give one score per pair.
    """
    return CrossEncoderReranker(name, device) if name else None


def _load(name: str, device: str | None) -> CrossEncoder:
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise MissingExtraError(name, "models", RERANKER) from error
    try:
        model: CrossEncoder = CrossEncoder(name, device=device)
    except (OSError, ValueError, RuntimeError, AssertionError) as error:  # the last: "not compiled with CUDA enabled"
        raise UnknownRerankerError(name, _first_line(error)) from error
    return model


def _check_suitable(name: str, model: CrossEncoder) -> None:
    if model.num_labels != 1:
        raise UnsuitableRerankerError(name, f"it has {model.num_labels} labels")
    # the library gives a model without a head a random one, and any order that follows looks like an answer
    head = "ForSequenceClassification"
    saved = getattr(model.config, "architectures", None) or [head]
    if type(model.model).__name__.endswith(head) and not any(each.endswith(head) for each in saved):
        raise UnsuitableRerankerError(name, f"it is a {saved[0]}, which has never learnt to compare two texts")


def _unchanged(logits: Any) -> Any:
    return logits


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
