"""Fits the maps of the bundled encoder's token vectors: ``python -m eval.fit_token_map TEXTS…``. For maintainers only.

The maps are canonical correlations (Hotelling 1936) between the token vectors of Chinese words and of their English
translations in CC-CEDICT; the means are those of running text. TEXTS are folders in BEIR format, in both languages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.beir import BeirDataset
from index.encoders import TokenEncoder, load_encoder
from index.passages import cut_passages
from index.reading import read_article
from index.reduction import DIMENSIONS, LANGUAGES, Reduction
from rag.compile_dictionary import word_pairs

OUTPUT = Path("index/data/token_map.npz")
_RIDGE = 0.3
"""Share of the mean variance added to every direction, so that rare directions are not blown up."""
_BATCH = 512

Floats = NDArray[np.float32]


def fit_token_map(folders: Sequence[Path], encoder: TokenEncoder) -> Reduction:
    """Means from the texts, maps from the dictionary."""
    tokens: dict[str, list[Floats]] = {language: [] for language in LANGUAGES}
    for folder in folders:
        for get in BeirDataset(folder).sources.values():
            passages = cut_passages(read_article(get()))
            for passage, each in zip(passages, encoder.encode_tokens([p.searched for p in passages]), strict=True):
                tokens[passage.language].append(each.vectors)
    chinese, english = zip(*word_pairs(), strict=True)
    encode = partial(_word_vectors, encoder)
    maps = _canonical_correlations(encode(chinese), encode(english))
    means = {language: np.concatenate(tokens[language]).mean(axis=0) for language in LANGUAGES}
    return Reduction(means, dict(zip(LANGUAGES, maps, strict=True)))


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
    """Maps that correlate paired rows most, directions scaled by how well they correlate."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    whiten_a, whiten_b = (_whitening(x.T @ x / len(x)) for x in (a, b))
    left, correlations, right = np.linalg.svd(whiten_a @ (a.T @ b / len(a)) @ whiten_b)
    scale = correlations[:DIMENSIONS]
    map_a, map_b = whiten_a @ left[:, :DIMENSIONS] * scale, whiten_b @ right[:DIMENSIONS].T * scale
    return map_a.astype(np.float32), map_b.astype(np.float32)


def _whitening(covariance: NDArray[np.floating]) -> NDArray[np.float64]:
    size = len(covariance)
    values, vectors = np.linalg.eigh(covariance + _RIDGE * np.trace(covariance) / size * np.eye(size))
    whitening: NDArray[np.float64] = vectors @ np.diag(values**-0.5) @ vectors.T
    return whitening


if __name__ == "__main__":
    bundled = load_encoder()
    assert isinstance(bundled, TokenEncoder)
    fit_token_map([Path(argument) for argument in sys.argv[1:]], bundled).save(OUTPUT)
