"""Has a language model word the answer, and checks it sentence by sentence against the quotes it was given."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing

from rag.answering.draft import Draft
from rag.answering.extractive import Quote, choose_quotes
from rag.answering.llm import Llm
from rag.answering.prompt import Quoted, does_not_know, messages
from rag.answering.statements import Statement, StatementReader
from rag.answering.support import ENOUGH, SupportScorer
from rag.answering.types import CheckedStatement, Citation, Delta, Event, Reason, Reset
from rag.answering.verification import Translate, unsupported
from rag.errors import LlmError

log = logging.getLogger("rag")

_QUOTES = 8
_WORTH = 0.02
"""A language model may see what is hardly evidence by itself, such as the sentence that says who "it" is."""


class Writer:
    """Writes answers with one language model."""

    def __init__(self, llm: Llm, scorer: SupportScorer, translate: Translate) -> None:
        self._llm, self._scorer, self._translate = llm, scorer, translate

    def write(self, draft: Draft) -> Iterator[Event]:
        """Statements as soon as they are checked. If the model fails, the answer is quoted instead, and says so."""
        quotes = choose_quotes(draft.inspection.evidence, most=_QUOTES, enough=1.0, worth=_WORTH)
        answer = _Checking(draft, quotes, self._scorer, self._translate)
        try:
            yield from self._stream(answer, draft, quotes)
        except LlmError as error:
            # the answer itself has no place for more than a code
            log.warning("%s; the answer is quoted instead", error)
            if answer.text:
                yield Reset(error.code, str(error))
            yield from draft.quote(fallback=error.code)
            return
        if answer.citations:
            yield draft.answer(answer.text, answer.statements, answer.citations, generated=True)
            return
        if answer.text:
            yield Reset("unsupported", "the language model cited nothing")
        yield from draft.refuse(Reason.WEAK_EVIDENCE)

    def _stream(self, answer: _Checking, draft: Draft, quotes: Sequence[Quote]) -> Iterator[Event]:
        asked = messages(draft.request.question, draft.language, as_shown(draft, quotes))
        reader = StatementReader(len(quotes))
        with closing(self._llm.stream(asked)) as deltas:
            for delta in deltas:
                for statement in reader.feed(delta):
                    yield from answer.take(statement)
        for statement in reader.finish():
            yield from answer.take(statement)


def as_shown(draft: Draft, quotes: Sequence[Quote]) -> list[Quoted]:
    """Quotes as a language model sees them."""
    titles = {each.article.id: each.article.metadata.title for each in draft.inspection.found.response.results}
    return [
        Quoted(marker, titles[quote.passage.article_id], quote.passage.heading, quote.text)
        for marker, quote in enumerate(quotes, 1)
    ]


class _Checking:
    """What has been said so far; markers are numbered anew by first use, so that the reader sees 1, 2, 3."""

    def __init__(self, draft: Draft, quotes: Sequence[Quote], scorer: SupportScorer, translate: Translate) -> None:
        self._draft, self._quotes, self._scorer, self._translate = draft, quotes, scorer, translate
        self._numbers: dict[int, int] = {}
        self.text = ""
        self.statements: list[CheckedStatement] = []
        self.citations: list[Citation] = []

    def take(self, statement: Statement) -> Iterator[Event]:
        """Checks a statement, and says it unless it says that the quotes do not answer, or is to be left out."""
        said = statement.said
        if not said or does_not_know(statement.text):
            return
        cited = [self._quotes[marker - 1].text for marker in statement.markers]
        missing = unsupported(said, cited, self._translate)
        support = max(0.0, min(1.0, self._scorer.score(said, cited)))
        supported = bool(cited) and not statement.unknown and not missing and support >= ENOUGH
        if supported or not self._draft.request.strict:
            markers = tuple(self._numbers.setdefault(marker, len(self._numbers) + 1) for marker in statement.markers)
            trailing = statement.text[len(statement.text.rstrip()) :]
            text = f"{said}{''.join(f'[{marker}]' for marker in markers)}{trailing}"
            yield from self._say(CheckedStatement(text, markers, supported, support, missing))

    def _say(self, statement: CheckedStatement) -> Iterator[Event]:
        self.text += statement.text
        self.statements.append(statement)
        yield Delta(statement.text)
        for quote, marker in list(self._numbers.items())[len(self.citations) :]:
            citation = self._draft.cite(marker, self._quotes[quote - 1])
            self.citations.append(citation)
            yield citation
