"""A contest: every question is put to all contenders in turn, so that a machine that slows down is unfair to none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from eval.dataset import Ranking
from eval.run import distinct
from eval.survey import Survey
from index.hits import Scores, rank
from rag.candidates import Candidates
from rag.config import SearchConfig
from rag.errors import InvalidQueryError
from rag.question import Question
from rag.retriever import Retriever
from rag.types import SearchRequest

Scoring = Callable[[Candidates], Scores]


@dataclass(frozen=True, slots=True)
class Contender:
    """A way of ranking the candidates that a configuration puts up.

    Args:
        depth: how many passages it lists.
    """

    name: str
    config: SearchConfig
    scoring: Scoring
    depth: int


def contest(survey: Survey, contenders: Sequence[Contender]) -> Mapping[str, Mapping[str, Ranking]]:
    """Contender -> question -> ranking; every passage is listed by itself. Answers that the journal has are taken from it.

    The milliseconds are those of ranking, without what a search adds for readers, such as highlights.
    """
    retrievers = {each.name: survey.retriever(each.config) for each in contenders}
    kept = {each.name: survey.journal.rankings(each.name) for each in contenders}
    rankings: dict[str, dict[str, Ranking]] = {each.name: {} for each in contenders}
    for asked in survey.bar.asking("all variants")(survey.dataset.questions):
        new = [each for each in contenders if asked.id not in kept[each.name]]
        found = dict.fromkeys((each.name for each in new), Ranking(()))
        with suppress(InvalidQueryError):  # counted as 0, like every question for which nothing was found
            found |= _answers(survey, new, retrievers, survey.request(asked))
        for name, ranking in found.items():
            survey.journal.add(name, asked.id, ranking)
        for name, answered in rankings.items():
            answered[asked.id] = found[name] if name in found else kept[name][asked.id]
    return rankings


def _answers(
    survey: Survey, contenders: Sequence[Contender], retrievers: Mapping[str, Retriever], request: SearchRequest
) -> Iterator[tuple[str, Ranking]]:
    readings = _Readings(request.query)
    for each in contenders:
        retriever = retrievers[each.name]
        reading = readings.by(retriever, each.config)
        began = time.perf_counter()
        found = retriever.candidates(replace(reading.question), request)  # a copy, without what others have looked up
        items = distinct(survey.items(rank(found.rows, each.scoring(found), each.depth)))
        yield each.name, Ranking(items, reading.milliseconds + _milliseconds_since(began))


@dataclass(frozen=True, slots=True)
class _Reading:
    question: Question
    milliseconds: float


@dataclass(frozen=True, slots=True)
class _Readings:
    """A question, read once for all contenders that take the same of it. Each is charged what that took."""

    query: str
    _read: dict[tuple[bool, ...], _Reading] = field(default_factory=dict)

    def by(self, retriever: Retriever, config: SearchConfig) -> _Reading:
        taken = (config.translated, config.by_sound, config.turned)
        if taken not in self._read:
            began = time.perf_counter()
            question = retriever.question(self.query)
            self._read[taken] = _Reading(question, _milliseconds_since(began))
        return self._read[taken]


def _milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
