"""What goes into asking and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from index.spans import Span
from index.types import Article, Language, Passage
from rag.errors import InvalidParameterError
from rag.types import Filters, SearchRequest, SearchResponse

LONGEST_HISTORY = 5


class Reason(StrEnum):
    """Why a question is not answered."""

    NO_EVIDENCE = "no_evidence"
    """Nothing in the articles is about it."""
    WEAK_EVIDENCE = "weak_evidence"
    """Something is about it, but hardly answers."""
    NOT_A_QUESTION = "not_a_question"
    """A greeting, thanks, a test, or no words at all."""


class Wording(StrEnum):
    """Who words an answer."""

    EXTRACTIVE = "extractive"
    LLM = "llm"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before, and what it was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A checked question: trimmed, 1 to 2,000 characters long.

    Args:
        top_k: how many passages are looked at and returned.
        generator: who words the answer; None leaves it to the server: a language model if it has one.
        history: earlier turns of the conversation, oldest first, to understand a follow-up by.
        strict: leave out sentences of a language model which its quotes do not support, instead of marking them.

    Raises:
        InvalidQueryError: the question or one of the history is empty, too long, or with control characters.
        InvalidParameterError: ``top_k`` or ``generator`` out of range, too long a history.
    """

    question: str
    top_k: int = 10
    filters: Filters = field(default_factory=Filters)
    generator: Wording | None = None
    history: tuple[Turn, ...] = ()
    strict: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "question", self.search(self.question).query)
        if len(self.history) > LONGEST_HISTORY:
            raise InvalidParameterError("history", f"{len(self.history)} turns", f"the last {LONGEST_HISTORY} at most")
        if self.generator not in (None, *Wording):
            raise InvalidParameterError("generator", self.generator, f"one of {', '.join(Wording)}, or leave it out")
        object.__setattr__(self, "generator", Wording(self.generator) if self.generator else None)
        for turn in self.history:
            self.search(turn.question)

    def search(self, query: str) -> SearchRequest:
        """The search for passages that answer ``query``."""
        return SearchRequest(query, self.top_k, filters=self.filters, explain=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that proves a part of an answer: ``article.text[span.start:span.end] == cited_text``.

    ``marker`` is the number it has in the answer. ``highlights`` are source positions of words of the question in it.
    """

    marker: int
    span: Span
    cited_text: str
    article: Article
    passage: Passage
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A sentence of an answer with the markers of what it rests on.

    ``supported`` is whether its quotes hold all it says, as far as can be checked; ``support`` how well their words meet its
    own, 0 to 1. A quote supports itself. ``unsupported`` are the figures and names, by their place in ``text``, that no
    quote of it holds.
    """

    text: str
    markers: tuple[int, ...]
    supported: bool = True
    support: float = 1.0
    unsupported: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal: then ``reason`` says why, ``text`` says it in words, and there are no citations.

    ``confidence`` is the probability that the articles answer the question, by which it was decided; below ``threshold`` it is
    refused. ``generated`` says that a language model worded it. ``fallback`` is the code of the error that made the answer
    extractive although a language model was wanted. ``searched`` is the question as it was searched for: with what a follow-up
    leaves unsaid.
    """

    question: str
    language: Language
    searched: str
    answerable: bool
    confidence: float
    threshold: float
    reason: Reason | None
    text: str
    statements: tuple[CheckedStatement, ...]
    citations: tuple[Citation, ...]
    generated: bool
    response: SearchResponse
    took_ms: float
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of an answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Reset:
    """What was said so far is void: a language model broke off, and the answer begins anew. ``code`` is the error's."""

    code: str
    detail: str


Event = SearchResponse | Delta | Citation | Reset | Answer
"""What happens while an answer is made, in this order: what was found; pieces of text, and citations when they are first used;
the whole answer, whose text is the pieces (since the last reset) put together, and which lists all citations."""
