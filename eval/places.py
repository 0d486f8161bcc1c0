"""Stretches of articles by name: where a quote stands, what a result shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eval.errors import UnknownItemError
from index.spans import Span

COVERED = 0.8
"""A quote is covered from this share of its characters on: a lost bracket or full stop does not make a passage wrong."""
_NAME = re.compile(r"(.+)#(\d+)-(\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A span of an article. Its ``id`` is that of a passage there, so a place can be judged however articles are cut."""

    article_id: str
    span: Span

    @property
    def id(self) -> str:
        return f"{self.article_id}#{self.span.start}-{self.span.end}"

    @classmethod
    def parse(cls, item_id: str) -> Place:
        """The inverse of ``id``.

        Raises:
            UnknownItemError: it names no place.
        """
        found = _NAME.fullmatch(item_id)
        if found is None or int(found[2]) > int(found[3]):
            raise UnknownItemError(item_id, "article#start-end, as `rag eval --run` writes it")
        return cls(found[1], Span(int(found[2]), int(found[3])))

    def shown_by(self, shown: Iterable[Place]) -> bool:
        """Whether these places together cover enough of this one."""
        total, at = 0, self.span.start
        for span in sorted(place.span for place in shown if place.article_id == self.article_id):
            start, end = max(at, span.start), min(self.span.end, span.end)
            if start < end:
                total, at = total + end - start, end
        return total >= COVERED * len(self.span)

    def meets(self, other: Place) -> bool:
        """Whether the two share at least half of the shorter one: a sentence meets a phrase of it, or a longer passage."""
        shared = self.span.overlap(other.span) if self.article_id == other.article_id else 0
        return shared > 0 and 2 * shared >= min(len(self.span), len(other.span))


def occurrences(article_id: str, text: str, quote: str) -> tuple[Place, ...]:
    """Every place where ``quote`` stands, overlapping ones too."""
    places = []
    at = text.find(quote)
    while at >= 0:
        places.append(Place(article_id, Span(at, at + len(quote))))
        at = text.find(quote, at + 1)
    return tuple(places)
