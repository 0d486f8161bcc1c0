from pathlib import Path

import numpy as np
import pytest

from index.encoders import Encoder, TokenEncoder
from index.reduction import DIMENSIONS, LANGUAGES, Reduction
from index.types import Language

PAIRS = {"训练": "training", "成本": "cost", "模型": "model"}
UNRELATED = ("lake", "Tuesday", "tea")


@pytest.fixture(scope="module")
def shipped() -> Reduction:
    return Reduction.shipped()


@pytest.fixture(scope="module")
def samples() -> dict[Language, list[np.ndarray]]:
    """Two languages in two corners of a space of 200 dimensions, in a few texts each."""
    random = np.random.default_rng(5)
    spread = np.linspace(3, 0.1, 200)
    return {
        language: [(random.normal(size=(n, 200)) * spread + corner).astype(np.float32) for n in (40, 1, 90, 300)]
        for language, corner in (("zh", 4), ("en", -2))
    }  # type: ignore[misc]


def word(encoder: Encoder, reduction: Reduction, text: str, language: Language) -> np.ndarray:
    """The one token of a word, reduced."""
    assert isinstance(encoder, TokenEncoder)
    (tokens,) = encoder.encode_tokens([text])
    (vector,) = reduction.apply(tokens.vectors, language)
    return vector


# -- the maps that ship ------------------------------------------------------------------------------------------------


def test_the_shipped_maps_take_the_bundled_vectors_to_128_dimensions(encoder: Encoder, shipped: Reduction):
    assert shipped.dimensions == DIMENSIONS == 128
    assert set(shipped.maps) == set(shipped.means) == set(LANGUAGES)
    for language in LANGUAGES:
        assert shipped.means[language].shape == (encoder.dimensions,)
        assert shipped.maps[language].shape == (encoder.dimensions, DIMENSIONS)


@pytest.mark.parametrize("chinese", PAIRS)
def test_a_translation_is_nearer_than_any_other_word(encoder: Encoder, shipped: Reduction, chinese: str):
    asked = word(encoder, shipped, chinese, "zh")
    near = asked @ word(encoder, shipped, PAIRS[chinese], "en")
    others = [english for english in (*PAIRS.values(), *UNRELATED) if english != PAIRS[chinese]]
    assert near > 0.7
    assert near > max(asked @ word(encoder, shipped, other, "en") for other in others) + 0.4


def test_the_maps_bring_translations_nearer_than_the_encoder_has_them(encoder: Encoder, shipped: Reduction):
    assert isinstance(encoder, TokenEncoder)
    for chinese, english in PAIRS.items():
        zh, en = (tokens.vectors[0] for tokens in encoder.encode_tokens([chinese, english]))
        before = zh @ en / np.linalg.norm(zh) / np.linalg.norm(en)
        assert word(encoder, shipped, chinese, "zh") @ word(encoder, shipped, english, "en") > before


# -- applying ----------------------------------------------------------------------------------------------------------


def test_a_vector_is_centred_mapped_and_brought_to_unit_length():
    means = {"zh": np.array([1, 0, 0], np.float32), "en": np.array([0, 0, 1], np.float32)}
    maps = {"zh": np.eye(3, 2, dtype=np.float32), "en": np.eye(3, dtype=np.float32)[:, [1, 0]]}
    reduction = Reduction(means, maps)
    vectors = np.array([[4, 4, 9], [1, -2, 5]], np.float32)
    assert reduction.dimensions == 2
    assert np.allclose(reduction.apply(vectors, "zh"), [[0.6, 0.8], [0, -1]])
    assert np.allclose(reduction.apply(vectors, "en"), [[1 / 2**0.5, 1 / 2**0.5], [-2 / 5**0.5, 1 / 5**0.5]])


def test_rows_have_unit_length_and_single_precision(shipped: Reduction):
    vectors = np.random.default_rng(1).normal(size=(50, 512)).astype(np.float32)
    for language in LANGUAGES:
        reduced = shipped.apply(vectors, language)
        assert reduced.shape == (50, 128)
        assert reduced.dtype == np.float32
        assert np.allclose(np.linalg.norm(reduced, axis=1), 1, atol=1e-5)


