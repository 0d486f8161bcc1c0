"""What a word means in the other language, for readers: CC-CEDICT's own words, and the glossaries'."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from index.glossary import read_built_in, read_glossary
from index.language import count_han
from index.tokens import STOP_WORDS, Tokenizer
from index.types import Language
from rag.dictionary import LONGEST_PHRASE, Dictionary, normalise_english
from rag.errors import InvalidParameterError

COMPILED = Path(str(resources.files("rag") / "data" / "glosses.sqlite"))
"""Chinese words, folded, with what they mean in English."""
LONGEST_WORD = 40
MOST_TRANSLATIONS = 8
_LONGEST_COMPOUND = 4
"""How many of jieba's words are tried together as one word of the dictionary."""


@dataclass(frozen=True, slots=True)
class GlossEntry:
    """A word with its translations, likeliest first."""

    term: str
    translations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gloss:
    """What is known about ``word``: an entry for it, or for the longest known words in it, in order; none if nothing is."""

    word: str
    language: Language
    entries: tuple[GlossEntry, ...]


_Lookup = Callable[[str], tuple[str, ...]]


class Glosser:
    """Knows what the words of one index's articles mean.

    Args:
        dictionary: finds the Chinese words for an English one.
        tokenizer: cuts what is no word of the dictionary into words.
        glossary: the user's, as CSV text.
    """

    def __init__(self, dictionary: Dictionary, tokenizer: Tokenizer, glossary: str = "") -> None:
        self._dictionary, self._tokenizer = dictionary, tokenizer
        self._db = sqlite3.connect(f"{COMPILED.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._glossary: dict[str, dict[str, None]] = {}
        for term, translations in (*read_glossary(glossary), *read_built_in()):
            for translation in translations:
                self._glossary.setdefault(self._key(term), {})[translation] = None
                self._glossary.setdefault(self._key(translation), {})[term] = None

    def gloss(self, word: str) -> Gloss:
        """The word's meanings. A word with Han characters is Chinese.

        Raises:
            InvalidParameterError: it is empty after trimming, or longer than 40 characters.
        """
        word = word.strip()
        if not 1 <= len(word) <= LONGEST_WORD:
            raise InvalidParameterError(
                "word", f"{len(word)} characters long", f"a word of 1 to {LONGEST_WORD} characters"
            )
        language: Language = "zh" if count_han(word) else "en"
        folded = self._tokenizer.fold(word)
        whole = language == "zh" or folded == " ".join(self._tokenizer.latin_words(word))
        look_up = self._to_english if language == "zh" else self._to_chinese
        translations = look_up(folded) if whole else ()
        entries = (GlossEntry(word, translations),) if translations else tuple(self._parts(word, language))
        return Gloss(word, language, entries)

    def _parts(self, word: str, language: Language) -> Iterator[GlossEntry]:
        """The longest known words in it, each once."""
        if language == "zh":
            found = _longest_known(self._tokenizer.words(word), "", _LONGEST_COMPOUND, self._to_english)
        else:
            words = [each for each in self._tokenizer.latin_words(word) if each not in STOP_WORDS]
            found = _longest_known(words, " ", LONGEST_PHRASE, self._to_chinese)
        yield from {entry.term: entry for entry in found}.values()

    def _to_english(self, word: str) -> tuple[str, ...]:
        with self._lock:
            row = self._db.execute("SELECT translations FROM glosses WHERE word = ?", (word,)).fetchone()
        return self._merged(word, row[0].split("\t") if row is not None else ())

    def _to_chinese(self, phrase: str) -> tuple[str, ...]:
        key = normalise_english(phrase)
        return self._merged(phrase, [word for word in self._dictionary.translate(key) if count_han(word)])

    def _merged(self, term: str, translations: Sequence[str]) -> tuple[str, ...]:
        """The glossaries' translations, then the dictionary's that they do not have."""
        own = self._glossary.get(self._key(term), {})
        known = {self._tokenizer.fold(word) if count_han(word) else word for word in own}
        return (*own, *(word for word in translations if word not in known))[:MOST_TRANSLATIONS]

    def _key(self, term: str) -> str:
        return self._tokenizer.fold(term) if count_han(term) else normalise_english(term)


def _longest_known(words: Sequence[str], joint: str, longest: int, look_up: _Lookup) -> Iterator[GlossEntry]:
    """The longest known run of words at each; a Chinese word that is unknown, by the longest words in it."""
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            term = joint.join(words[at : at + length])
            translations = look_up(term)
            if translations:
                yield GlossEntry(term, translations)
                break
        else:
            length = 1
            if count_han(words[at]) and len(words[at]) > 1:
                yield from _longest_known(words[at], "", len(words[at]), look_up)
        at += length
