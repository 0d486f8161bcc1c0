"""The token vectors of the passages of one build: encoded with the passages, reduced, quantised, saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders import BUNDLED, Encoder, TokenEncoder, Vectors
from index.interaction import TokenIndex, quantise
from index.reduction import LANGUAGES, Reduction
from index.store import REDUCTION, TOKENS
from index.types import Passage

PassageTokens = NDArray[np.int8]


class TokenBuild:
    """Encodes passages, with token vectors where the encoder has them.

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

    def encode(self, passages: Sequence[Passage]) -> tuple[Vectors, list[PassageTokens]]:
        """The passages' vectors, and their tokens if there are any."""
        texts = [passage.searched for passage in passages]
        if self._tokens is None or self._reduction is None:
            return self._encoder.encode_passages(texts), []
        encoded = self._tokens.encode_tokens(texts)
        vectors = np.array([each.pooled for each in encoded], np.float32).reshape(len(texts), self._encoder.dimensions)
        reduced = (self._reduction.apply(e.vectors, p.language) for e, p in zip(encoded, passages, strict=True))
        return vectors, [quantise(each) for each in reduced]

    def save(self, folder: Path, tokens: Sequence[PassageTokens]) -> None:
        """Writes the tokens of all passages, by row, and how they were reduced."""
        if self._reduction is not None:
            (folder / TOKENS).mkdir()
            TokenIndex.build(tokens, self._reduction.dimensions).save(folder / TOKENS)
            self._reduction.save(folder / REDUCTION)
