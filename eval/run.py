"""A run: for each question the ranked items, in one mode."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import Dataset
from rag.engine import Engine
from rag.errors import InvalidQueryError
from rag.types import LARGEST_TOP_K, Mode, SearchRequest


@dataclass(frozen=True, slots=True)
class RankedItem:
    """An item and its score; its place in the list is its rank."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Run:
    """What one mode returned; every question has an entry, empty if nothing was found."""

    name: str
    ranking: Mapping[str, Sequence[RankedItem]]
    milliseconds: Mapping[str, float]

    def save(self, path: Path) -> None:
        """Writes a TREC run file: ``qid Q0 docid rank score tag``."""
        lines = [
            f"{question} Q0 {item.id} {rank} {item.score:.6f} {self.name}"
            for question, items in self.ranking.items()
            for rank, item in enumerate(items, 1)
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_run(dataset: Dataset, engine: Engine, mode: Mode) -> Run:
    """Asks every question. An item that several passages stand for ranks where its best one does.

    A question that the search refuses (empty, too long) has found nothing.
    """
    ranking: dict[str, list[RankedItem]] = {}
    milliseconds: dict[str, float] = {}
    for question in dataset.questions:
        began = time.perf_counter()
        try:
            results = engine.search(SearchRequest(question.text, LARGEST_TOP_K, mode, group_parallel=False)).results
        except InvalidQueryError:
            results = ()
        milliseconds[question.id] = (time.perf_counter() - began) * 1000
        best: dict[str, float] = {}
        for result in results:
            best.setdefault(dataset.item(result), result.score)
        ranking[question.id] = [RankedItem(item, score) for item, score in best.items()]
    return Run(mode.value, ranking, milliseconds)
