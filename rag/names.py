"""Names that no dictionary lists, met across scripts by their sound: 麦金德 and Mackinder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np

from index.encoders.vocabulary import word_rarity
from index.lexical import LexicalIndex
from index.tokens import Tokenizer, stem
from index.transliteration import (
    LONGEST_WORD,
    SHORTEST_WORD,
    Floats,
    Spellings,
    Transcriptions,
    Transliteration,
    latin_letters,
)
from rag.dictionary import Dictionary

_SURE = 8.0
"""Nats above chance at which a name is as likely to be the word as not: there are thousands of other words."""
_CONSIDERED = 20
_LIKELY = 0.2
"""Probability from which a name is looked for."""
_COMMON = 4.0
"""Words less rare than this are no names."""
_WORD = re.compile(f"[a-z]{{{SHORTEST_WORD},{LONGEST_WORD}}}")
_CACHED = 2_000


class NameMatcher:
    """Finds in an index what a name of the question is called in the other script."""

    def __init__(self, lexical: LexicalIndex, dictionary: Dictionary, tokenizer: Tokenizer) -> None:
        self._lexical, self._dictionary, self._tokenizer = lexical, dictionary, tokenizer
        self.spelt = lru_cache(_CACHED)(self._spelt)
        self.transcribed = lru_cache(_CACHED)(self._transcribed)

    def find_chinese(self, text: str) -> list[str]:
        """The transcribed names in ``text`` that the dictionary does not translate."""
        runs = self._model.find_names(self._tokenizer.fold(text))
        return [run for run in runs if not self._dictionary.translate(run)]

    def find_english(self, text: str) -> list[str]:
        """The rare words in ``text`` that the dictionary does not translate, in the letters a to z."""
        words = (latin_letters(word.removesuffix("'s")) for word in self._tokenizer.latin_words(text))
        return [w for w in words if _WORD.fullmatch(w) and _rare(w) and not self._dictionary.translate(stem(w))]

    def _spelt(self, name: str) -> Mapping[str, float]:
        """Words of the index that a transcribed name may stand for, with probabilities."""
        words, spellings = self._words
        scores = self._model.likelihoods(self._model.transcriptions([name]), spellings) if words else _NONE
        return self._likely(words, scores, translated=False)

    def _transcribed(self, word: str) -> Mapping[str, float]:
        """Runs of Chinese characters in the index that may transcribe a word, with probabilities."""
        names, transcriptions = self._names
        scores = self._model.likelihoods(transcriptions, self._model.spellings([word])) if names else _NONE
        return self._likely(names, scores, translated=True)

    def _likely(self, terms: Sequence[str], scores: Floats, translated: bool) -> Mapping[str, float]:
        """The posterior of each term, one of them or none being meant.

        Args:
            translated: whether terms count that the dictionary knows, and so reaches by itself.
        """
        best = np.argsort(-scores, kind="stable")[:_CONSIDERED].tolist()
        kept = [i for i in best if translated or not self._dictionary.translate(terms[i])]
        odds = np.exp(np.minimum(scores[kept].astype(np.float64) - _SURE, 50))
        posterior = odds / (1 + odds.sum())
        return {terms[i]: float(p) for i, p in zip(kept, posterior, strict=True) if p >= _LIKELY}

    # what the index holds is looked at when the first name is asked for

    @cached_property
    def _words(self) -> tuple[list[str], Spellings]:
        words = [term for term in self._lexical.terms if _WORD.fullmatch(term) and _rare(term)]
        return words, self._model.spellings(words)

    @cached_property
    def _names(self) -> tuple[list[str], Transcriptions]:
        names = [term for term in self._lexical.terms if self._model.is_name(term)]
        return names, self._model.transcriptions(names)

    @cached_property
    def _model(self) -> Transliteration:
        return Transliteration.shipped()


_NONE = np.empty(0, np.float32)


def _rare(word: str) -> bool:
    return word_rarity(word) >= _COMMON
