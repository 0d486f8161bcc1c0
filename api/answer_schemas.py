"""The JSON of asking. Positions are 0-based, end-exclusive, in Unicode code points of the article's text."""

from __future__ import annotations

from pydantic import Field

from api.schemas import FiltersBody, ResultJson, SpanJson, StrictModel
from index.types import Language
from rag.answering.types import LONGEST_HISTORY, AskRequest, Reason, Turn, Wording
from rag.types import LARGEST_TOP_K, LONGEST_QUERY


class TurnBody(StrictModel):
    """A question that was asked before, and what it was answered."""

    question: str
    answer: str = ""


class AskBody(StrictModel):
    """A question."""

    question: str = Field(
        description=f"A question in Chinese or English, 1 to {LONGEST_QUERY:,} characters after trimming.",
        examples=["GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"],
    )
    top_k: int = Field(10, ge=1, le=LARGEST_TOP_K, strict=True, description="How many passages to look at and return.")
    filters: FiltersBody = FiltersBody()
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
    cited_text: str
    document_id: str
    document_title: str
    document_sha256: str = Field(
        description="Of the file's bytes: the same checksum, the same text, the same positions."
    )
    language: Language
    start_char_index: int
    end_char_index: int = Field(description="Exclusive.")
    passage_id: str
    highlights: list[SpanJson] = Field(description="Words of the question in it, as positions in the article's text.")
    link: str = Field(
        description="Opens the page at the quote. It finds the quote again when the file has changed around it."
    )


class StatementJson(StrictModel):
    """A sentence of the answer with the markers of what it rests on."""

    text: str
    markers: list[int]
    supported: bool = Field(
        description="Whether its quotes hold all figures, dates and Latin names it states, and are about the same."
    )
    support: float = Field(ge=0, le=1, description="How well its words find their like in the quotes; 1 for a quote.")
    unsupported: list[SpanJson] = Field(description="Figures, dates and names of ``text`` that stand in none of them.")


class AnswerJson(StrictModel):
    """An answer, or a refusal: then ``answerable`` is false, there are no citations, and ``results`` are the nearest
    passages."""

    question: str
    question_language: Language
    searched: str = Field(description="The question as it was searched for: with what a follow-up leaves unsaid.")
    answerable: bool
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
    statements: list[StatementJson]
    citations: list[CitationJson]
    results: list[ResultJson]
    index_version: str
    degraded: list[str]
    took_ms: float
