"""Questions with verbatim evidence: labels that survive any cutting of the articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from eval.dataset import AskedQuestion, Qrels, read_jsonl
from eval.errors import DatasetError, StaleEvidenceError
from index.build import Sources
from index.reading import decode, find_files, read_file
from index.spans import Span
from index.store import SearchIndex
from index.types import Language
from rag.types import Result

COVERED = 0.8
"""A passage holds a quote if it covers at least this share of its characters."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that answers: verbatim in the file. Quotes of one ``part`` say the same; an answer needs every part."""

    file: str
    quote: str
    part: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the articles answer. Those of one ``pair`` ask the same in two languages, in the same ``split``."""

    id: str
    pair: str
    split: str
    language: Language
    kind: str
    text: str
    evidence: tuple[Evidence, ...]


class QuestionSet:
    """A question set over a folder of articles.

    Args:
        path: JSON lines, one question each; see question_sets/README.md.
        articles: the folder of the articles.
        split: ``dev``, ``test`` or ``all``.

    Raises:
        DatasetError: a line is not a question, or the split has none.
        StaleEvidenceError: a quote is not in its article.
    """

    def __init__(self, path: Path, articles: Path, split: str = "all") -> None:
        self.name = path.stem if split == "all" else f"{path.stem}/{split}"
        files = find_files([articles])
        self.sources: Sources = {file: partial(read_file, file, at) for file, at in files.items()}
        self.entries = tuple(q for q in _load(path) if split in ("all", q.split))
        if not self.entries:
            raise DatasetError(path, f"no question in split {split!r}")
        texts = {file: decode(get().data, file) for file, get in self.sources.items()}
        _verify(path, self.entries, texts)
        self._spans = {
            (e.file, e.quote): _occurrences(texts[e.file], e.quote) for q in self.entries for e in q.evidence
        }

    @property
    def questions(self) -> Sequence[AskedQuestion]:
        return [AskedQuestion(question.id, question.text, question.language) for question in self.entries]

    def qrels(self, index: SearchIndex) -> Qrels:
        """The ranked passages that hold a quote, at any of its occurrences."""
        passages: dict[str, list[tuple[str, Span]]] = {
            file: [(s.passage.id, s.passage.span) for row, s in index.database.passages_of(file) if row is not None]
            for file in self.sources
        }
        return {
            question.id: {
                passage_id: 1
                for evidence in question.evidence
                for span in self._spans[evidence.file, evidence.quote]
                for passage_id, passage in passages[evidence.file]
                if passage.overlap(span) >= COVERED * len(span)
            }
            for question in self.entries
        }

    def item(self, result: Result) -> str:
        return result.passage.id


def _load(path: Path) -> list[Question]:
    questions = []
    seen: set[str] = set()
    for line, row in read_jsonl(path):
        try:
            question = _question(row)
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(path, f"not a question ({error!r}); README.md lists the fields", line) from error
        if question.id in seen:
            raise DatasetError(path, f"question id {question.id!r} stands twice", line)
        seen.add(question.id)
        questions.append(question)
    return questions


def _question(row: dict[str, Any]) -> Question:
    if row["language"] not in ("zh", "en") or row["split"] not in ("dev", "test"):
        raise ValueError("language must be zh or en, split dev or test")
    texts = [row[name] for name in ("id", "pair", "kind", "question")] + [
        e[name] for e in row["evidence"] for name in ("file", "quote")
    ]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("a field is empty or no text")
    evidence = tuple(Evidence(e["file"], e["quote"], int(e.get("part", 1))) for e in row["evidence"])
    if not evidence:
        raise ValueError("evidence is missing")
    return Question(row["id"], row["pair"], row["split"], row["language"], row["kind"], row["question"], evidence)


def _verify(path: Path, questions: Sequence[Question], texts: dict[str, str]) -> None:
    stale = [
        f"{question.id}: {evidence.file}: {evidence.quote}"
        for question in questions
        for evidence in question.evidence
        if evidence.quote not in texts.get(evidence.file, "")
    ]
    if stale:
        raise StaleEvidenceError(path, stale)


def _occurrences(text: str, quote: str) -> tuple[Span, ...]:
    """Every place where ``quote`` stands."""
    spans = []
    at = text.find(quote)
    while at >= 0:
        spans.append(Span(at, at + len(quote)))
        at = text.find(quote, at + 1)
    return tuple(spans)
