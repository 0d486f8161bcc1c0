"""Any sentence-transformers model, by hub name or folder; needs the extra ``models``.

The library is imported only when such an encoder is made: importing it takes seconds and hundreds of megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Offsets, TokenVectors, Vectors
from index.encoders.bundled import NAME as BUNDLED
from index.errors import MissingExtraError, UnknownEncoderError
from index.spans import Span

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformerEncoder:
    """Vectors of a sentence-transformers model.

    Args:
        name: a model name as on the hub, or the folder of a model.
        device: ``cpu``, ``cuda``, ``mps``…; None lets the library choose.
        batch_size: texts per forward pass.

    Raises:
        MissingExtraError: sentence-transformers is not installed.
        UnknownEncoderError: there is no such model here or in reach.
    """

    def __init__(self, name: str, device: str | None = None, batch_size: int = 32) -> None:
        self._model = _load(name, device)
        self._batch_size = batch_size
        self.name = str(Path(name).resolve()) if Path(name).is_dir() else name
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.truncated = 0

    @property
    def settings(self) -> Mapping[str, str | int | None]:
        prompts = self._model.prompts
        return {
            "query_prompt": prompts.get("query"),
            "document_prompt": prompts.get("document") or prompts.get("passage"),
            "max_tokens": self._model.max_seq_length,
        }

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        # the library knows a "document" prompt; many models (E5) call theirs "passage"
        return self._encode(self._model.encode_document, texts, prompt=self.settings["document_prompt"] or None)

    def encode_tokens(
        self, texts: Sequence[str], *, queries: bool = False, parts: Sequence[Sequence[Span]] = ()
    ) -> list[TokenVectors]:
        """The last hidden states. How a model pools its tokens is its own affair, so ``parts`` are encoded by themselves."""
        if not texts:
            return []
        states = self._model.encode(
            list(texts), output_value="token_embeddings", batch_size=self._batch_size, show_progress_bar=False
        )
        encode = self.encode_queries if queries else self.encode_passages
        wanted = parts or [()] * len(texts)
        stretches = encode([part.quote(text) for text, each in zip(texts, wanted, strict=True) for part in each])
        by_text = np.split(stretches, np.cumsum([len(each) for each in wanted])[:-1])
        result = []
        for text, rows, pooled, own in zip(texts, states, encode(texts), by_text, strict=True):
            ids, offsets = self._tokens(text)
            # a batch is padded to its longest text, and [CLS] and the like stand for no characters
            said = np.flatnonzero((offsets[:, 1] > offsets[:, 0])[: len(rows)])
            vectors = np.asarray(rows.cpu(), dtype=np.float32)[said]
            result.append(TokenVectors(vectors, ids[said], offsets[said], pooled, own))
        return result

    def token_offsets(self, text: str) -> Offsets:
        _, offsets = self._tokens(text)
        return offsets[offsets[:, 1] > offsets[:, 0]]

    def rarity(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vocabulary of such a model says nothing about rarity: every token counts 1."""
        return np.ones(len(ids), np.float32)

    def _tokens(self, text: str) -> tuple[NDArray[np.int64], Offsets]:
        encoding = self._model.tokenizer(text, return_offsets_mapping=True, truncation=True)
        offsets = np.array(encoding["offset_mapping"], np.int64).reshape(-1, 2)
        return np.array(encoding["input_ids"], np.int64), offsets

    def _encode(self, encode: Any, texts: Sequence[str], **options: Any) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        self.truncated += self._count_truncated(texts)
        vectors = encode(
            list(texts),
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
            **options,
        )
        return np.asarray(vectors, dtype=np.float32)

    def _count_truncated(self, texts: Sequence[str]) -> int:
        limit = self._model.max_seq_length
        if limit is None:
            return 0
        lengths = self._model.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]
        return sum(len(ids) > limit for ids in lengths)


def _load(name: str, device: str | None) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError(name, "models") from error
    try:
        return SentenceTransformer(name, device=device)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UnknownEncoderError(name, reason, BUNDLED) from error
