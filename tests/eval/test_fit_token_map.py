"""The parts of fitting the token maps, on small numbers."""

from __future__ import annotations

import numpy as np
import pytest

from eval.fit_token_map import _BACKGROUND, _NEAREST, _SEED, _canonical_correlations, _hubness, _word_vectors
from index.encoders import Encoder
from index.encoders.bundled import BundledEncoder
from index.encoders.vocabulary import load_vocabulary
from index.language import count_han
from index.reduction import Reduction
from rag.compile_dictionary import word_pairs


def unit(random: np.random.Generator, n: int, k: int = 16) -> np.ndarray:
    rows = random.normal(size=(n, k)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_hubness_is_the_mean_cosine_with_the_nearest_words() -> None:
    random = np.random.default_rng(0)
    pieces, words = unit(random, 1_100), unit(random, 60)
    expected = [np.sort(pieces[i] @ words.T)[-_NEAREST:].mean() for i in range(len(pieces))]
    assert _hubness(pieces, words) == pytest.approx(expected, abs=1e-5)


def test_what_is_far_from_every_word_has_no_hubness() -> None:
    words = np.eye(16, dtype=np.float32)[[0] * 20]
    assert _hubness(-words[:1], words).tolist() == [0]
    assert _hubness(words[:1], words) == pytest.approx([1])


def test_the_maps_correlate_paired_rows_whatever_their_axes() -> None:
    random = np.random.default_rng(1)
    common = random.normal(size=(3_000, 4))
    a = (common @ random.normal(size=(4, 20)) + 0.1 * random.normal(size=(3_000, 20))).astype(np.float32)
    b = (common @ random.normal(size=(4, 20)) + 0.1 * random.normal(size=(3_000, 20))).astype(np.float32)
    map_a, map_b = _canonical_correlations(a, b)
    left, right = (a - a.mean(axis=0)) @ map_a, (b - b.mean(axis=0)) @ map_b
    for k in range(3):
        assert np.corrcoef(left[:, k], right[:, k])[0, 1] > 0.9
    own = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    assert np.median(own) > 0.9


def test_the_hubness_that_ships_is_of_the_maps_that_ship(encoder: Encoder) -> None:
    assert isinstance(encoder, BundledEncoder)
    shipped, english = Reduction.shipped(), [word for _, word in word_pairs()]
    background = np.random.default_rng(_SEED).permutation(len(english))[:_BACKGROUND].tolist()
    words = shipped.unit(_word_vectors(encoder, [english[i] for i in background]), "en")
    vocabulary = load_vocabulary()
    pieces = np.arange(500, vocabulary.get_piece_size(), 300)
    pieces = pieces[[count_han(vocabulary.id_to_piece(piece)) == 0 for piece in pieces.tolist()]]
    vectors = shipped.unit(encoder.encode_pieces(pieces), "en")
    assert len(pieces) > 300
    assert _hubness(vectors, words) == pytest.approx(shipped.hubness["en"][pieces], abs=0.01)
