"""Adds to a question's words their translations, so that BM25 can see across languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from index.encoders.vocabulary import word_rarity
from index.lexical import LexicalIndex
from index.tokens import STOP_WORDS, Tokenizer
from index.types import Language
from rag.dictionary import LONGEST_PHRASE, Dictionary, normalise_english

_LONGEST_COMPOUND = 4
"""How many of jieba's words are tried together as one dictionary word."""
_FULL_RARITY = 6.0
"""A word this rare has the weight of one word of the question; common ones weigh less."""
_KNOWN_TRANSLATIONS = 20


def expand(
    text: str, language: Language, dictionary: Dictionary, tokenizer: Tokenizer, lexical: LexicalIndex
) -> Mapping[str, float]:
    """Terms of the index that translate words of ``text``, with weights.

    Phrases are looked up before their words. The weight of each source word is split over its translations, so that a
    word with ten translations does not count ten times; translations no passage holds get nothing.
    """
    terms: dict[str, float] = defaultdict(float)
    find = _english_phrases if language == "en" else _chinese_phrases
    for source, translations in find(text, dictionary, tokenizer):
        shares: dict[str, float] = {}
        for translation, weight in translations.items():
            known = [token for token in tokenizer.term_tokens(translation) if lexical.knows(token)]
            for token in known:
                shares[token] = max(shares.get(token, 0.0), weight / len(known))
            if len(shares) >= _KNOWN_TRANSLATIONS:
                break
        mass = min(1.0, word_rarity(source) / _FULL_RARITY)
        for token, share in shares.items():
            terms[token] += mass * share / sum(shares.values())
    return dict(terms)


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
