"""The token vectors of the passages of one build: encoded with the passages, reduced, quantised, saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders import BUNDLED, Encoder, TokenEncoder, Vectors
from index.interaction import TokenIndex, quantise
from index.reduction import LANGUAGES, Reduction
from index.spans import Span
from index.store import REDUCTION, TOKENS
from index.types import Passage

PassageTokens = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class EncodedPassages:
    """Vectors of passages, of all their sentences in order, and each passage's tokens (none without token vectors)."""

    passages: Vectors
    sentences: Vectors
    tokens: Sequence[PassageTokens]


class TokenBuild:
    """Encodes passages and their sentences, with token vectors where the encoder has them.

    Args:
        reduction: of the generation that is continued, so that its tokens can be taken over.
    """

    def __init__(self, encoder: Encoder, reduction: Reduction | None) -> None:
        self._encoder = encoder
        self._tokens = encoder if isinstance(encoder, TokenEncoder) else None
        shipped = encoder.name == BUNDLED and self._tokens is not None
        self._reduction = reduction or (Reduction.shipped() if shipped else None)

    @property
    def needs_fitting(self) -> bool:
        """Whether ``fit`` must be called first: no reduction is known for this encoder."""
        return self._tokens is not None and self._reduction is None

    def fit(self, passages: Sequence[Passage]) -> None:
        """Fits the reduction on the token vectors of some passages."""
        assert self._tokens is not None, "only an encoder with token vectors needs fitting"
        encoded = self._tokens.encode_tokens([passage.searched for passage in passages])
        pairs = list(zip(encoded, passages, strict=True))
        samples = {language: [e.vectors for e, p in pairs if p.language == language] for language in LANGUAGES}
        self._reduction = Reduction.fit(samples, self._encoder.dimensions)

    def encode(self, passages: Sequence[Passage]) -> EncodedPassages:
        """The vectors of passages and their sentences, and the passages' tokens if there are any."""
        texts = [passage.searched for passage in passages]
        if self._tokens is None or self._reduction is None:
            sentences = [sentence.text for passage in passages for sentence in passage.sentences]
            return EncodedPassages(self._encoder.encode_passages(texts), self._encoder.encode_passages(sentences), [])
        places = [passage.sentence_places() for passage in passages]
        parts = [[place for place in each if place is not None] for each in places]
        encoded = self._tokens.encode_tokens(texts, parts=parts)
        none = np.empty((0, self._encoder.dimensions), np.float32)
        return EncodedPassages(
            np.array([each.pooled for each in encoded], np.float32).reshape(len(texts), self._encoder.dimensions),
            self._sentences(passages, places, np.concatenate([none, *(each.parts for each in encoded)])),
            [quantise(self._reduction.passage(e, p.language)) for e, p in zip(encoded, passages, strict=True)],
        )

    def _sentences(
        self, passages: Sequence[Passage], places: Sequence[Sequence[Span | None]], pooled: Vectors
    ) -> Vectors:
        """All sentences in order: ``pooled`` where they are stretches of their passage, the others encoded on their own."""
        in_passage = np.array([place is not None for each in places for place in each], np.bool_)
        texts = [sentence.text for passage in passages for sentence in passage.sentences]
        vectors = np.empty((len(texts), self._encoder.dimensions), np.float32)
        vectors[in_passage] = pooled
        alone = np.flatnonzero(~in_passage).tolist()
        vectors[alone] = self._encoder.encode_passages([texts[i] for i in alone])
        return vectors

    def save(self, folder: Path, tokens: Sequence[PassageTokens]) -> None:
        """Writes the tokens of all passages, by row, and how they were reduced."""
        if self._reduction is not None:
            (folder / TOKENS).mkdir()
            TokenIndex.build(tokens, self._reduction.dimensions).save(folder / TOKENS)
            self._reduction.save(folder / REDUCTION)
