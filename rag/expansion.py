"""Adds to a question's words their translations, so that BM25 can see across languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from index.encoders.vocabulary import word_rarity
from index.store import SearchIndex
from index.tokens import STOP_WORDS, Tokenizer
from index.types import Language
from rag.config import SearchConfig
from rag.dictionary import LONGEST_PHRASE, Dictionary, normalise_english
from rag.names import NameMatcher

_LONGEST_COMPOUND = 4
"""How many of jieba's words are tried together as one dictionary word."""
_FULL_RARITY = 6.0
"""A word this rare has the weight of one word of the question; common ones weigh less."""
_KNOWN_TRANSLATIONS = 20


@dataclass(frozen=True, slots=True)
class Expansion:
    """Terms of the index that stand for words of a question, with weights; ``names`` are those found by their sound."""

    terms: Mapping[str, float] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


class Expander:
    """Knows what the words of a question are called in the other language, as far as one index holds it."""

    def __init__(self, dictionary: Dictionary, names: NameMatcher, index: SearchIndex, config: SearchConfig) -> None:
        self._dictionary, self._names, self._config = dictionary, names, config
        self._tokenizer, self._lexical = index.tokenizer, index.lexical

    def expand(self, text: str, language: Language) -> Expansion:
        """Terms of the index that translate words of ``text``, with weights.

        Phrases are looked up before their words. The weight of each source word is split over its translations, so that
        a word with ten translations does not count ten times; translations no passage holds get nothing. Names that have
        no translation are looked for by their sound.
        """
        terms: dict[str, float] = defaultdict(float)
        find = _english_phrases if language == "en" else _chinese_phrases
        found = find(text, self._dictionary, self._tokenizer) if self._config.translated else ()
        for source, translations in found:
            mass = min(1.0, word_rarity(source) / _FULL_RARITY)
            shares = self._shares(translations)
            for token, share in shares.items():
                terms[token] += mass * share / sum(shares.values())
        by_sound = dict(self._by_sound(text, language)) if self._config.by_sound else {}
        return Expansion({**by_sound, **terms}, frozenset(by_sound))

    def _shares(self, translations: Mapping[str, float]) -> Mapping[str, float]:
        """The terms of the likeliest translations that some passage holds."""
        shares: dict[str, float] = {}
        for translation, weight in translations.items():
            known = [token for token in self._tokenizer.term_tokens(translation) if self._lexical.knows(token)]
            for token in known:
                shares[token] = max(shares.get(token, 0.0), weight / len(known))
            if len(shares) >= _KNOWN_TRANSLATIONS:
                break
        return shares

    def _by_sound(self, text: str, language: Language) -> Iterator[tuple[str, float]]:
        if language == "en":
            for word in self._names.find_english(text):
                yield from self._names.transcribed(word).items()
        else:
            for name in self._names.find_chinese(text):
                yield from self._names.spelt(name).items()


_Found = Iterator[tuple[str, Mapping[str, float]]]


def _english_phrases(text: str, dictionary: Dictionary, tokenizer: Tokenizer) -> _Found:
    """The longest known phrase at each word; stop words are not looked up alone."""
    words = tokenizer.latin_words(text)
    at = 0
    while at < len(words):
        for length in range(LONGEST_PHRASE, 0, -1):
            phrase = " ".join(words[at : at + length])
            alone = length == 1 and words[at] in STOP_WORDS
            translations = {} if alone or at + length > len(words) else dictionary.translate(normalise_english(phrase))
            if translations:
                yield phrase, translations
                break
        at += length


def _chinese_phrases(text: str, dictionary: Dictionary, tokenizer: Tokenizer) -> _Found:
    """The longest known run of jieba's words; a long word that is unknown, by its parts."""
    words = tokenizer.words(text)
    at = 0
    while at < len(words):
        for length in range(_LONGEST_COMPOUND, 0, -1):
            word = "".join(words[at : at + length])
            possible = at + length <= len(words) and word not in STOP_WORDS
            translations = dictionary.translate(word) if possible else {}
            if translations:
                yield word, translations
                break
        else:
            for part in tokenizer.term_tokens(words[at]):
                translations = dictionary.translate(part) if part != words[at] else {}
                if translations:
                    yield part, translations
        at += length
