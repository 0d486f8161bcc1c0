"""The names a question is about, and where passages mention them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from index.glossary import read_built_in
from index.language import count_han
from index.spans import Span
from index.store import SearchIndex
from index.tokens import STOP_WORDS, locate, stem
from index.types import Language
from rag.dictionary import Dictionary
from rag.names import NameMatcher

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f0-9]+(?:[-._·•&+][A-Za-z\u00c0-\u024f0-9]+)*")
_MARKED = re.compile(r".*\d|.+[A-Z]")
"""A digit or a capital inside: GPT-3, iPhone, LaMDA."""
_PROPER = re.compile(r"[A-Z][a-z]")

_TRANSLATIONS = 2
"""Of a name there are few; a common word that is written like one has many, which would be found everywhere."""

Subject = frozenset[str]
"""The tokens that stand for one name: as it is written, translated, or by its sound."""


class SubjectReader:
    """Finds the names in questions to one index."""

    def __init__(self, index: SearchIndex, dictionary: Dictionary, names: NameMatcher) -> None:
        self._tokenizer, self._lexical = index.tokenizer, index.lexical
        self._dictionary, self._names = dictionary, names

    def read(self, text: str, language: Language) -> tuple[Subject, ...]:
        """Each name once, Latin ones first.

        In Chinese every Latin word is one, and each name that the glossary knows; in English what is written with a
        capital, at the beginning of the sentence only if another capital or a digit is in it.
        """
        found = dict.fromkeys(self._latin(text, language))
        if language == "zh":
            found |= dict.fromkeys(self._chinese(text))
        return tuple(subject for subject in found if subject)

    def _latin(self, text: str, language: Language) -> Iterator[Subject]:
        for match in _LATIN.finditer(text):
            word = match.group()
            if word.lower() in STOP_WORDS or word.isdigit() or len(word) < 2:
                continue
            first = not text[: match.start()].strip(" \"'“‘(")
            if language == "zh" or _MARKED.match(word) or (word[0].isupper() and not first):
                yield self._tokens(word)

    def _tokens(self, word: str) -> Subject:
        """Of an identifier the whole: "GPT-3" is not "GPT"."""
        whole = self._tokenizer.tokens(word)[-1:]
        plain = word.isascii() and word.isalpha()
        translated = self._dictionary.translate(stem(word.lower())) if plain else {}
        meant = [term for term in translated if len(term) > 1][:_TRANSLATIONS]
        unknown = plain and not meant and not any(map(self._lexical.knows, whole))
        return frozenset((*whole, *meant, *(self._names.transcribed(word.lower()) if unknown else ())))

    def _chinese(self, text: str) -> Iterator[Subject]:
        folded = self._tokenizer.fold(text)
        for term, translations in _glossary_names():
            if term in folded:
                yield frozenset(
                    (term, *(token for name in translations for token in self._tokenizer.term_tokens(name)))
                )


@cache
def _glossary_names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Chinese names whose translation is written like a name: 谷歌, not 算力."""
    rows = (
        (term, tuple(name for name in translations if _PROPER.match(name))) for term, translations in read_built_in()
    )
    return tuple((term, names) for term, names in rows if names and count_han(term) == len(term))


def mentions(text: str, subjects: Sequence[Subject]) -> list[list[Span]]:
    """For each subject, where ``text`` mentions it."""
    return [locate(text, subject) for subject in subjects]
