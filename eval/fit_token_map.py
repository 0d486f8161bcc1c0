"""Fits the maps of the bundled encoder's token vectors: ``python -m eval.fit_token_map TEXTS…``. For maintainers only.

The maps are canonical correlations (Hotelling 1936) between the token vectors of Chinese words and of their English
translations in CC-CEDICT; the means are those of running text; a token's hubness is its mean likeness to the ten words of
the dictionary nearest to it. TEXTS are folders in BEIR format, in both languages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.beir import BeirDataset
from index.encoders import TokenEncoder
from index.encoders.bundled import BundledEncoder
from index.encoders.vocabulary import load_vocabulary
from index.language import count_han
from index.passages import cut_passages
from index.reading import read_article
from index.reduction import DIMENSIONS, LANGUAGES, Reduction
from index.types import Language
from rag.compile_dictionary import word_pairs

OUTPUT = Path("index/data/token_map.npz")
_RIDGE = 0.3
"""Share of the mean variance added to every direction, so that rare directions are not blown up."""
_BATCH = 512
_BACKGROUND, _NEAREST = 4_000, 10
"""Words of each language that hubness is measured against, and how many of the nearest ones."""
_SEED = 0

Floats = NDArray[np.float32]


def fit_token_map(folders: Sequence[Path], encoder: BundledEncoder) -> Reduction:
    """Means from the texts, maps from the dictionary."""
    tokens: dict[str, list[Floats]] = {language: [] for language in LANGUAGES}
    for folder in folders:
        for get in BeirDataset(folder).sources.values():
            passages = cut_passages(read_article(get()))
            for passage, each in zip(passages, encoder.encode_tokens([p.searched for p in passages]), strict=True):
                tokens[passage.language].append(each.vectors)
    words = [_word_vectors(encoder, column) for column in zip(*word_pairs(), strict=True)]
    means = {language: np.concatenate(tokens[language]).mean(axis=0) for language in LANGUAGES}
    reduction = Reduction(means, dict(zip(LANGUAGES, _canonical_correlations(*words), strict=True)))
    sample = np.random.default_rng(_SEED).permutation(len(words[0]))[:_BACKGROUND]
    pieces = _vocabulary_vectors(encoder, reduction)
    hubness = {
        language: _hubness(pieces, reduction.unit(vectors[sample], language))
        for language, vectors in zip(LANGUAGES, words, strict=True)
    }
    return Reduction(means, reduction.maps, hubness)


def _vocabulary_vectors(encoder: BundledEncoder, reduction: Reduction) -> Floats:
    """Every piece of the vocabulary by itself, reduced as of its language."""
    vocabulary = load_vocabulary()
    ids = np.arange(vocabulary.get_piece_size())
    han = np.array([count_han(vocabulary.id_to_piece(i)) > 0 for i in ids.tolist()])
    vectors = np.zeros((len(ids), reduction.maps["zh"].shape[1]), np.float32)
    by_language: dict[Language, NDArray[np.int64]] = {"zh": ids[han], "en": ids[~han]}
    for language, chosen in by_language.items():
        for start in range(0, len(chosen), _BATCH):
            batch = chosen[start : start + _BATCH]
            vectors[batch] = reduction.unit(encoder.encode_pieces(batch), language)
    return vectors


def _hubness(pieces: Floats, words: Floats) -> Floats:
    """The mean cosine of each piece with the words nearest to it, 0 and up, shape ``(n_pieces,)``."""
    blocks = [pieces[start : start + _BATCH] @ words.T for start in range(0, len(pieces), _BATCH)]
    nearest = np.concatenate([np.partition(block, -_NEAREST, axis=1)[:, -_NEAREST:] for block in blocks])
    hubness: Floats = np.maximum(nearest.mean(axis=1), 0)
    return hubness


def _word_vectors(encoder: TokenEncoder, words: Sequence[str]) -> Floats:
    """The mean of each word's token vectors, shape ``(n, dimensions)``."""
    distinct = sorted(set(words))
    means = {}
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        for word, each in zip(batch, encoder.encode_tokens(batch), strict=True):
            means[word] = each.vectors.mean(axis=0)
    return np.array([means[word] for word in words], np.float32)


def _canonical_correlations(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Maps that correlate paired rows most, directions scaled by the root of how well they correlate."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    whiten_a, whiten_b = (_whitening(x.T @ x / len(x)) for x in (a, b))
    left, correlations, right = np.linalg.svd(whiten_a @ (a.T @ b / len(a)) @ whiten_b)
    scale = correlations[:DIMENSIONS] ** 0.5
    map_a, map_b = whiten_a @ left[:, :DIMENSIONS] * scale, whiten_b @ right[:DIMENSIONS].T * scale
    return map_a.astype(np.float32), map_b.astype(np.float32)


def _whitening(covariance: NDArray[np.floating]) -> NDArray[np.float64]:
    size = len(covariance)
    values, vectors = np.linalg.eigh(covariance + _RIDGE * np.trace(covariance) / size * np.eye(size))
    whitening: NDArray[np.float64] = vectors @ np.diag(values**-0.5) @ vectors.T
    return whitening


if __name__ == "__main__":
    fit_token_map([Path(argument) for argument in sys.argv[1:]], BundledEncoder()).save(OUTPUT)
