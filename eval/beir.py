"""Folders in BEIR format: corpus.jsonl, queries.jsonl (either may be gzipped) and qrels/<split>.tsv."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from eval.dataset import AskedQuestion, Qrels, read_jsonl
from eval.errors import DatasetError
from index.build import Sources
from index.language import detect_language
from index.reading import SourceFile
from index.store import SearchIndex
from rag.types import Result


class BeirDataset:
    """A collection of documents, ranked by their best passage; only questions with relevance judgements are asked.

    Raises:
        DatasetError: a file is missing or malformed.
    """

    def __init__(self, folder: Path, split: str = "test") -> None:
        self.name = folder.name
        self._qrels = _read_qrels(folder / "qrels" / f"{split}.tsv")
        documents = [
            SourceFile(row["_id"], row["text"].encode("utf-8", "replace"), _title(row))
            for row in _rows(folder, "corpus", ("_id", "text"))
        ]
        self.sources: Sources = {document.id: partial(_same, document) for document in documents}
        self.questions: Sequence[AskedQuestion] = [
            AskedQuestion(row["_id"], row["text"], detect_language(row["text"]))
            for row in _rows(folder, "queries", ("_id", "text"))
            if row["_id"] in self._qrels
        ]
        if not self.questions:
            raise DatasetError(folder, f"no question of queries.jsonl is judged in qrels/{split}.tsv")

    def qrels(self, index: SearchIndex) -> Qrels:
        return self._qrels

    def item(self, result: Result) -> str:
        return result.passage.article_id


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


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Rows ``query-id corpus-id score`` after a header; scores of 0 say "not relevant"."""
    qrels: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t")
            next(rows, None)
            for number, row in enumerate(rows, 2):
                try:
                    question, document, score = row
                    relevance = int(score)
                except ValueError as error:
                    raise DatasetError(path, "not 'query-id <tab> corpus-id <tab> score'", number) from error
                qrels.setdefault(question, {})
                if relevance > 0:
                    qrels[question][document] = relevance
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(path, f"cannot be read ({error})") from error
    return qrels
