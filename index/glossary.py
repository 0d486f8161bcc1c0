"""Names and terms with their translations: the built-in list, and a reader for the user's own."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator
from importlib import resources

from index.errors import GlossaryError
from index.language import count_han


def read_glossary(text: str) -> Iterator[tuple[str, list[str]]]:
    """Term and translations of each row.

    Raises:
        GlossaryError: a row has no translation.
    """
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if not row or (number == 1 and row[0].strip().lower() == "term"):
            continue
        translations = [part.strip() for part in (row[1] if len(row) > 1 else "").split("|") if part.strip()]
        if len(row) != 2 or not row[0].strip() or not translations:
            raise GlossaryError(number, ",".join(row))
        yield row[0].strip(), translations


@functools.cache
def read_built_in() -> tuple[tuple[str, list[str]], ...]:
    """The glossary that ships: names and terms of the field that dictionaries lack."""
    text = (resources.files("index") / "data" / "glossary.csv").read_text(encoding="utf-8")
    return tuple(read_glossary(text))


def chinese_terms(glossary: str) -> list[str]:
    """The Chinese words of the built-in glossary and of ``glossary``, for the word cutter to keep whole."""
    rows = (*read_built_in(), *read_glossary(glossary))
    return [word for term, translations in rows for word in (term, *translations) if count_han(word) == len(word)]
