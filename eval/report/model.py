"""The report: everything an evaluation found. Its JSON is read back, compared, and drawn; nothing is measured again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from eval.answer_scoring import FIRST
from eval.dataset import Extract, Facets
from eval.errors import ReportError
from eval.scoring import MEASURES, Scores
from eval.slices import Figures, measure_slices, slice_members
from index.spans import Span
from index.types import Language

FORMAT = 1
"""Raised whenever a field changes its meaning."""


class ShownResult(NamedTuple):
    """An item of a ranking: relevance is None where nobody judged it, the language where the item is unknown."""

    item: str
    score: float
    grade: int | None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did with one question. An unanswerable one has no scores. ``results`` are the first ten at most."""

    scores: Scores
    results: tuple[ShownResult, ...]
    milliseconds: float | None = None

    @property
    def confidence(self) -> float:
        """The best result's score, 0 if nothing was found."""
        return self.results[0].score if self.results else 0.0


class ShownCitation(NamedTuple):
    """The id of a place, the parts of the answer it holds evidence for, by number from 1, and whether it is exact."""

    place: str
    parts: tuple[int, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class ReportedAnswer:
    """What a question was answered. ``reason`` says why it was refused, None if it was not.

    ``withheld`` is what a refused question would have been answered with, had its confidence been enough.
    """

    scores: Scores
    confidence: float
    threshold: float
    direction: str
    reason: str | None
    citations: tuple[ShownCitation, ...]
    withheld: tuple[ShownCitation, ...] = ()
    milliseconds: float | None = None

    @property
    def right(self) -> bool:
        """Whether one of the first citations holds evidence; of a refused question, of those withheld."""
        return any(cited.parts for cited in (self.citations or self.withheld)[:FIRST])


@dataclass(frozen=True, slots=True)
class ReportedQuestion:
    """A question with its outcome in each run, by the run's name, and its answer if it was asked for one.

    ``marks`` are the stretches of an item's extract that are evidence, by item id.
    """

    id: str
    text: str
    language: Language
    answerable: bool
    facets: Facets
    outcomes: Mapping[str, Outcome]
    evidence: tuple[str, ...] = ()
    marks: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    answer: ReportedAnswer | None = None


@dataclass(frozen=True, slots=True)
class ReportedRun:
    """What a run cost: milliseconds per question (median, 95th percentile), and bytes of its index. None: not known.

    ``about`` says what kind of run it is, where its name does not.
    """

    name: str
    p50: float | None
    p95: float | None
    index_bytes: int | None
    about: str = ""


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The index that was searched. ``content`` is its digest: the same articles and recipe have the same."""

    content: str
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class Report:
    """All runs on one data set.

    ``created`` is in ISO 8601. ``stale`` names the questions left out because their evidence has left its article.
    ``items`` has what is shown of results and citations, by item id.
    """

    dataset: str
    encoder: str
    created: str
    index: IndexFacts
    runs: tuple[ReportedRun, ...]
    questions: tuple[ReportedQuestion, ...]
    stale: Mapping[str, tuple[str, ...]]
    items: Mapping[str, Extract]
    reranker: str | None = None
    format: int = FORMAT

    @property
    def models(self) -> str:
        """What searched, in a line."""
        return f"{self.encoder} + {self.reranker}" if self.reranker is not None else self.encoder

    @property
    def answerable(self) -> list[ReportedQuestion]:
        """The questions that ranking is measured on."""
        return [question for question in self.questions if question.answerable]

    @property
    def unanswerable(self) -> list[ReportedQuestion]:
        return [question for question in self.questions if not question.answerable]

    def scores(self, run: str) -> dict[str, Scores]:
        """Question id -> measures, of the answerable questions."""
        return {question.id: question.outcomes[run].scores for question in self.answerable}

    def figures(self) -> Mapping[str, Figures]:
        """Run -> slice -> measure -> mean with its interval. Takes a second or two, and always gives the same."""
        members = slice_members({question.id: question.facets for question in self.answerable})
        return {run.name: measure_slices(self.scores(run.name), members, tuple(MEASURES)) for run in self.runs}

    def measures(self) -> list[str]:
        """The measures that some question has, in order."""
        present = {name for question in self.questions for each in question.outcomes.values() for name in each.scores}
        return [name for name in MEASURES if name in present]

    def abridged(self) -> Report:
        """Without texts, times and all results but the first: enough to compare with, small enough to keep in git."""
        questions = tuple(
            replace(
                question,
                evidence=(),
                marks={},
                answer=None if question.answer is None else replace(question.answer, milliseconds=None),
                outcomes={
                    name: replace(outcome, results=outcome.results[:1], milliseconds=None)
                    for name, outcome in question.outcomes.items()
                },
            )
            for question in self.questions
        )
        return replace(self, questions=questions, items={})

    def save(self, path: Path, beside: Mapping[str, Any] | None = None) -> None:
        """Writes JSON, a line for each question and item, so that versions can be told apart line by line.

        Args:
            beside: what follows from the report, for other programs; it is not read back.

        Raises:
            OSError: the file cannot be written.
        """
        body = _adapter().dump_python(self, mode="json")
        path.write_text(_lines({**body, **(beside or {})}), encoding="utf-8")


def load_report(path: Path) -> Report:
    """Reads what ``Report.save`` wrote.

    Raises:
        ReportError: it cannot be read or is of another format.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        found = body.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise ReportError(path, f"cannot be read as a report ({error})") from error
    if found != FORMAT:
        raise ReportError(path, f"has format {found}, this version reads format {FORMAT}")
    try:
        return _adapter().validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ReportError(path, f"is no report ({where}: {first['msg']})") from error


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def _lines(body: Mapping[str, Any]) -> str:
    fields = ",\n".join(f"{json.dumps(name)}: {_field(value)}" for name, value in body.items())
    return f"{{\n{fields}\n}}\n"


def _field(value: object) -> str:
    """Lists and mappings with an element on each line."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(_compact, value)) + "\n]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"{_compact(key)}: {_compact(each)}" for key, each in value.items()) + "\n}"
    return _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
