"""The JSON of asking. Positions are 0-based, end-exclusive, in Unicode code points of the article's text."""

from __future__ import annotations

from pydantic import Field

from api.schemas import FiltersBody, Link, ResultJson, SpanJson, StrictModel
from index.types import Language
from rag.answering.types import LONGEST_HISTORY, AskRequest, Reason, Turn, Wording
from rag.types import LARGEST_TOP_K, LONGEST_QUERY


class TurnBody(StrictModel):
    """A question that was asked before, and what it was answered."""

    question: str = Field(description="As it was asked.")
    answer: str = Field("", description="What it was answered; may be left out.")


class AskBody(StrictModel):
    """A question."""

    question: str = Field(
        description=f"A question in Chinese or English, 1 to {LONGEST_QUERY:,} characters after trimming.",
        examples=["GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"],
    )
    top_k: int = Field(10, ge=1, le=LARGEST_TOP_K, strict=True, description="How many passages to look at and return.")
    filters: FiltersBody = Field(FiltersBody(), description="Which passages may be quoted.")
    stream: bool = Field(False, strict=True, description="Answer with server-sent events, while the answer is made.")
    generator: Wording | None = Field(
        None,
        description="Who words the answer; null leaves it to the server: a language model if it has one, else quotes.",
    )
    history: list[TurnBody] = Field(
        [], max_length=LONGEST_HISTORY, description="Earlier turns, oldest first, to understand a follow-up by."
    )
    strict: bool = Field(
        False, strict=True, description="Leave out what a language model says and its quotes do not support."
    )

    def to_request(self) -> AskRequest:
        turns = tuple(Turn(turn.question, turn.answer) for turn in self.history)
        return AskRequest(self.question, self.top_k, self.filters.to_filters(), self.generator, turns, self.strict)


class CitationJson(StrictModel):
    """A quote that proves a part of the answer: the article's text from start to end is ``cited_text``, verbatim.

    The server has compared it with the stored article before it left.
    """

    marker: int = Field(description="Its number in the answer: [1].")
    cited_text: str = Field(description="The quote, verbatim.")
    document_id: str = Field(description="The article's id.")
    document_title: str = Field(description="The article's title.")
    document_sha256: str = Field(
        description="Of the file's bytes: the same checksum, the same text, the same positions."
    )
    language: Language = Field(description="That of the passage.")
    start_char_index: int = Field(description="Where the quote begins in the article's text, in code points.")
    end_char_index: int = Field(description="Exclusive.")
    passage_id: str = Field(description="The passage that it is from.")
    highlights: list[SpanJson] = Field(description="Words of the question in it, as positions in the article's text.")
    link: Link


class StatementJson(StrictModel):
    """A sentence of the answer with the markers of what it rests on."""

    text: str = Field(description="As it stands in the answer, markers and line ends included.")
    markers: list[int] = Field(description="Those of the citations that it rests on.")
    supported: bool = Field(
        description="Whether its quotes hold all figures, dates and Latin names it states, and are about the same."
    )
    support: float = Field(ge=0, le=1, description="How well its words find their like in the quotes; 1 for a quote.")
    unsupported: list[SpanJson] = Field(description="Figures, dates and names of ``text`` that stand in none of them.")


class AnswerJson(StrictModel):
    """An answer, or a refusal: then ``answerable`` is false, there are no citations, and ``results`` are the nearest
    passages."""

    question: str = Field(description="As it was asked, trimmed.")
    question_language: Language = Field(description="The language in which it is answered or refused.")
    searched: str = Field(description="The question as it was searched for: with what a follow-up leaves unsaid.")
    answerable: bool = Field(description="Whether the articles answer; false for a refusal.")
    confidence: float = Field(
        ge=0, le=1, description="The probability that the articles answer, by which it was decided."
    )
    threshold: float = Field(ge=0, le=1, description="The confidence from which such a question is answered.")
    reason: Reason | None = Field(
        description="Why it is refused: no_evidence: nothing is about it; weak_evidence: something is, but hardly answers; "
        "not_a_question: a greeting, a test, or no words."
    )
    answer: str = Field(description="The answer with its markers, or the refusal in words, in the question's language.")
    generated: bool = Field(description="Whether a language model worded it; otherwise it is quoted.")
    fallback: str | None = Field(description="The code of the error that kept a language model from answering.")
    statements: list[StatementJson] = Field(description="The sentences of the answer, in order; none of a refusal.")
    citations: list[CitationJson] = Field(description="By marker; none of a refusal.")
    results: list[ResultJson] = Field(description="The passages that were looked at, best first, also for a refusal.")
    index_version: str = Field(description="The generation of the index that answered.")
    degraded: list[str] = Field(description="Legs of the search that had nothing to say about this question.")
    took_ms: float = Field(description="Milliseconds in the engine.")
