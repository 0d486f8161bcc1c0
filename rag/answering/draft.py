"""One answer in the making: a refusal, quotes, or what a language model writes of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.encoders import Encoder
from index.language import detect_language
from index.store import SearchIndex
from rag.answering.conflicts import contradiction
from rag.answering.evidence import Asked, Evidence
from rag.answering.extractive import Quote, choose_quotes, reading_order
from rag.answering.phrases import CONFLICT, FRAMES, REFUSALS
from rag.answering.proof import prove
from rag.answering.types import Answer, AskRequest, CheckedStatement, Citation, Delta, Event, Reason
from rag.retriever import Found

_LIKE_A_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Inspection:
    """A question with what was found, which sentences are evidence, and what the confidence is made of."""

    found: Found
    asked: Asked
    evidence: Sequence[Evidence]
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a question is answered; ``reason`` says why not."""

    confidence: float
    threshold: float
    reason: Reason | None


class Draft:
    """One answer in the making."""

    def __init__(
        self,
        request: AskRequest,
        searched: str,
        inspection: Inspection,
        verdict: Verdict,
        index: SearchIndex,
        encoder: Encoder,
        began: float,
    ) -> None:
        self.request, self.inspection, self.verdict = request, inspection, verdict
        self.language = detect_language(request.question)  # what went before it may be in another
        self._searched, self._database, self._encoder, self._began = searched, index.database, encoder, began

    def refuse(self, reason: Reason | None = None) -> Iterator[Event]:
        """Says in the question's language that the articles do not answer.

        Args:
            reason: that of the verdict if left out.
        """
        self.verdict = replace(self.verdict, reason=reason or self.verdict.reason)
        assert self.verdict.reason is not None
        text = REFUSALS[self.verdict.reason][self.language]
        yield Delta(text)
        yield self.answer(text, (), ())

    def quote(self, fallback: str | None = None) -> Iterator[Event]:
        """The fewest sentences that answer, in reading order, each with its marker.

        Args:
            fallback: the code of the error that kept a language model from answering.
        """
        evidence = self.inspection.evidence
        quotes = choose_quotes(evidence)
        against = contradiction(quotes[0], evidence, self.inspection.asked, self._encoder)
        if against is not None:
            quotes = [quotes[0], against]
        quotes = reading_order(quotes)
        frame = self._frame(quotes, against is not None)
        text = frame
        if frame:
            yield Delta(frame)
        statements, citations = [], []
        for marker, each in enumerate(quotes, 1):
            citation = self.cite(marker, each)
            said = _marked(each.text, marker, framed=bool(frame))
            statement = CheckedStatement(("\n" if text else "") + said, (marker,))
            yield Delta(statement.text)
            yield citation
            text += statement.text
            statements.append(statement)
            citations.append(citation)
        yield self.answer(text, statements, citations, fallback=fallback)

    def _frame(self, quotes: Sequence[Quote], conflicting: bool) -> str:
        """A sentence of our own before quotes that contradict each other, or that are in another language."""
        if conflicting:
            return CONFLICT[self.language]
        foreign = any(quote.passage.language != self.language for quote in quotes)
        return FRAMES[self.language] if foreign else ""

    def cite(self, marker: int, quote: Quote) -> Citation:
        """A citation of a quote, proven.

        Raises:
            DamagedIndexError: the stored article does not hold it.
        """
        found = self._database.article(quote.passage.article_id)
        assert found is not None, "every passage belongs to an article"
        results = self.inspection.found.response.results
        lit = [span for each in results if each.passage is quote.passage for span in each.highlights]
        inside = tuple(span for span in lit if quote.span.covers(span))
        citation = Citation(marker, quote.span, quote.span.quote(found[0].text), found[0], quote.passage, inside)
        prove(citation, self._database)
        return citation

    def answer(
        self,
        text: str,
        statements: Sequence[CheckedStatement],
        citations: Sequence[Citation],
        *,
        generated: bool = False,
        fallback: str | None = None,
    ) -> Answer:
        """The whole of it."""
        verdict = self.verdict
        return Answer(
            question=self.request.question,
            language=self.language,
            searched=self._searched,
            answerable=verdict.reason is None,
            confidence=verdict.confidence,
            threshold=verdict.threshold,
            reason=verdict.reason,
            text=text,
            statements=tuple(statements),
            citations=tuple(citations),
            generated=generated,
            response=self.inspection.found.response,
            took_ms=(time.perf_counter() - self._began) * 1000,
            fallback=fallback,
        )


def _marked(text: str, marker: int, *, framed: bool) -> str:
    """A quote with its number; between quotation marks where it stands among words of our own.

    What looks like a number of ours in the quote, as that of a footnote does, is written with wide brackets.
    """
    text = _LIKE_A_MARKER.sub(r"［\1］", text)
    return f"“{text}”[{marker}]" if framed else f"{text}[{marker}]"
