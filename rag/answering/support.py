"""How well quotes support a sentence: whether its words find their like in them, in either language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.encoders import Encoder, TokenEncoder
from index.interaction import Meeting
from index.language import detect_language
from index.store import SearchIndex

ENOUGH = 0.25
"""From here on a sentence is taken to be about what its quotes say; see docs/answers.md for how it was chosen."""


class SupportScorer:
    """Scores sentences by the token matches that search ranks by; by one cosine where an encoder has no token vectors."""

    def __init__(self, index: SearchIndex, encoder: Encoder) -> None:
        self._reduction, self._encoder = index.reduction, encoder

    def score(self, sentence: str, quotes: Sequence[str]) -> float:
        """Up to 1: the mean over the sentence's tokens, by rarity, of the likeness of the nearest token of the quotes."""
        if not quotes or not sentence.strip():
            return 0.0
        if self._reduction is None or not isinstance(self._encoder, TokenEncoder):
            claim, cited = self._encoder.encode_passages([sentence, "\n".join(quotes)])
            return float(claim @ cited)
        (said,) = self._encoder.encode_tokens([sentence], queries=True)
        claimed = self._reduction.question(said, detect_language(sentence))
        cited = np.concatenate(
            [
                self._reduction.passage(encoded, detect_language(quote))
                for encoded, quote in zip(self._encoder.encode_tokens(quotes), quotes, strict=True)
            ]
        )
        rows, starts = np.zeros(1, np.int64), np.array([0, len(cited)])
        return float(Meeting(rows, starts, cited @ claimed.T, self._encoder.rarity(said.ids)).whole()[0])
