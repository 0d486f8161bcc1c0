import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.encoders import BUNDLED, Encoder, TokenEncoder, Vectors
from index.interaction import Meeting, quantise
from index.reduction import DIMENSIONS, Reduction
from index.store import REDUCTION, TOKENS, Home, SearchIndex
from index.token_build import TokenBuild
from tests.conftest import build
from tests.index.helpers import cut


class PlainEncoder:
    """The real encoder without its token vectors."""

    name = "plain"
    truncated = 0

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    @property
    def settings(self) -> Mapping[str, str | int | None]:
        return self._inner.settings

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._inner.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._inner.encode_passages(texts)


class RenamedEncoder(PlainEncoder):
    """The real encoder under another name, for which no maps ship."""

    name = "renamed"

    def __init__(self, inner: TokenEncoder) -> None:
        super().__init__(inner)
        self.encode_tokens = inner.encode_tokens
        self.token_offsets = inner.token_offsets
        self.rarity = inner.rarity


@pytest.fixture(scope="module")
def tokens_of(encoder: Encoder) -> TokenEncoder:
    assert isinstance(encoder, TokenEncoder)
    return encoder


@pytest.fixture(scope="module")
def seeds(seeds_home: Path) -> Iterator[SearchIndex]:
    index = Home(seeds_home).open()
    yield index
    index.close()


@pytest.fixture
def home(tmp_path: Path, jieba_cache: Path) -> Path:
    shutil.copytree(jieba_cache, tmp_path / "home" / "cache")
    return tmp_path / "home"


def stored(index: SearchIndex) -> dict[str, np.ndarray]:
    """Passage id -> its tokens."""
    assert index.tokens is not None
    return {index.database.passage(row).id: index.tokens.tokens(row) for row in range(index.manifest.passages)}


# -- in a generation ---------------------------------------------------------------------------------------------------


def test_each_row_has_the_tokens_of_its_passage(seeds: SearchIndex, tokens_of: TokenEncoder):
    shipped = Reduction.shipped()
    assert seeds.tokens is not None
    for row in range(0, seeds.manifest.passages, 9):
        passage = seeds.database.passage(row)
        tokens = seeds.tokens.tokens(row)
        assert tokens.dtype == np.int8
        assert tokens.shape == (len(tokens_of.token_offsets(passage.searched)), DIMENSIONS + 2)
        (encoded,) = tokens_of.encode_tokens([passage.searched])
        expected = quantise(shipped.passage(encoded, passage.language))
        assert np.abs(tokens.astype(int) - expected).max() <= 1


def test_every_token_belongs_to_a_passage(seeds: SearchIndex):
    assert seeds.tokens is not None
    lengths = [len(tokens) for tokens in stored(seeds).values()]
    assert min(lengths) > 0
    assert sum(lengths) * (DIMENSIONS + 2) == seeds.tokens.bytes


def meet(index: SearchIndex, encoder: Encoder, text: str) -> Meeting:
    """A Chinese question with every passage."""
    assert isinstance(encoder, TokenEncoder)
    assert index.tokens is not None
    assert index.reduction is not None
    (asked,) = encoder.encode_tokens([text], queries=True)
    question, rarity = index.reduction.question(asked, "zh"), encoder.rarity(asked.ids)
    return index.tokens.meet(np.arange(index.manifest.passages), question, rarity)


def test_a_passage_is_found_by_the_tokens_of_a_question_in_the_other_language(
    articles: Path, home: Path, encoder: Encoder
):
    build(home, articles, encoder)
    index = Home(home).open()
    meeting = meet(index, encoder, "咖啡在也门种植")
    for scores in (meeting.whole(), meeting.windows()):
        assert "Yemen" in index.database.passage(int(scores.argmax())).readable.text


def test_passage_vectors_are_those_without_tokens(encoder: Encoder, tokens_of: TokenEncoder):
    passages = cut("# 茶\n\n茶起源于中国。\n\n## Coffee\n\nCoffee came from Yemen.\n")
    encoded = TokenBuild(tokens_of, None).encode(passages)
    plain = TokenBuild(PlainEncoder(encoder), None).encode(passages)
    assert len(encoded.tokens) == len(passages)
    assert np.allclose(encoded.passages, plain.passages, atol=1e-5)
    assert plain.tokens == []


def test_sentences_are_pooled_from_their_passage_and_cells_are_encoded_alone(tokens_of: TokenEncoder):
    passages = cut(
        "# 茶\n\n茶起源于中国。\n\n陆羽写了《茶经》。后来传到日本。\n\n"
        "| 种类 | 温度 |\n|---|---|\n| 绿茶 | 80度 |\n| 红茶 | 95度 |\n"
    )
    encoded = TokenBuild(tokens_of, None).encode(passages)
    rows = iter(encoded.sentences)
    pooled = alone = 0
    for passage in passages:
        for sentence, place in zip(passage.sentences, passage.sentence_places(), strict=True):
            if place is None:
                (expected,) = tokens_of.encode_passages([sentence.text])
                alone += 1
            else:
                ((expected,),) = (each.parts for each in tokens_of.encode_tokens([passage.searched], parts=[[place]]))
                pooled += 1
            assert np.allclose(next(rows), expected, atol=1e-5)
    assert next(rows, None) is None
    assert pooled >= 3
    assert alone >= 2


