"""Translations of words between Chinese and English, from CC-CEDICT and glossaries."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path

from index.glossary import read_built_in, read_glossary
from index.language import count_han
from index.tokens import stem

COMPILED = Path(str(resources.files("rag") / "data" / "dictionary.sqlite"))
LONGEST_PHRASE = 3
"""Words of an English phrase."""
_WORD = re.compile(r"[a-z0-9']+")


def normalise_english(text: str) -> str:
    """Lower case, stemmed, single spaces: "Language Models" and "language model" are one."""
    return " ".join(stem(word) for word in _WORD.findall(text.lower()))


class Dictionary:
    """Looks up one phrase at a time; glossaries add to what CC-CEDICT says.

    Args:
        glossary: the user's, as CSV text: ``term,translations`` with several translations separated by ``|``.

    Raises:
        GlossaryError: the glossary is not such a table.
    """

    def __init__(self, glossary: str = "") -> None:
        self._db = sqlite3.connect(f"{COMPILED.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._glossary: dict[str, dict[str, float]] = {}
        for term, translations in (*read_built_in(), *read_glossary(glossary)):
            for translation in translations:
                self._glossary.setdefault(_key(term), {})[_key(translation)] = 1.0
                self._glossary.setdefault(_key(translation), {})[_key(term)] = 1.0
        self.translate = lru_cache(10_000)(self._translate)

    def _translate(self, phrase: str) -> Mapping[str, float]:
        """Translations of a normalised phrase with weights up to 1, likeliest first; none of a bare number."""
        if phrase.isdigit():
            return {}
        with self._lock:
            row = self._db.execute("SELECT translations FROM translations WHERE term = ?", (phrase,)).fetchone()
        pairs = [pair.rpartition("=") for pair in row[0].split("\t")] if row is not None else []
        likeliest = float(pairs[0][2]) if pairs else 1.0
        return {**self._glossary.get(phrase, {}), **{term: float(weight) / likeliest for term, _, weight in pairs}}


def _key(term: str) -> str:
    return term.lower() if count_han(term) else normalise_english(term)
