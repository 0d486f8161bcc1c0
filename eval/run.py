"""A run: for each question the ranked items and how long they took. Where it comes from does not matter to a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from eval.dataset import AskedQuestion, Dataset, Presentation, RankedItem, Ranking
from eval.journal import Journal
from index.store import Home
from rag.errors import EngineError
from rag.types import Mode, SearchRequest, SearchResponse

Track = Callable[[Sequence[AskedQuestion]], Iterable[AskedQuestion]]
"""Passes questions on one by one and tells somebody how far it got."""
Answer = Callable[[AskedQuestion], Iterable[RankedItem]]
"""A way of searching: the items found for a question, best first. One that is found twice ranks where it is first."""


class Searcher(Protocol):
    """An engine, or a retriever."""

    def search(self, request: SearchRequest) -> SearchResponse: ...


@dataclass(frozen=True, slots=True)
class Run:
    """What one way of searching returned.

    A question without a ranking has found nothing. ``index_bytes`` is what the searched index takes on disk, None where that
    is not known. ``about`` says what kind of run it is, where its name does not.
    """

    name: str
    rankings: Mapping[str, Ranking]
    index_bytes: int | None = None
    about: str = ""

    def first(self, count: int) -> Run:
        """Only the first items of each ranking."""
        cut = {id_: replace(ranking, items=ranking.items[:count]) for id_, ranking in self.rankings.items()}
        return replace(self, rankings=cut)


def make_run(
    dataset: Dataset,
    searcher: Searcher,
    mode: Mode,
    presentation: Presentation | None = None,
    *,
    name: str | None = None,
    index_bytes: int | None = None,
    journal: Journal | None = None,
    track: Track = iter,
) -> Run:
    """Asks every question. An item that several passages stand for ranks where its best one does.

    A question that the search refuses (empty, too long) has found nothing.

    Args:
        presentation: how results are listed; the data set's first if not given.
        name: the mode and the presentation's label if not given.
        journal: answers that are there already are taken from it, new ones are added.
    """
    presentation = presentation or dataset.presentations[0]
    name = name or mode.value + presentation.label
    answer = by_search(dataset, searcher, mode, presentation)
    return Run(name, ask_all(dataset, answer, name, journal, track), index_bytes)


def by_search(dataset: Dataset, searcher: Searcher, mode: Mode, presentation: Presentation) -> Answer:
    """Answers as readers get them."""

    def answer(question: AskedQuestion) -> Iterable[RankedItem]:
        request = SearchRequest(question.text, presentation.top_k, mode, group_parallel=presentation.group_parallel)
        for result in searcher.search(request).results:
            parallel = tuple(dataset.item(each.article_id, each.span) for each in result.parallel)
            yield RankedItem(dataset.item(result.article.id, result.passage.span), result.score, parallel)

    return answer


def ask_all(
    dataset: Dataset, answer: Answer, name: str, journal: Journal | None = None, track: Track = iter
) -> Mapping[str, Ranking]:
    """Every question's ranking. One that the search refuses has found nothing.

    Args:
        name: under which the journal keeps the answers.
    """
    kept = journal.rankings(name) if journal is not None else {}
    rankings = {}
    for question in track(dataset.questions):
        ranking = kept.get(question.id)
        if ranking is None:
            ranking = _timed(answer, question)
            if journal is not None:
                journal.add(name, question.id, ranking)
        rankings[question.id] = ranking
    return rankings


def bytes_on_disk(home: Home, without: Collection[str] = ()) -> int:
    """What the published generation takes.

    Args:
        without: files and folders of a generation that do not count.
    """
    version = home.current()
    assert version is not None, "an index that has been searched is published"
    folder = home.generation(version)
    files = (file for file in folder.rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if file.relative_to(folder).parts[0] not in without)


def distinct(items: Iterable[RankedItem]) -> tuple[RankedItem, ...]:
    """Each item where it stands first."""
    best: dict[str, RankedItem] = {}
    for item in items:
        best.setdefault(item.id, item)
    return tuple(best.values())


def _timed(answer: Answer, question: AskedQuestion) -> Ranking:
    began = time.perf_counter()
    items: tuple[RankedItem, ...] = ()
    with suppress(EngineError):  # counted as 0, like every question for which nothing was found
        items = distinct(answer(question))
    return Ranking(items, (time.perf_counter() - began) * 1000)
