"""Folders in BEIR format: corpus.jsonl, queries.jsonl (either may be gzipped) and qrels/<split>.tsv."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from eval.dataset import (
    AskedQuestion,
    Extract,
    Facets,
    JudgedRanking,
    Presentation,
    Qrels,
    RankedItem,
    read_jsonl,
)
from eval.errors import DatasetError
from index.build import Sources
from index.language import detect_language
from index.reading import SourceFile
from index.spans import Span
from index.store import SearchIndex
from index.types import Language
from rag.types import LARGEST_TOP_K

_EXTRACT = 500
"""Characters of a document that a report shows."""


class BeirDataset:
    """A collection of documents, ranked by their best passage; only questions with relevance judgements are asked.

    A question whose judgements are all 0 has no answer in the collection.

    Raises:
        DatasetError: a file is missing or malformed.
    """

    # a document has many passages: fewer would not make ten documents
    presentations = (Presentation("", LARGEST_TOP_K, False),)
    stale: Mapping[str, tuple[str, ...]] = {}

    def __init__(self, folder: Path, split: str = "test") -> None:
        self.name = folder.name if split == "test" else f"{folder.name}/{split}"
        self._judged = _read_qrels(_qrels_file(folder, split))
        documents = [
            SourceFile(row["_id"], row["text"].encode("utf-8", "replace"), _title(row))
            for row in _rows(folder, "corpus", ("_id", "text"))
        ]
        self.sources: Sources = {document.id: partial(_same, document) for document in documents}
        self.questions: Sequence[AskedQuestion] = [
            AskedQuestion(row["_id"], row["text"], detect_language(row["text"]))
            for row in _rows(folder, "queries", ("_id", "text"))
            if row["_id"] in self._judged
        ]
        if not self.questions:
            raise DatasetError(folder, f"no question of queries.jsonl is judged in qrels/{split}.tsv")

    def qrels(self, index: SearchIndex) -> Qrels:
        return {
            question: {document: grade for document, grade in grades.items() if grade > 0}
            for question, grades in self._judged.items()
        }

    def judgements(self, index: SearchIndex) -> DocumentJudgements:
        return DocumentJudgements(self._judged, self.questions, index)

    def item(self, article_id: str, span: Span) -> str:
        return article_id


def read_texts(folder: Path) -> dict[str, str]:
    """The texts of a corpus by their ids.

    Raises:
        DatasetError: there is none, or it is malformed.
    """
    return {row["_id"]: row["text"] for row in _rows(folder, "corpus", ("_id", "text"))}


class DocumentJudgements:
    """Relevance of whole documents, graded."""

    def __init__(self, judged: Qrels, questions: Sequence[AskedQuestion], index: SearchIndex) -> None:
        self._judged, self._index = judged, index
        self._languages = {question.id: question.language for question in questions}

    def answerable(self, question_id: str) -> bool:
        return any(grade > 0 for grade in self._judged[question_id].values())

    def judge(self, question_id: str, items: Sequence[RankedItem]) -> JudgedRanking:
        grades = self._judged[question_id]
        shown = {item.id for item in items}
        return JudgedRanking(
            grades=tuple(grades.get(item.id) for item in items),
            missing=tuple(grade for document, grade in grades.items() if grade > 0 and document not in shown),
            evidence={},
        )

    def facets(self, question_id: str) -> Facets:
        relevant = (self._index.database.article(document) for document in self.evidence(question_id))
        languages = sorted({found[0].language for found in relevant if found})
        return {"languages": (f"{self._languages[question_id]}→{'+'.join(languages)}",)} if languages else {}

    def evidence(self, question_id: str) -> tuple[str, ...]:
        return tuple(document for document, grade in self._judged[question_id].items() if grade > 0)

    def extract(self, item_id: str) -> Extract:
        found = self._index.database.article(item_id)
        if found is None:
            return Extract(item_id, "")
        article = found[0]
        cut = "…" if len(article.text) > _EXTRACT else ""
        return Extract(f"{article.metadata.title} › {item_id}", article.text[:_EXTRACT] + cut)

    def language(self, item_id: str) -> Language | None:
        found = self._index.database.article(item_id)
        return found[0].language if found else None

    def marks(self, question_id: str, item_id: str) -> tuple[Span, ...]:
        return ()


def _same(document: SourceFile) -> SourceFile:
    return document


def _title(row: dict[str, Any]) -> str | None:
    title = row.get("title")
    return title if isinstance(title, str) and title else None


def _rows(folder: Path, name: str, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    plain, packed = folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"
    path, opener = (packed, gzip.open) if packed.is_file() and not plain.is_file() else (plain, open)
    seen: set[str] = set()
    for line, row in read_jsonl(path, opener):
        missing = [field for field in fields if not isinstance(row.get(field), str)]
        if missing:
            raise DatasetError(path, f"no text in {', '.join(missing)}", line)
        if row["_id"] in seen:
            raise DatasetError(path, f"_id {row['_id']!r} stands twice", line)
        seen.add(row["_id"])
        yield row


def _qrels_file(folder: Path, split: str) -> Path:
    path = folder / "qrels" / f"{split}.tsv"
    if not path.is_file():
        found = ", ".join(sorted(file.stem for file in (folder / "qrels").glob("*.tsv"))) or "none"
        raise DatasetError(path, f"cannot be read (no such file); the splits of this folder are: {found}")
    return path


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Rows ``query-id corpus-id score`` after a header. Scores of 0, and below in some collections, say "not relevant"."""
    qrels: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            # the format knows no quotes: a document id may begin with one
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            next(rows, None)
            for number, row in enumerate(rows, 2):
                try:
                    question, document, score = row
                    relevance = int(score)
                except ValueError as error:
                    raise DatasetError(path, "not 'query-id <tab> corpus-id <tab> score'", number) from error
                qrels.setdefault(question, {})[document] = max(relevance, 0)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(path, f"cannot be read ({error})") from error
    return qrels