def test_without_token_vectors_every_sentence_is_encoded_alone(encoder: Encoder):
    passages = cut("# 茶\n\n茶起源于中国。陆羽写了《茶经》。\n\nCoffee came from Yemen.\n")
    encoded = TokenBuild(PlainEncoder(encoder), None).encode(passages)
    texts = [sentence.text for passage in passages for sentence in passage.sentences]
    assert np.allclose(encoded.sentences, encoder.encode_passages(texts), atol=1e-5)


def test_no_passages_have_neither_vectors_nor_tokens(encoder: Encoder, tokens_of: TokenEncoder):
    for each in (tokens_of, PlainEncoder(encoder)):
        encoded = TokenBuild(each, None).encode([])
        assert encoded.passages.shape == encoded.sentences.shape == (0, encoder.dimensions)
        assert encoded.tokens == []


# -- continued ---------------------------------------------------------------------------------------------------------


def test_what_did_not_change_keeps_its_tokens_bit_for_bit(
    articles: Path, home: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
):
    build(home, articles, encoder)
    before = stored(Home(home).open())
    (articles / "a.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    (articles / "lake.txt").unlink()
    asked: list[str] = []
    encode = type(encoder).encode_tokens  # type: ignore[attr-defined]

    def remembered(self: Encoder, texts: Sequence[str], **options: object) -> object:
        asked.extend(texts)
        return encode(self, texts, **options)

    monkeypatch.setattr(type(encoder), "encode_tokens", remembered)
    build(home, articles, encoder)
    assert asked == ["太湖在无锡。"]
    after = stored(Home(home).open())
    kept = {name for name in before if not name.startswith("lake")}
    assert kept == {name for name in after if not name.startswith("a.txt")}
    assert all(np.array_equal(before[name], after[name]) for name in kept)


def test_a_fitted_reduction_is_continued(articles: Path, home: Path, tokens_of: TokenEncoder):
    encoder = RenamedEncoder(tokens_of)
    build(home, articles, encoder)
    before, old = stored(Home(home).open()), Home(home).open().reduction
    (articles / "a.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    build(home, articles, encoder)
    after, new = stored(Home(home).open()), Home(home).open().reduction
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert old is not None
    assert new is not None
    assert np.array_equal(old.maps["zh"], new.maps["zh"])
    assert np.array_equal(old.means["en"], new.means["en"])
    assert not np.allclose(old.maps["zh"], Reduction.shipped().maps["zh"], atol=1e-2), "fitted, not the shipped one"


# -- which encoder has what --------------------------------------------------------------------------------------------


def test_only_an_unknown_encoder_with_token_vectors_needs_fitting(encoder: Encoder, tokens_of: TokenEncoder):
    assert encoder.name == BUNDLED
    assert not TokenBuild(encoder, None).needs_fitting
    assert not TokenBuild(PlainEncoder(encoder), None).needs_fitting
    assert TokenBuild(RenamedEncoder(tokens_of), None).needs_fitting
    assert not TokenBuild(RenamedEncoder(tokens_of), Reduction.shipped()).needs_fitting


def test_an_encoder_without_token_vectors_makes_an_index_without_tokens(articles: Path, home: Path, encoder: Encoder):
    plain = PlainEncoder(encoder)
    assert not isinstance(plain, TokenEncoder)
    build(home, articles, plain)
    index = Home(home).open("plain")
    assert index.tokens is None
    assert index.reduction is None
    folder = Home(home).generation(index.version)
    assert not (folder / TOKENS).exists()
    assert not (folder / REDUCTION).exists()
    (row,) = index.passages.search(plain.encode_queries(["How is espresso made?"]), 1).rows
    assert "Espresso" in index.database.passage(int(row)).readable.text
    (row,) = index.lexical.search(dict.fromkeys(index.tokenizer.tokens("苏堤是谁修筑的？"), 1.0), 1).rows
    assert "苏堤" in index.database.passage(int(row)).readable.text
    (articles / "a.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    assert len(build(home, articles, plain).unchanged) == 3


def test_a_passage_of_nothing_visible_has_no_tokens_and_disturbs_no_other(home: Path, tmp_path: Path, encoder: Encoder):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    (folder / "b.txt").write_text("\u200b\u200b\n", encoding="utf-8")
    build(home, folder, encoder)
    index = Home(home).open()
    meeting = meet(index, encoder, "太湖")
    assert meeting.lengths.tolist()[1:] == [0]
    for scores in (meeting.whole(), meeting.windows()):
        assert scores[0] > 0.5
        assert scores[1] == 0
