from pathlib import Path

import numpy as np
import pytest

from index.encoders import Encoder, TokenEncoder, TokenVectors
from index.encoders.vocabulary import load_vocabulary
from index.interaction import quantise
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
    (vector,) = reduction.unit(tokens.vectors, language)
    return vector


# -- the maps that ship ------------------------------------------------------------------------------------------------


def test_the_shipped_maps_take_the_bundled_vectors_to_128_dimensions(encoder: Encoder, shipped: Reduction):
    assert DIMENSIONS == 128
    assert shipped.dimensions == DIMENSIONS + 2, "a component more for each language's hubness"
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
    assert reduction.dimensions == 2 + 2
    assert np.allclose(reduction.unit(vectors, "zh"), [[0.6, 0.8], [0, -1]])
    assert np.allclose(reduction.unit(vectors, "en"), [[1 / 2**0.5, 1 / 2**0.5], [-2 / 5**0.5, 1 / 5**0.5]])


def test_rows_have_unit_length_and_single_precision(shipped: Reduction):
    vectors = np.random.default_rng(1).normal(size=(50, 512)).astype(np.float32)
    for language in LANGUAGES:
        reduced = shipped.unit(vectors, language)
        assert reduced.shape == (50, 128)
        assert reduced.dtype == np.float32
        assert np.allclose(np.linalg.norm(reduced, axis=1), 1, atol=1e-5)


def test_the_mean_itself_has_no_direction_and_no_tokens_give_none(shipped: Reduction):
    assert np.array_equal(shipped.unit(shipped.means["zh"][None], "zh"), np.zeros((1, 128)))
    assert shipped.unit(np.empty((0, 512), np.float32), "en").shape == (0, 128)


# -- hubness -----------------------------------------------------------------------------------------------------------


def tokens(vectors: np.ndarray, ids: list[int]) -> TokenVectors:
    """Tokens as an encoder gives them."""
    count, dimensions = vectors.shape
    offsets = np.column_stack([np.arange(count), np.arange(count) + 1])
    pooled, parts = np.zeros(dimensions, np.float32), np.empty((0, dimensions), np.float32)
    return TokenVectors(vectors.astype(np.float32), np.array(ids, np.int64), offsets, pooled, parts)


def test_half_a_tokens_hubness_is_taken_off_as_worked_by_hand():
    """Token 1 is near to English words in general, token 0 to Chinese ones a little."""
    mean, flat = (
        dict.fromkeys(LANGUAGES, np.zeros(2, np.float32)),
        dict.fromkeys(LANGUAGES, np.eye(2, dtype=np.float32)),
    )
    hubness = {"zh": np.array([0.2, 0], np.float32), "en": np.array([0, 0.6], np.float32)}
    reduction = Reduction(mean, flat, hubness)  # type: ignore[arg-type]
    passage = reduction.passage(tokens(np.array([[3, 4], [0, 2]]), [0, 1]), "zh")
    assert np.allclose(passage, [[0.6, 0.8, 0.2, 0], [0, 1, 0, 0.6]])
    asked = tokens(np.array([[0, 1]]), [1])
    assert np.allclose(reduction.question(asked, "zh"), [[0, 1, -0.5, 0]])
    assert np.allclose(reduction.question(asked, "en"), [[0, 1, 0, -0.5]])
    assert np.allclose(passage @ reduction.question(asked, "zh").T, [[0.8 - 0.1], [1]])
    assert np.allclose(passage @ reduction.question(asked, "en").T, [[0.8], [1 - 0.3]])


@pytest.mark.parametrize("asked", LANGUAGES)
@pytest.mark.parametrize("told", LANGUAGES)
def test_inner_products_are_cosines_less_hubness(encoder: Encoder, shipped: Reduction, asked: Language, told: Language):
    assert isinstance(encoder, TokenEncoder)
    texts = {"zh": "麦金德提出了心脏地带理论，西湖在杭州。", "en": "Mackinder proposed the heartland theory, 1904."}
    question, passage = encoder.encode_tokens([texts[asked], texts[told]])
    products = shipped.passage(passage, told) @ shipped.question(question, asked).T
    cosines = shipped.unit(passage.vectors, told) @ shipped.unit(question.vectors, asked).T
    assert np.allclose(products, cosines - shipped.hubness[asked][passage.ids][:, None] / 2, atol=1e-6)
    assert np.abs(products - cosines).max() > 0.1
    stored = quantise(shipped.passage(passage, told)).astype(np.float32) / 127
    assert np.abs(stored @ shipped.question(question, asked).T - products).max() < 0.05


def test_every_piece_of_the_vocabulary_has_a_hubness(shipped: Reduction):
    for language in LANGUAGES:
        hubness = shipped.hubness[language]
        assert hubness.shape == (load_vocabulary().get_piece_size(),)
        assert hubness.min() >= 0
        assert hubness.max() <= 1
        assert hubness.std() > 0.05


def test_without_known_hubness_nothing_is_taken_off(samples: dict[Language, list[np.ndarray]]):
    reduction = Reduction.fit(samples, 200)
    passage, question = tokens(samples["zh"][0], [7] * 40), tokens(samples["en"][0], [9] * 40)
    products = reduction.passage(passage, "zh") @ reduction.question(question, "en").T
    assert np.allclose(products, reduction.unit(passage.vectors, "zh") @ reduction.unit(question.vectors, "en").T)
    assert reduction.passage(passage, "zh").shape == (40, reduction.dimensions)
    assert reduction.passage(passage, "zh").dtype == reduction.question(question, "en").dtype == np.float32


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_tokens_give_no_rows(shipped: Reduction, language: Language):
    none = tokens(np.empty((0, 512)), [])
    assert shipped.passage(none, language).shape == shipped.question(none, language).shape == (0, shipped.dimensions)


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
    assert reduction.dimensions == 6 + 2
    assert np.allclose(reduction.unit(rows, "zh"), reduction.unit(rows + 1, "en"), atol=1e-4)


@pytest.mark.parametrize("present", LANGUAGES)
def test_a_language_without_a_sample_is_taken_to_lie_where_the_other_does(
    samples: dict[Language, list[np.ndarray]], present: Language
):
    reduction = Reduction.fit({present: samples[present]}, 200)
    assert np.allclose(reduction.means["zh"], reduction.means["en"], atol=1e-5)
    vectors = samples[present][0]
    assert np.allclose(reduction.unit(vectors, "zh"), reduction.unit(vectors, "en"), atol=1e-4)


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
        assert np.allclose(loaded.unit(vectors, language), fitted.unit(vectors, language), atol=5e-3)
        assert loaded.hubness[language].shape == (0,)


def test_what_was_loaded_is_saved_as_it_is(shipped: Reduction, tmp_path: Path):
    """Numbers of half precision stay what they are from generation to generation."""
    shipped.save(tmp_path / "reduction.npz")
    loaded = Reduction.load(tmp_path / "reduction.npz")
    for language in LANGUAGES:
        assert np.array_equal(loaded.means[language], shipped.means[language])
        assert np.array_equal(loaded.maps[language], shipped.maps[language])
        assert np.array_equal(loaded.hubness[language], shipped.hubness[language])
