"""What every encoder offers, whatever model is behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.spans import Span

Vectors = NDArray[np.float32]
"""Shape ``(n, dimensions)``, rows of unit length."""
Offsets = NDArray[np.int64]
"""Shape ``(n, 2)``: where each of ``n`` stretches of a text begins and ends, excluded."""


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text as its tokens, those that stand for characters of it.

    ``vectors`` has shape ``(n_tokens, dimensions)``, before pooling and not normalised. ``ids`` are the tokens' numbers in
    the model's vocabulary and ``offsets`` their characters in the text, shape ``(n_tokens, 2)``, end-exclusive. ``pooled``
    is the vector of the whole text, as ``encode_passages`` or ``encode_queries`` gives it; ``parts`` those of the stretches
    that were asked for.
    """

    vectors: NDArray[np.float32]
    ids: NDArray[np.int64]
    offsets: Offsets
    pooled: NDArray[np.float32]
    parts: Vectors


@runtime_checkable
class Encoder(Protocol):
    """Turns questions and passages into vectors whose inner product is their similarity, -1 to 1."""

    @property
    def name(self) -> str:
        """What the user calls it; stored with the index and compared when it is opened."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def settings(self) -> Mapping[str, str | int | None]:
        """Everything else that changes the vectors, for the manifest."""

    @property
    def truncated(self) -> int:
        """How many texts so far were longer than the model reads, so that their ends are not in their vectors."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions, with the model's query prompt if it has one."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Passages or sentences, with the model's document prompt if it has one."""


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder whose model also gives a vector per token."""

    def encode_tokens(
        self, texts: Sequence[str], *, queries: bool = False, parts: Sequence[Sequence[Span]] = ()
    ) -> list[TokenVectors]:
        """Token vectors of passages or, with ``queries``, of questions, in the order given.

        Args:
            parts: for each text the stretches of it that get a vector too, pooled from the text's own tokens where the
                model allows it ("late chunking", Günther et al. 2024), so that a sentence is understood by its neighbours
                and costs nothing; no stretches if left out.
        """

    def token_offsets(self, text: str) -> Offsets:
        """The characters of each token of ``text``, as ``encode_tokens`` has them, without computing the vectors."""

    def rarity(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """How much a match of each token tells, 0 and up."""
