"""Answers a question from one index: finds evidence, refuses or quotes, and proves every citation."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from index.encoders import Encoder
from index.store import SearchIndex
from rag.answering import confidence
from rag.answering.draft import Draft, Inspection, Verdict
from rag.answering.evidence import EvidenceReader
from rag.answering.follow_up import FollowUps
from rag.answering.model import model_of
from rag.answering.small_talk import is_small_talk
from rag.answering.types import Answer, AskRequest, Event, Reason, Wording
from rag.errors import InvalidParameterError
from rag.retriever import Retriever

if TYPE_CHECKING:
    from rag.answering.generated import Writer
    from rag.answering.llm import Llm

_UNRELATED = 0.25
"""Share of the threshold below which nothing is taken to be about the question at all."""


class Answerer:
    """Answers from one opened index.

    What decides is the model that the index was built with, or else the one that ships.

    Args:
        llm: words the answers of those who do not want them extractive; none if left out.
    """

    def __init__(self, index: SearchIndex, encoder: Encoder, retriever: Retriever, llm: Llm | None = None) -> None:
        self._index, self._encoder, self._retriever = index, encoder, retriever
        self._model = model_of(index.manifest.answering, index.manifest.recipe.encoder.name)
        self._writer = _writer(llm, index, encoder, retriever) if llm is not None else None
        self.evidence = EvidenceReader(retriever.subjects)
        self._follow_ups = FollowUps(retriever.subjects, index.tokenizer)

    def ask(self, request: AskRequest) -> Answer:
        """The whole answer.

        Raises:
            UnknownArticleError: a filter names an article that is not here.
            DamagedIndexError: a quote does not stand in the stored article.
        """
        *_, answer = self.events(request)
        assert isinstance(answer, Answer), "it comes last"
        return answer

    def events(self, request: AskRequest) -> Generator[Event, None, None]:
        """The same while it happens; closing stops the work. Raises what ``ask`` raises, perhaps after some events."""
        began = time.perf_counter()
        writer = self._chosen(request.generator)
        searched = self._follow_ups.resolve(request.question, request.history)
        inspection = self.inspect(request, searched)
        yield inspection.found.response
        draft = Draft(
            request, searched, inspection, self.verdict(request.question, inspection), self._index, self._encoder, began
        )
        if draft.verdict.reason is not None:
            yield from draft.refuse()
        elif writer is not None:
            yield from writer.write(draft)
        else:
            yield from draft.quote()

    def inspect(self, request: AskRequest, searched: str) -> Inspection:
        """All that is known before anything is decided."""
        # as many as the confidence is made of: whether there is an answer does not depend on how much is shown
        search = replace(request.search(searched), top_k=max(request.top_k, confidence.CONSIDERED))
        found = self._retriever.read_and_search(search)
        asked = self.evidence.asked(request.question, found.question)
        evidence = self.evidence.read(found, asked, self._model.evidence)
        known = confidence.features(found, asked, evidence) if found.response.results else ()
        shown = [each for each in evidence if each.result.rank <= request.top_k]
        return Inspection(found.first(request.top_k), asked, shown, known)

    def verdict(self, question: str, inspection: Inspection) -> Verdict:
        """Whether to answer."""
        results, asked = inspection.found.response.results, inspection.found.question.language
        threshold = self._model.threshold(asked, results[0].passage.language) if results else 1.0
        if is_small_talk(question):
            return Verdict(0.0, threshold, Reason.NOT_A_QUESTION)
        if not results:
            return Verdict(0.0, threshold, Reason.NO_EVIDENCE)
        if not inspection.evidence:  # nothing says more than the question does
            return Verdict(0.0, threshold, Reason.WEAK_EVIDENCE)
        probability = self._model.answerable.probability(inspection.features)
        if probability >= threshold:
            return Verdict(probability, threshold, None)
        unrelated = probability < _UNRELATED * threshold
        return Verdict(probability, threshold, Reason.NO_EVIDENCE if unrelated else Reason.WEAK_EVIDENCE)

    def _chosen(self, generator: Wording | None) -> Writer | None:
        """Who words the answer; None if it is quoted."""
        if generator is Wording.LLM and self._writer is None:
            raise InvalidParameterError("generator", "llm", "extractive: no language model is set, see docs/answers.md")
        return None if generator is Wording.EXTRACTIVE else self._writer


def _writer(llm: Llm, index: SearchIndex, encoder: Encoder, retriever: Retriever) -> Writer:
    # imported here: what checks and prompts a language model takes a sixth of a second to load
    from rag.answering.generated import Writer
    from rag.answering.support import SupportScorer

    return Writer(llm, SupportScorer(index, encoder), retriever.dictionary.translate)
