"""Asks for answers: quoted from the articles, as readers get them without a language model."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from eval.answers import Cited, GivenAnswer
from eval.dataset import AskedQuestion, Dataset
from eval.journal import Journal
from eval.places import Place
from eval.run import Track
from index.build import Sources
from index.encoders import Encoder
from index.reading import decode
from index.store import SearchIndex
from rag.answering.answerer import Answerer
from rag.answering.draft import Inspection, Verdict
from rag.answering.model import direction
from rag.answering.types import Answer, AskRequest, Citation, Reason, Wording
from rag.errors import EngineError
from rag.retriever import Retriever

_UNSURE = (Reason.NO_EVIDENCE, Reason.WEAK_EVIDENCE)
"""Why questions are refused that a lower threshold would answer."""


class Unbound(Answerer):
    """Answers wherever there is anything to quote, however unsure."""

    def verdict(self, question: str, inspection: Inspection) -> Verdict:
        found = super().verdict(question, inspection)
        return replace(found, reason=None) if found.reason in _UNSURE and inspection.evidence else found


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one index, and compares what is cited with the files that the index was built from.

    Args:
        answerer: takes the time, and decides what is refused.
        unbound: says what refused questions would have been answered with.
    """

    answerer: Answerer
    unbound: Answerer
    sources: Sources
    _texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, index: SearchIndex, encoder: Encoder, retriever: Retriever, sources: Sources) -> Asker:
        """One that has answered a question: the first costs more than others."""
        asker = cls(Answerer(index, encoder, retriever), Unbound(index, encoder, retriever), sources)
        asker.answerer.ask(AskRequest("预热 warm up"))
        return asker

    def ask(self, asked: AskedQuestion) -> GivenAnswer:
        """A question that cannot be asked (empty, too long) is refused."""
        began = time.perf_counter()
        try:
            request = AskRequest(asked.text, generator=Wording.EXTRACTIVE)
            answer = self.answerer.ask(request)
        except EngineError as error:
            return GivenAnswer(0.0, 1.0, "", error.code, (), milliseconds=_milliseconds_since(began))
        milliseconds = _milliseconds_since(began)
        return GivenAnswer(
            confidence=answer.confidence,
            threshold=answer.threshold,
            direction=_direction(answer),
            reason=None if answer.reason is None else answer.reason.value,
            citations=self._cited(answer),
            withheld=() if answer.answerable else self._cited(self.unbound.ask(request)),
            milliseconds=milliseconds,
        )

    def _cited(self, answer: Answer) -> tuple[Cited, ...]:
        return tuple(
            Cited(Place(citation.article.id, citation.span).id, self._is_exact(citation))
            for citation in answer.citations
        )

    def _is_exact(self, citation: Citation) -> bool:
        """Whether the article's file, read and decoded again, holds the cited text at its place."""
        name = citation.article.id
        if name not in self._texts:
            self._texts[name] = decode(self.sources[name]().data, name) if name in self.sources else ""
        return len(citation.cited_text) > 0 and citation.span.quote(self._texts[name]) == citation.cited_text


def ask_for_answers(
    dataset: Dataset, asker: Asker, journal: Journal | None = None, track: Track = iter
) -> Mapping[str, GivenAnswer]:
    """Every question's answer; those that the journal has are not asked for again."""
    kept = journal.answers() if journal is not None else {}
    answers = {}
    for question in track(dataset.questions):
        given = kept.get(question.id)
        if given is None:
            given = asker.ask(question)
            if journal is not None:
                journal.add_answer(question.id, given)
        answers[question.id] = given
    return answers


def _direction(answer: Answer) -> str:
    found = answer.response.results
    return direction(answer.response.query_language, found[0].passage.language) if found else ""


def _milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
