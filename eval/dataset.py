"""What an evaluation needs: texts to index, questions, and a way to judge what was ranked for them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from eval.errors import DatasetError
from index.build import Sources
from index.spans import Span
from index.store import SearchIndex
from index.types import Language

Qrels = Mapping[str, Mapping[str, int]]
"""Question id -> item id -> relevance, 1 and up."""
Facets = Mapping[str, tuple[str, ...]]
"""What a question can be sliced by: facet -> the values it has, such as ``{"kind": ("number",)}``."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it is put to the search."""

    id: str
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class RankedItem:
    """An item and its score; its place in the list is its rank. ``parallel`` items were folded into it."""

    id: str
    score: float
    parallel: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """The items found for one question, best first. ``milliseconds`` is None where nobody took the time."""

    items: tuple[RankedItem, ...]
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Presentation:
    """How results are listed for a reader. ``label`` is added to a run's name."""

    label: str
    top_k: int
    group_parallel: bool


@dataclass(frozen=True, slots=True)
class JudgedRanking:
    """What the judgements say about one ranking.

    ``grades`` has each item's relevance, 0 for "not relevant" and None where nobody judged it. ``missing`` are the grades of
    relevant items that were not shown. ``evidence`` has measures of the quotes that were shown, where there are quotes.
    """

    grades: tuple[int | None, ...]
    missing: tuple[int, ...]
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Extract:
    """What a report shows of an item. ``heading`` says where it stands."""

    heading: str
    text: str


class Judgements(Protocol):
    """Knows the right answers to a data set's questions, in one index."""

    def answerable(self, question_id: str) -> bool:
        """Whether anything is relevant. Ranking cannot be measured on a question that nothing answers."""

    def judge(self, question_id: str, items: Sequence[RankedItem]) -> JudgedRanking: ...

    def facets(self, question_id: str) -> Facets: ...

    def evidence(self, question_id: str) -> tuple[str, ...]:
        """The quotes or items that answer, for people."""

    def extract(self, item_id: str) -> Extract: ...

    def language(self, item_id: str) -> Language | None:
        """That of the item's article; None if there is no such article."""

    def marks(self, question_id: str, item_id: str) -> tuple[Span, ...]:
        """The stretches of the item's extract that are evidence."""


class Dataset(Protocol):
    """Something to evaluate on. Items are what is ranked: passages, or whole documents by their best passage."""

    @property
    def name(self) -> str: ...

    @property
    def sources(self) -> Sources:
        """The texts to index."""

    @property
    def questions(self) -> Sequence[AskedQuestion]: ...

    @property
    def stale(self) -> Mapping[str, tuple[str, ...]]:
        """Questions that are not asked because their evidence has left its article: id -> the quotes that did."""

    @property
    def presentations(self) -> tuple[Presentation, ...]:
        """The ways in which results are listed, what readers see by default first."""

    def qrels(self, index: SearchIndex) -> Qrels:
        """The relevant items of each question among those in this index."""

    def judgements(self, index: SearchIndex) -> Judgements: ...

    def item(self, article_id: str, span: Span) -> str:
        """The id of the item that a passage stands for."""


def read_jsonl(path: Path, opener: Callable[..., Any] = open) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and object; empty lines are skipped.

    Raises:
        DatasetError: the file is missing, or a line is not a JSON object.
    """
    for number, line in read_lines(path, opener):
        yield number, parse_object(path, number, line)


def read_lines(path: Path, opener: Callable[..., Any] = open) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers.

    Raises:
        DatasetError: the file is missing, or no text.
    """
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DatasetError(path, f"cannot be read ({error})") from error


def parse_object(path: Path, number: int, line: str) -> dict[str, Any]:
    """The JSON object that a line is.

    Raises:
        DatasetError: it is none.
    """
    try:
        value = json.loads(line)
    except ValueError as error:
        raise DatasetError(path, f"not JSON ({error})", number) from error
    if not isinstance(value, dict):
        raise DatasetError(path, "not a JSON object", number)
    return value
