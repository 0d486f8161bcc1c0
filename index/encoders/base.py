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


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text as its tokens, those that stand for characters of it.

    ``vectors`` has shape ``(n_tokens, dimensions)``, before pooling and not normalised. ``spans`` gives each token's
    characters in the text. ``rarity`` says how much a match of each token tells, 0 and up. ``pooled`` is the vector of
    the whole text, as ``encode_passages`` or ``encode_queries`` gives it.
    """

    vectors: NDArray[np.float32]
    spans: tuple[Span, ...]
    rarity: NDArray[np.float32]
    pooled: NDArray[np.float32]


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

    def encode_tokens(self, texts: Sequence[str], *, queries: bool = False) -> list[TokenVectors]:
        """Token vectors of passages or, with ``queries``, of questions, in the order given."""

    def token_spans(self, text: str) -> tuple[Span, ...]:
        """The characters of each token of ``text``, as ``encode_tokens`` has them, without computing the vectors."""
