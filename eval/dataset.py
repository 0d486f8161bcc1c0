"""What an evaluation needs: texts to index, questions, and a way to tell which of the ranked items are relevant."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from eval.errors import DatasetError
from index.build import Sources
from index.store import SearchIndex
from index.types import Language
from rag.types import Result

Qrels = Mapping[str, Mapping[str, int]]
"""Question id -> item id -> relevance, 1 and up."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it is put to the search."""

    id: str
    text: str
    language: Language


class Dataset(Protocol):
    """Something to evaluate on. Items are what is ranked: passages, or whole documents by their best passage."""

    @property
    def name(self) -> str: ...

    @property
    def sources(self) -> Sources:
        """The texts to index."""

    @property
    def questions(self) -> Sequence[AskedQuestion]: ...

    def qrels(self, index: SearchIndex) -> Qrels:
        """The relevant items of each question in this index."""

    def item(self, result: Result) -> str:
        """The id of the item that a result stands for."""


def read_jsonl(path: Path, opener: Callable[..., Any] = open) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and object; empty lines are skipped.

    Raises:
        DatasetError: the file is missing, or a line is not a JSON object.
    """
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                except ValueError as error:
                    raise DatasetError(path, f"not JSON ({error})", number) from error
                if not isinstance(value, dict):
                    raise DatasetError(path, "not a JSON object", number)
                yield number, value
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DatasetError(path, f"cannot be read ({error})") from error
