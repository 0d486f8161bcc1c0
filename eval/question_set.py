"""Questions with verbatim evidence: labels that survive any cutting of the articles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from eval.dataset import AskedQuestion, Presentation, Qrels, read_jsonl
from eval.errors import DatasetError, StaleEvidenceError
from eval.evidence import EvidenceJudgements, GoldQuestion
from eval.places import Place, occurrences
from index.build import Sources
from index.reading import decode, find_files, read_file
from index.spans import Span
from index.store import SearchIndex
from index.types import Language

_FOLDER = Path(__file__).parent / "question_sets"
SEEDS = _FOLDER / "seeds.jsonl"
"""The questions that ship, about the articles in seeds/."""
SCHEMA = _FOLDER / "schema.json"
_SHOWN = 10
"""What a search returns when nobody says how many."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that answers: verbatim in the file. Quotes of one ``part`` say the same; an answer needs every part."""

    file: str
    quote: str
    part: int


@dataclass(frozen=True, slots=True)
class Question:
    """A line of a question set. Those of one ``pair`` ask the same in two languages, in the same ``split``.

    Without evidence it is a question that the articles do not answer.
    """

    id: str
    pair: str
    split: str
    language: Language
    kind: str
    text: str
    evidence: tuple[Evidence, ...]


class QuestionSet:
    """A question set over a folder of articles. Questions with a stale quote are set aside, named in ``stale``.

    Args:
        path: JSON lines, one question each; see question_sets/README.md and schema.json.
        articles: the folder of the articles.
        split: ``train``, ``dev``, ``test`` or ``all``.

    Raises:
        DatasetError: a line is not a question, or the split has none.
        StaleEvidenceError: every quote is stale.
    """

    presentations = (Presentation("", _SHOWN, True), Presentation(" ungrouped", _SHOWN, False))

    def __init__(self, path: Path, articles: Path, split: str = "all") -> None:
        self.name = path.stem if split == "all" else f"{path.stem}/{split}"
        files = find_files([articles])
        self.sources: Sources = {file: partial(read_file, file, at) for file, at in files.items()}
        questions = read_questions(path)
        asked = [q for q in questions if split in ("all", q.split)]
        if not asked:
            found = ", ".join(sorted({q.split for q in questions})) or "none"
            raise DatasetError(path, f"no question in split {split!r}; its splits are: {found}")
        texts = {file: decode(get().data, file) for file, get in self.sources.items()}
        self.stale: Mapping[str, tuple[str, ...]] = {q.id: quotes for q in asked if (quotes := stale_quotes(q, texts))}
        self.entries = tuple(q for q in asked if q.id not in self.stale)
        if self.stale and not any(q.evidence for q in self.entries):
            raise StaleEvidenceError(path, articles)
        self._gold = {q.id: _gold(q, texts) for q in self.entries}

    @property
    def questions(self) -> Sequence[AskedQuestion]:
        return [AskedQuestion(question.id, question.text, question.language) for question in self.entries]

    def qrels(self, index: SearchIndex) -> Qrels:
        return self.judgements(index).qrels()

    def judgements(self, index: SearchIndex) -> EvidenceJudgements:
        return EvidenceJudgements(self._gold, index)

    def item(self, article_id: str, span: Span) -> str:
        return Place(article_id, span).id


def read_questions(path: Path) -> list[Question]:
    """All questions of a file.

    Raises:
        DatasetError: a line is not a question, or an id stands twice.
    """
    questions: dict[str, Question] = {}
    for line, row in read_jsonl(path):
        question = question_of(path, line, row)
        if question.id in questions:
            raise DatasetError(path, f"question id {question.id!r} stands twice", line)
        questions[question.id] = question
    return list(questions.values())


def question_of(path: Path, line: int, row: dict[str, Any]) -> Question:
    """The question that a line's object is.

    Raises:
        DatasetError: it is not what schema.json says.
    """
    error = min(_validator().iter_errors(row), key=lambda e: list(map(str, e.absolute_path)), default=None)
    if error is not None:
        where = ".".join(map(str, error.absolute_path)) or "the line"
        raise DatasetError(path, f"not a question: {where}: {error.message}; schema.json lists the fields", line)
    evidence = tuple(Evidence(e["file"], e["quote"], e.get("part", 1)) for e in row["evidence"])
    return Question(row["id"], row["pair"], row["split"], row["language"], row["kind"], row["question"], evidence)


def stale_quotes(question: Question, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The quotes that do not stand in their files, as ``file: quote``."""
    return tuple(f"{e.file}: {e.quote}" for e in question.evidence if e.quote not in texts.get(e.file, ""))


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _gold(question: Question, texts: Mapping[str, str]) -> GoldQuestion:
    parts: dict[int, list[Place]] = {}
    for e in question.evidence:
        parts.setdefault(e.part, []).extend(occurrences(e.file, texts[e.file], e.quote))
    facets = {"kind": question.kind, "split": question.split}
    quotes = tuple(f"{e.file}: {e.quote}" for e in question.evidence)
    # quotes of one part may stand inside one another
    return GoldQuestion(question.language, facets, tuple(tuple(dict.fromkeys(p)) for p in parts.values()), quotes)
