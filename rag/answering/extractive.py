"""Chooses what to quote: the fewest sentences that answer, as short runs of neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.spans import Span
from index.types import Passage, PassageKind
from rag.answering.evidence import Evidence

_MOST = 3
_ENOUGH = 0.8
"""Probability that one of the quotes answers from which on no more are wanted."""
_WORTH = 0.25
"""Share of the best sentence's probability below which another one only distracts."""
_LONGEST_RUN = 3
_BELONGS = 0.25
"""Share of a sentence's probability from which its neighbour is quoted with it."""
_SAME = 0.8
"""Share of the longer one's character pairs from which two sentences say the same in the same words."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Neighbouring sentences of one passage, quoted as one; the numbers run from ``first`` to ``last``, included."""

    passage: Passage
    first: int
    last: int
    probability: float

    @property
    def span(self) -> Span:
        """In the article."""
        sentences = self.passage.sentences
        return Span(sentences[self.first].span.start, sentences[self.last].span.end)

    @property
    def text(self) -> str:
        """For readers: without markup, a cell after its row's name and column's header."""
        sentences = self.passage.sentences[self.first : self.last + 1]
        return _joined([sentence.text.strip() for sentence in sentences])

    def covers(self, evidence: Evidence) -> bool:
        """Whether a sentence is quoted already."""
        return self.passage is evidence.passage and self.first <= evidence.number <= self.last


def choose_quotes(
    evidence: Sequence[Evidence], most: int = _MOST, enough: float = _ENOUGH, worth: float = _WORTH
) -> list[Quote]:
    """The best first. More are added until it is likely enough that one of them answers, or none is worth its while.

    Args:
        evidence: the likeliest first.
        most: how many quotes at most.
        enough: the probability that is enough.
        worth: share of the best sentence's probability that another one must have.
    """
    by_place = {(each.passage.id, each.number): each.probability for each in evidence}
    quotes: list[Quote] = []
    unanswered = 1.0
    for each in evidence:
        if len(quotes) == most or 1 - unanswered >= enough or each.probability < worth * evidence[0].probability:
            break
        if any(quote.covers(each) or _alike(quote.text, _text(each)) for quote in quotes):
            continue
        quotes.append(_run(each, by_place))
        unanswered *= 1 - each.probability
    return quotes


def reading_order(quotes: Sequence[Quote]) -> list[Quote]:
    """By passage, the one with the best quote first; within a passage as they stand."""
    passages = list(dict.fromkeys(quote.passage.id for quote in quotes))
    return sorted(quotes, key=lambda quote: (passages.index(quote.passage.id), quote.first))


def _run(evidence: Evidence, by_place: Mapping[tuple[str, int], float]) -> Quote:
    """A sentence with those neighbours that are likely evidence too, the likelier side first."""
    passage, first, last = evidence.passage, evidence.number, evidence.number
    in_prose = passage.kind in (PassageKind.PROSE, PassageKind.LIST)
    while in_prose and last - first + 1 < _LONGEST_RUN:
        sides = {number: by_place.get((passage.id, number), 0.0) for number in (first - 1, last + 1)}
        number = max(sides, key=lambda side: sides[side])
        if sides[number] < _BELONGS * evidence.probability:
            break
        first, last = min(first, number), max(last, number)
    return Quote(passage, first, last, evidence.probability)


def _text(evidence: Evidence) -> str:
    return evidence.passage.sentences[evidence.number].text


def _alike(a: str, b: str) -> bool:
    pairs_a, pairs_b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (a, b))
    return bool(pairs_a & pairs_b) and len(pairs_a & pairs_b) >= _SAME * max(len(pairs_a), len(pairs_b))


def _joined(texts: Sequence[str]) -> str:
    """One after the other, with a space where the writing has spaces."""
    joined = texts[0]
    for text in texts[1:]:
        joined += (" " if joined[-1:].isascii() and text[:1].isascii() else "") + text
    return joined
