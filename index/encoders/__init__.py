"""Encoders: the bundled model and any sentence-transformers model, behind one protocol."""

from __future__ import annotations

from index.encoders.base import Encoder, TokenEncoder, TokenVectors, Vectors
from index.encoders.bundled import NAME as BUNDLED
from index.encoders.bundled import BundledEncoder

__all__ = ["BUNDLED", "Encoder", "TokenEncoder", "TokenVectors", "Vectors", "load_encoder"]


def load_encoder(name: str = BUNDLED, device: str | None = None, batch_size: int = 32) -> Encoder:
    """The encoder called ``name``: the bundled one, or a sentence-transformers model by name or folder.

    Raises:
        MissingExtraError: it needs the extra ``models``, which is not installed.
        UnknownEncoderError: there is no such model.
    """
    if name == BUNDLED:
        return BundledEncoder()
    from index.encoders.sentence_transformers import SentenceTransformerEncoder

    return SentenceTransformerEncoder(name, device, batch_size)
