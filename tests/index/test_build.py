import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.build import BuildSettings, build_index
from index.dense import DenseSettings
from index.encoders import Encoder, TokenEncoder, TokenVectors, Vectors
from index.encoders.base import Offsets
from index.errors import AllFailedError, ArticleError, NoArticlesError
from index.passages import CutSettings
from index.spans import Span
from index.store import Home, SearchIndex
from tests.conftest import build, share_jieba, sources_of


@pytest.fixture(autouse=True)
def _one_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    share_jieba(monkeypatch)


@dataclass
class CountingEncoder:
    """The real encoder, remembering what it was given; another name makes it another encoder."""

    inner: TokenEncoder
    name: str = "use-multilingual-3"
    texts: list[str] = field(default_factory=list)

    @property
    def dimensions(self) -> int:
        return self.inner.dimensions

    @property
    def settings(self) -> Mapping[str, str | int | None]:
        return self.inner.settings

    @property
    def truncated(self) -> int:
        return 7

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.inner.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self.inner.encode_passages(texts)

    def encode_tokens(
        self, texts: Sequence[str], *, queries: bool = False, parts: Sequence[Sequence[Span]] = ()
    ) -> list[TokenVectors]:
        self.texts += texts
        return self.inner.encode_tokens(texts, queries=queries, parts=parts)

    def token_offsets(self, text: str) -> Offsets:
        return self.inner.token_offsets(text)

    def rarity(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.inner.rarity(ids)


@pytest.fixture
def counting(encoder: Encoder) -> CountingEncoder:
    assert isinstance(encoder, TokenEncoder)
    counting = CountingEncoder(encoder)
    assert isinstance(counting, TokenEncoder)
    return counting


@pytest.fixture
def home(tmp_path: Path, jieba_cache: Path) -> Path:
    """Where an index is to be built; jieba's dictionary is compiled already, which saves a second each time."""
    shutil.copytree(jieba_cache, tmp_path / "home" / "cache")
    return tmp_path / "home"


def opened(home: Path) -> SearchIndex:
    return Home(home).open()


def everything(index: SearchIndex) -> list[tuple[object, list[str], list[float]]]:
    """Every ranked passage with its tokens and its vector."""
    rows = np.arange(index.manifest.passages)
    vectors = index.passages.vectors(rows)
    tokens = list(index.database.tokens())
    return [(index.database.passage(int(row)), tokens[row], vectors[row].tolist()) for row in rows]


def encoded_texts(index: SearchIndex) -> list[str]:
    """What a build has to encode: every passage, and of the sentences those that are no stretch of their passage."""
    passages = [index.database.passage(row) for row in range(index.manifest.passages)]
    cells = [
        sentence.text
        for passage in passages
        for sentence, place in zip(passage.sentences, passage.sentence_places(), strict=True)
        if place is None
    ]
    assert 0 < len(cells) < len(passages)
    return sorted([passage.searched for passage in passages] + cells)


def assert_legs_agree(index: SearchIndex) -> None:
    """Every leg holds the same rows."""
    manifest = index.manifest
    assert index.passages.count == manifest.passages == index.lexical.count == len(index.columns.articles)
    assert index.sentences.count == manifest.sentences == index.columns.sentence_starts[-1]
    assert len(index.columns.article_ids) == manifest.articles


def test_the_first_build_adds_everything(articles: Path, home: Path, counting: CountingEncoder):
    report = build(home, articles, counting)
    assert report.added == ("coffee.md", "lake.txt", "tea.md")
    assert report.changed == report.removed == report.unchanged == ()
    assert report.failed == {}
    index = opened(home)
    assert_legs_agree(index)
    assert report.version == index.version
    assert (report.passages, report.sentences) == (index.manifest.passages, index.manifest.sentences)
    assert sorted(counting.texts) == encoded_texts(index)
    assert report.truncated == 7
    assert 0 < report.seconds < 60


def test_passages_and_sentences_have_the_vectors_of_their_texts(articles: Path, home: Path, encoder: Encoder):
    """A sentence has the one that its passage's tokens give it; a cell, which says more than it holds, its own."""
    assert isinstance(encoder, TokenEncoder)
    build(home, articles, encoder)
    index = opened(home)
    for row in range(index.manifest.passages):
        passage = index.database.passage(row)
        expected = encoder.encode_passages([passage.searched])
        assert np.allclose(index.passages.vectors(np.array([row])), expected, atol=1e-5)
        first, last = index.columns.sentence_starts[row : row + 2]
        vectors = index.sentences.vectors(np.arange(first, last))
        places = passage.sentence_places()
        (encoded,) = encoder.encode_tokens([passage.searched], parts=[[place for place in places if place is not None]])
        pooled = iter(encoded.parts)
        for sentence, place, vector in zip(index.database.sentences(row), places, vectors, strict=True):
            alone = encoder.encode_passages([sentence.text])[0]
            assert np.allclose(vector, alone if place is None else next(pooled), atol=1e-5)
            assert vector @ alone > 0.9
        assert list(index.database.tokens())[row] == index.tokenizer.tokens(passage.searched)


def test_headings_are_embedded_and_searched_but_not_quoted(articles: Path, home: Path, encoder: Encoder):
    build(home, articles, encoder)
    index = opened(home)
    (row,) = index.lexical.search({"制作": 1.0}, 1).rows
    passage = index.database.passage(int(row))
    assert passage.heading == ("制作",)
    assert "制作" in passage.searched
    assert "制作" not in passage.readable.text


def test_only_what_changed_is_read_and_embedded_again(articles: Path, home: Path, counting: CountingEncoder):
    build(home, articles, counting)
    before = {p.id: v for p, _, v in everything(opened(home))}  # type: ignore[attr-defined]
    counting.texts.clear()
    (articles / "coffee.md").write_text("# Cocoa\n\nCocoa came from Mexico.\n", encoding="utf-8")
    (articles / "lake.txt").unlink()
    (articles / "new.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    report = build(home, articles, counting)
    assert (report.added, report.changed, report.removed, report.unchanged) == (
        ("new.txt",), ("coffee.md",), ("lake.txt",), ("tea.md",),
    )  # fmt: skip
    assert set(counting.texts) == {"Cocoa came from Mexico.", "太湖在无锡。"}
    index = opened(home)
    assert_legs_agree(index)
    kept = {p.id: v for p, _, v in everything(index) if p.article_id == "tea.md"}  # type: ignore[attr-defined]
    assert kept
    assert all(before[name] == vector for name, vector in kept.items())


def test_a_deleted_file_is_gone_from_every_leg(articles: Path, home: Path, encoder: Encoder):
    build(home, articles, encoder)
    (articles / "coffee.md").unlink()
    build(home, articles, encoder)
    index = opened(home)
    assert_legs_agree(index)
    assert not index.lexical.knows("espresso")
    assert index.database.article("coffee.md") is None
    assert list(index.database.passages_of("coffee.md")) == []
    assert "coffee.md" not in index.columns.article_ids
    question = encoder.encode_queries(["How is espresso brewed?"])
    for leg, texts in ((index.passages, index.passages.count), (index.sentences, index.sentences.count)):
        assert leg.search(question, texts).scores.max() < 0.5


def test_an_incremental_build_equals_one_from_nothing(articles: Path, home: Path, tmp_path: Path, encoder: Encoder):
    build(home, articles, encoder)
    (articles / "coffee.md").write_text("# 可可\n\n可可来自墨西哥。\n\n扫码入群。\n", encoding="utf-8")
    (articles / "a.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    build(home, articles, encoder)
    build(tmp_path / "other", articles, encoder)
    grown, fresh = opened(home), opened(tmp_path / "other")
    assert grown.manifest.content == fresh.manifest.content
    for one, other in zip(everything(grown), everything(fresh), strict=True):
        assert one[:2] == other[:2]
        assert np.allclose(one[2], other[2], atol=1e-5)
    assert grown.columns.sentence_starts.tolist() == fresh.columns.sentence_starts.tolist()


def test_a_build_that_changes_nothing_publishes_nothing(articles: Path, home: Path, counting: CountingEncoder):
    first = build(home, articles, counting)
    counting.texts.clear()
    second = build(home, articles, counting)
    assert second.version == first.version
    assert second.unchanged == ("coffee.md", "lake.txt", "tea.md")
    assert counting.texts == []
    assert len(list((home / "generations").iterdir())) == 1


def test_a_rebuild_uses_nothing_of_what_is_there(articles: Path, home: Path, counting: CountingEncoder):
    first = build(home, articles, counting)
    counting.texts.clear()
    second = build(home, articles, counting, rebuild=True)
    assert second.version != first.version
    assert sorted(counting.texts) == encoded_texts(opened(home))
    assert len(second.added) == 3


def test_another_encoder_embeds_everything_again(articles: Path, home: Path, encoder: Encoder):
    build(home, articles, encoder)
    assert isinstance(encoder, TokenEncoder)
    other = CountingEncoder(encoder, name="other")
    build(home, articles, other)
    assert set(encoded_texts(opened(home))) == set(other.texts)
    assert opened(home).manifest.recipe.encoder.name == "other"


@pytest.mark.parametrize(
    "settings",
    [
        BuildSettings(cut=CutSettings(10, 50)),
        BuildSettings(dense=DenseSettings(exact_below=1, factory="IVF1,Flat")),
        BuildSettings(user_dictionary="制作过程 5\n"),
        BuildSettings(glossary="苏堤,Su Causeway\n"),
    ],
    ids=["cut", "dense", "words", "glossary"],
)
def test_other_settings_make_another_index(
    articles: Path, home: Path, counting: CountingEncoder, settings: BuildSettings
):
    first = build(home, articles, counting)
    counting.texts.clear()
    second = build(home, articles, counting, settings=settings)
    assert second.version != first.version
    assert counting.texts
    recipe = opened(home).manifest.recipe
    found = (recipe.cut, recipe.dense, recipe.user_dictionary, recipe.glossary)
    assert found == (settings.cut, settings.dense, settings.user_dictionary, settings.glossary)


def test_what_decides_the_answers_makes_another_generation_and_embeds_nothing(
    articles: Path, home: Path, counting: CountingEncoder
):
    first = build(home, articles, counting, settings=BuildSettings(answering={"threshold": 0.5}))
    before = opened(home)
    counting.texts.clear()
    second = build(home, articles, counting, settings=BuildSettings(answering={"threshold": 0.6}))
    assert second.version != first.version
    assert second.unchanged == ("coffee.md", "lake.txt", "tea.md")
    assert second.added == second.changed == second.removed == ()
    assert counting.texts == []
    after = opened(home)
    assert (before.manifest.answering, after.manifest.answering) == ({"threshold": 0.5}, {"threshold": 0.6})
    assert before.manifest.content != after.manifest.content
    assert before.manifest.recipe == after.manifest.recipe
    assert everything(before) == everything(after)
    third = build(home, articles, counting, settings=BuildSettings(answering={"threshold": 0.6}))
    assert third.version == second.version, "nothing has changed"


def test_a_user_dictionary_changes_the_tokens_of_passages_and_questions(articles: Path, home: Path, encoder: Encoder):
    build(home, articles, encoder)
    assert not opened(home).lexical.knows("苏轼修筑")
    build(home, articles, encoder, settings=BuildSettings(user_dictionary="苏轼修筑 100000\n"))
    index = opened(home)
    assert index.lexical.knows("苏轼修筑")
    assert "苏轼修筑" in index.tokenizer.tokens("苏轼修筑了什么？")


def test_an_approximate_index_is_grown_from_its_own_vectors(articles: Path, home: Path, encoder: Encoder):
    settings = BuildSettings(dense=DenseSettings(exact_below=2, factory="IVF1,SQfp16"))
    build(home, articles, encoder, settings=settings)
    (articles / "new.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    report = build(home, articles, encoder, settings=settings)
    assert report.unchanged == ("coffee.md", "lake.txt", "tea.md")
    index = opened(home)
    assert not index.passages.exact
    (row,) = index.passages.search(encoder.encode_queries(["Who cultivated coffee first?"]), 1).rows
    assert index.database.passage(int(row)).article_id == "coffee.md"


def test_sources_are_remembered_and_other_ones_are_news(articles: Path, home: Path, encoder: Encoder):
    build(home, articles, encoder, roots=["here"])
    first, remembered = opened(home).manifest, Home(home).last_build()
    assert remembered is not None
    assert remembered.sources == first.sources == ("here",)
    build(home, articles, encoder, roots=["there"])
    second, remembered = opened(home).manifest, Home(home).last_build()
    assert remembered is not None
    assert remembered.sources == second.sources == ("there",)
    assert second.content == first.content


def test_progress_is_told_from_none_to_all(articles: Path, home: Path, encoder: Encoder):
    steps: list[tuple[int, int]] = []
    build(home, articles, encoder, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


# -- what cannot be read -----------------------------------------------------------------------------------------------


def test_an_article_that_becomes_unreadable_is_reported_and_no_longer_answers(
    articles: Path, home: Path, encoder: Encoder
):
    build(home, articles, encoder)
    (articles / "tea.md").write_bytes(b"\xff\xfe\x00")
    report = build(home, articles, encoder)
    assert list(report.failed) == ["tea.md"]
    assert report.removed == ("tea.md",)
    assert opened(home).database.article("tea.md") is None


def test_nothing_readable_publishes_nothing(articles: Path, home: Path, encoder: Encoder):
    build(home, articles, encoder)
    version = Home(home).current()
    for path in articles.iterdir():
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AllFailedError, match=r"the index stays as it was:\n  coffee\.md: neither UTF-8 nor GB18030"):
        build(home, articles, encoder)
    assert Home(home).current() == version
    assert opened(home).database.article("tea.md") is not None


def test_nothing_to_read_is_told_by_where_it_was_sought(home: Path, encoder: Encoder):
    with pytest.raises(NoArticlesError, match="in here; give a folder"):
        build_index(Home(home), {}, encoder, roots=["here"])


def test_a_source_may_fail_for_reasons_of_its_own(home: Path, articles: Path, encoder: Encoder):
    def broken() -> None:
        raise ArticleError("x", "the network is down")

    sources = {**sources_of(articles), "x": broken}
    assert build_index(Home(home), sources, encoder).failed == {"x": "the network is down"}  # type: ignore[arg-type]


def test_articles_with_nothing_to_rank_are_kept_beside_others(articles: Path, home: Path, encoder: Encoder):
    bare = {"empty.md": "", "blank.md": "\n", "heading.md": "# 只有标题\n", "advert.md": "扫码入群。\n"}
    for name, text in bare.items():
        (articles / name).write_text(text, encoding="utf-8")
    report = build(home, articles, encoder)
    assert set(bare) < set(report.added)
    index = opened(home)
    assert_legs_agree(index)
    assert all(index.database.article(name) is not None for name in bare)
    (articles / "lake.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    assert set(bare) < set(build(home, articles, encoder).unchanged)
    assert_legs_agree(opened(home))


def test_an_index_of_nothing_but_empty_articles_opens_and_finds_nothing(tmp_path: Path, home: Path, encoder: Encoder):
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "a.md").write_text("", encoding="utf-8")
    build(home, folder, encoder)
    index = opened(home)
    assert_legs_agree(index)
    assert len(index.passages.search(encoder.encode_queries(["茶"]), 5)) == 0
    assert len(index.lexical.search({"茶": 1.0}, 5)) == 0
    (folder / "b.md").write_text("正文在此。", encoding="utf-8")
    assert build(home, folder, encoder).passages == 1