def test_the_mean_itself_has_no_direction_and_no_tokens_give_none(shipped: Reduction):
    assert np.array_equal(shipped.apply(shipped.means["zh"][None], "zh"), np.zeros((1, 128)))
    assert shipped.apply(np.empty((0, 512), np.float32), "en").shape == (0, 128)


# -- fitting -----------------------------------------------------------------------------------------------------------


def test_fitting_centres_each_language(samples: dict[Language, list[np.ndarray]]):
    reduction = Reduction.fit(samples, 200)
    for language in LANGUAGES:
        rows = np.concatenate(samples[language])
        assert np.allclose(reduction.means[language], rows.mean(axis=0), atol=1e-4)
        assert np.abs(((rows - reduction.means[language]) @ reduction.maps[language]).mean(axis=0)).max() < 1e-3


def test_fitted_maps_are_orthonormal_and_the_same_for_both_languages(samples: dict[Language, list[np.ndarray]]):
    reduction = Reduction.fit(samples, 200)
    axes = reduction.maps["zh"]
    assert axes.shape == (200, DIMENSIONS)
    assert np.allclose(axes.T @ axes, np.eye(DIMENSIONS), atol=1e-5)
    assert np.array_equal(axes, reduction.maps["en"])


def test_the_kept_axes_are_those_of_most_variance_in_order(samples: dict[Language, list[np.ndarray]]):
    reduction = Reduction.fit(samples, 200)
    centred = np.concatenate([np.concatenate(samples[each]) - reduction.means[each] for each in LANGUAGES])
    kept = (centred @ reduction.maps["zh"]).var(axis=0)
    assert (np.diff(kept) < 1e-3).all()
    values = np.linalg.svd(centred.astype(np.float64), compute_uv=False) ** 2 / len(centred)
    assert np.allclose(kept, values[:DIMENSIONS], rtol=1e-2)


def test_a_small_space_keeps_all_its_dimensions():
    rows = np.random.default_rng(2).normal(size=(30, 6)).astype(np.float32)
    reduction = Reduction.fit({"zh": [rows], "en": [rows + 1]}, 6)
    assert reduction.dimensions == 6
    assert np.allclose(reduction.apply(rows, "zh"), reduction.apply(rows + 1, "en"), atol=1e-4)


@pytest.mark.parametrize("present", LANGUAGES)
def test_a_language_without_a_sample_is_taken_to_lie_where_the_other_does(
    samples: dict[Language, list[np.ndarray]], present: Language
):
    reduction = Reduction.fit({present: samples[present]}, 200)
    assert np.allclose(reduction.means["zh"], reduction.means["en"], atol=1e-5)
    vectors = samples[present][0]
    assert np.allclose(reduction.apply(vectors, "zh"), reduction.apply(vectors, "en"), atol=1e-4)


@pytest.mark.parametrize("samples", [{}, {"zh": [], "en": [np.empty((0, 150), np.float32)]}], ids=["none", "empty"])
def test_without_any_sample_there_is_a_reduction_all_the_same(samples: dict[Language, list[np.ndarray]]):
    reduction = Reduction.fit(samples, 150)
    assert np.allclose(reduction.maps["en"].T @ reduction.maps["en"], np.eye(DIMENSIONS), atol=1e-6)
    assert not reduction.means["zh"].any()


# -- on disk -----------------------------------------------------------------------------------------------------------


def test_a_saved_reduction_reduces_the_same(samples: dict[Language, list[np.ndarray]], tmp_path: Path):
    fitted = Reduction.fit(samples, 200)
    fitted.save(tmp_path / "reduction.npz")
    loaded = Reduction.load(tmp_path / "reduction.npz")
    for language in LANGUAGES:
        vectors = samples[language][0]
        assert np.allclose(loaded.apply(vectors, language), fitted.apply(vectors, language), atol=5e-3)


def test_what_was_loaded_is_saved_as_it_is(shipped: Reduction, tmp_path: Path):
    """Numbers of half precision stay what they are from generation to generation."""
    shipped.save(tmp_path / "reduction.npz")
    loaded = Reduction.load(tmp_path / "reduction.npz")
    for language in LANGUAGES:
        assert np.array_equal(loaded.means[language], shipped.means[language])
        assert np.array_equal(loaded.maps[language], shipped.maps[language])
