"""Judges results by the quotes they cover, and measures how much of a question's evidence a reader has been shown.

Everything is decided by positions in the articles. No judgement depends on how they were cut into passages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from eval.dataset import Extract, Facets, JudgedRanking, Qrels, RankedItem
from eval.errors import UnknownItemError
from eval.places import Place
from index.source_text import Segment, SourceText
from index.spans import Span
from index.store import SearchIndex
from index.types import Language, Passage, PassageKind

BUDGETS = (1_000, 2_000)
"""Characters: about a screen, and about what one reads before asking again."""
EVIDENCE_AT = tuple(f"Evidence@{budget}" for budget in BUDGETS)
ALL_EVIDENCE = "AllEvidence@10"
_SHOWN = 10
_ARTICLES_HELD = 50


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """The right answer to a question: for each of its parts, all places that say it; and the quotes, for people."""

    language: Language
    facets: Mapping[str, str]
    parts: tuple[tuple[Place, ...], ...]
    quotes: tuple[str, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(place for part in self.parts for place in part)


class EvidenceJudgements:
    """Judgements of a question set in one index."""

    def __init__(self, gold: Mapping[str, GoldQuestion], index: SearchIndex) -> None:
        self._gold, self._index = gold, index
        self._passages_of = lru_cache(_ARTICLES_HELD)(self._read_passages)
        self._holders = cache(self._find_holders)

    def qrels(self) -> Qrels:
        """The ranked passages that cover a quote, at any of its occurrences."""
        return {
            question_id: {passage.id: 1 for place in gold.places for passage in self._holders(place)}
            for question_id, gold in self._gold.items()
        }

    def answerable(self, question_id: str) -> bool:
        return bool(self._gold[question_id].parts)

    def judge(self, question_id: str, items: Sequence[RankedItem]) -> JudgedRanking:
        """A result is relevant if it or a passage folded into it covers a quote.

        A relevant passage counts as missing only if none of its quotes was shown elsewhere: in a parallel passage, or in a
        passage that was cut differently. So a list that shows every quote once is perfect, grouped or not.
        """
        gold = self._gold[question_id]
        covered = [self._covered(gold, item) for item in items]
        shown = set().union(*covered)
        holders: dict[str, set[Place]] = {}
        for place in gold.places:
            for passage in self._holders(place):
                holders.setdefault(passage.id, set()).add(place)
        nobody_looked = None if gold.parts else 0
        return JudgedRanking(
            grades=tuple(1 if places else nobody_looked for places in covered),
            missing=tuple(1 for places in holders.values() if not places & shown),
            evidence=self._measure(gold, items) if gold.parts else {},
        )

    def parts_met(self, question_id: str, quote: Place) -> frozenset[int]:
        """Which parts of the answer a quote holds evidence for, by number from 0."""
        parts = enumerate(self._gold[question_id].parts)
        return frozenset(number for number, places in parts if any(place.meets(quote) for place in places))

    def parts(self, question_id: str) -> int:
        """Of how many parts the answer consists."""
        return len(self._gold[question_id].parts)

    def facets(self, question_id: str) -> Facets:
        gold = self._gold[question_id]
        if not gold.parts:
            return {name: (value,) for name, value in gold.facets.items()}
        articles = sorted({place.article_id for place in gold.places})
        languages = {found[0].language for name in articles if (found := self._index.database.article(name))}
        rows = any(p.kind is PassageKind.TABLE_ROW for place in gold.places for p in self._holders(place))
        return {
            "languages": (f"{gold.language}→{'+'.join(sorted(languages))}",),
            **{name: (value,) for name, value in gold.facets.items()},
            "form": ("table" if rows else "prose",),
            "parts": ("one" if len(gold.parts) == 1 else "several",),
            "article": tuple(articles),
        }

    def evidence(self, question_id: str) -> tuple[str, ...]:
        return self._gold[question_id].quotes

    def extract(self, item_id: str) -> Extract:
        place = Place.parse(item_id)
        passage = self._passages_of(place.article_id).get(item_id)
        heading = " › ".join((*passage.heading, place.id) if passage is not None else (place.id,))
        return Extract(heading, self._readable(place).text)

    def language(self, item_id: str) -> Language | None:
        found = self._index.database.article(Place.parse(item_id).article_id)
        return found[0].language if found else None

    def marks(self, question_id: str, item_id: str) -> tuple[Span, ...]:
        place = Place.parse(item_id)
        readable = self._readable(place)
        gold = [each.span for each in self._gold[question_id].places if each.article_id == place.article_id]
        return _merged(mark for span in gold for mark in _stretches(readable, span))

    def _covered(self, gold: GoldQuestion, item: RankedItem) -> set[Place]:
        shown = [Place.parse(name) for name in (item.id, *item.parallel)]
        return {place for place in gold.places if any(place.shown_by([each]) for each in shown)}

    def _measure(self, gold: GoldQuestion, items: Sequence[RankedItem]) -> Mapping[str, float]:
        def share(shown: Sequence[Place]) -> float:
            return sum(any(place.shown_by(shown) for place in part) for part in gold.parts) / len(gold.parts)

        measures = {
            name: share(list(self._within(items, budget))) for name, budget in zip(EVIDENCE_AT, BUDGETS, strict=True)
        }
        if len(gold.parts) > 1:
            first = [Place.parse(name) for item in items[:_SHOWN] for name in (item.id, *item.parallel)]
            measures[ALL_EVIDENCE] = float(share(first) == 1)
        return measures

    def _within(self, items: Sequence[RankedItem], budget: int) -> Iterator[Place]:
        """What has been shown after ``budget`` characters of the results' texts. The last one may be cut short."""
        for item in items:
            place = Place.parse(item.id)
            readable = self._readable(place)
            if len(readable.text) > budget:
                cut = readable.span(0, budget)
                if cut is not None:
                    yield Place(place.article_id, cut)
                return
            budget -= len(readable.text)
            yield place
            yield from map(Place.parse, item.parallel)

    def _find_holders(self, place: Place) -> list[Passage]:
        """The ranked passages that cover a place."""
        passages = self._passages_of(place.article_id).values()
        return [each for each in passages if place.shown_by([Place(each.article_id, each.span)])]

    def _readable(self, place: Place) -> SourceText:
        """The text of the passage there; of the article itself if there is none, as in somebody else's run."""
        passage = self._passages_of(place.article_id).get(place.id)
        if passage is not None:
            return passage.readable
        found = self._index.database.article(place.article_id)
        if found is None:
            raise UnknownItemError(place.id, "article#start-end, with an article of the data set")
        text = place.span.quote(found[0].text)
        start = place.span.start
        return SourceText(text, (Segment(0, len(text), start, start + len(text)),))

    def _read_passages(self, article_id: str) -> Mapping[str, Passage]:
        """An article's ranked passages by id."""
        found = self._index.database.passages_of(article_id)
        return {stored.passage.id: stored.passage for row, stored in found if row is not None}


def _stretches(readable: SourceText, span: Span) -> Iterator[Span]:
    """Where in a readable text the characters of a source span stand."""
    for segment in readable.segments:
        start, end = max(segment.source_start, span.start), min(segment.source_end, span.end)
        if start < end and segment.verbatim:
            shift = segment.start - segment.source_start
            yield Span(start + shift, end + shift)
        elif start < end:
            yield Span(segment.start, segment.end)


def _merged(spans: Iterator[Span]) -> tuple[Span, ...]:
    """In order, those that touch as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
