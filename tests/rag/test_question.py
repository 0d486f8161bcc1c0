"""A question and what the legs need of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseIndex, DenseSettings
from index.encoders import BUNDLED, Encoder, TokenEncoder
from index.reduction import LANGUAGES
from index.types import Language
from rag.config import SearchConfig
from rag.engine import Engine
from rag.expansion import Expansion
from rag.question_map import QuestionMap
from rag.retriever import Retriever
from tests.conftest import build
from tests.rag.conftest import Ask


@pytest.mark.parametrize(
    ("text", "language"), [("盗梦师 prompt", "zh"), ("What is the job of a 盗梦师?", "en"), ("42", "en")]
)
def test_a_question_knows_its_language(text: str, language: str, ask: Ask) -> None:
    assert ask(text).language == language


def bm25(engine: Engine, terms: Mapping[str, float]) -> np.ndarray:
    return engine.index.lexical.scores(terms)


def test_a_word_asked_twice_counts_twice(ask: Ask, seeds_engine: Engine) -> None:
    question = ask("transformer Transformer models")
    assert question.tokens == ("transform", "transform", "model")
    terms = {"transform": 2.0, "model": 1.0}
    weights = {
        term: terms.get(term, 0) + question.expansion.terms.get(term, 0) for term in {*terms, *question.expansion.terms}
    }
    assert question.bm25 == pytest.approx(bm25(seeds_engine, weights))


def test_terms_are_the_words_and_their_translations(ask: Ask, seeds_engine: Engine) -> None:
    question = ask("How much did it cost to train GPT-3?")
    assert {"cost", "gpt3"} <= set(question.tokens)
    assert {"成本", "训练"} <= set(question.expansion.terms)
    assert not set(question.tokens) & set(question.expansion.terms)
    both = {**dict.fromkeys(question.tokens, 1.0), **question.expansion.terms}
    assert question.bm25 == pytest.approx(bm25(seeds_engine, both))
    assert question.bm25.shape == (seeds_engine.index.manifest.passages,)
    assert "cost" in ask("GPT-3 的训练成本是多少？").expansion.terms


def test_a_translation_that_was_asked_for_counts_for_both(ask: Ask, seeds_engine: Engine) -> None:
    question = ask("谷歌的 Google 大脑是什么")
    translated = question.expansion.terms
    assert translated["googl"] > 0
    both = {term: question.tokens.count(term) + translated.get(term, 0.0) for term in {*question.tokens, *translated}}
    assert both["googl"] == 1 + translated["googl"]
    assert question.bm25 == pytest.approx(bm25(seeds_engine, both))


def test_its_vector_is_the_encoders(ask: Ask, encoder: Encoder) -> None:
    question = ask("What is Copilot?")
    assert question.vector.shape == (1, encoder.dimensions)
    assert question.vector == pytest.approx(encoder.encode_queries([question.text]), abs=1e-6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_faces_each_language_as_was_learnt(language: Language, ask: Ask, seeds_engine: Engine) -> None:
    question, table = ask("What is Copilot?"), seeds_engine.index.passages
    turned = QuestionMap.shipped(BUNDLED).turn(question.vector, "en", language)
    facing = question.facing(language)
    assert facing.vector == pytest.approx(turned)
    assert facing.similarities(table, np.arange(9)) == pytest.approx(table.similarities(turned, np.arange(9)), abs=1e-6)
    assert question.facing(language) is facing, "what it looked up once is there the next time"
    assert (facing.text, facing.tokens, facing.pieces) == (question.text, question.tokens, question.pieces)


def test_a_retriever_can_leave_questions_as_they_are(seeds_engine: Engine, encoder: Encoder) -> None:
    question = Retriever(seeds_engine.index, encoder, SearchConfig(turned=False)).question("What is Copilot?")
    assert question.facing("zh").vector.tolist() == question.vector.tolist()


@pytest.mark.parametrize("allowed", [False, True], ids=["all", "some"])
def test_the_nearest_are_those_that_the_table_finds(ask: Ask, seeds_engine: Engine, allowed: bool) -> None:
    """All cosines at once where the table is exact, or a search where it is not: the same rows, the same scores."""
    question, index = ask("What is Copilot?"), seeds_engine.index
    for table in (index.passages, index.sentences):
        some = np.arange(table.count) % 3 == 0 if allowed else None
        assert question.nearest(table, 20, some).tolist() == table.search(question.vector, 20, some).rows.tolist()
        rows = np.array([7, 0, 7, 31])
        assert question.similarities(table, rows) == pytest.approx(table.similarities(question.vector, rows), abs=1e-6)


def test_a_table_that_is_not_exact_is_searched(ask: Ask, seeds_engine: Engine, tmp_path: Path) -> None:
    question, rows = ask("What is Copilot?"), np.arange(seeds_engine.index.passages.count)
    settings = DenseSettings(exact_below=10, factory="IVF1,Flat")
    DenseIndex.build(seeds_engine.index.passages.vectors(rows), settings).save(tmp_path / "table")
    table = DenseIndex.load(tmp_path / "table")
    assert not table.exact
    assert (
        question.nearest(table, 20, None).tolist() == question.nearest(seeds_engine.index.passages, 20, None).tolist()
    )
    expected = question.similarities(seeds_engine.index.passages, rows[::9])
    assert question.similarities(table, rows[::9]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("text", "language"), [("What is Copilot?", "en"), ("盗梦师是什么？", "zh")])
def test_its_pieces_are_reduced_as_the_index_reduces_questions(
    text: str, language: Language, ask: Ask, seeds_engine: Engine, encoder: Encoder
) -> None:
    reduction, tokens = seeds_engine.index.reduction, seeds_engine.index.tokens
    assert isinstance(encoder, TokenEncoder)
    assert reduction is not None
    assert tokens is not None
    pieces = ask(text).pieces
    assert pieces is not None
    [encoded] = encoder.encode_tokens([text], queries=True)
    rarity = encoder.rarity(encoded.ids)
    assert pieces.vectors == pytest.approx(reduction.question(encoded, language)[rarity > 0])
    assert pieces.vectors.shape == (len(pieces.words), tokens.tokens(0).shape[1])
    assert pieces.rarity.tolist() == rarity[rarity > 0].tolist()
    telling = {word for word, tells in zip(pieces.words, pieces.telling.tolist(), strict=True) if tells}
    assert telling < set(pieces.words)
    assert telling.isdisjoint({"is", "What", "？", "?", "什么"})
    assert telling
    told = [text[start:end].strip() for start, end in encoded.offsets.tolist()]
    assert list(pieces.words) == [word for word, rare in zip(told, rarity.tolist(), strict=True) if rare]
    assert all(word == word.strip() for word in pieces.words)


def test_it_meets_the_passages_it_is_shown(ask: Ask, seeds_engine: Engine) -> None:
    question, tokens = ask("What is Copilot?"), seeds_engine.index.tokens
    assert tokens is not None
    assert question.pieces is not None
    meeting = question.meet(np.array([5, 2]))
    assert meeting is not None
    assert meeting.rows.tolist() == [5, 2]
    assert meeting.rarity.tolist() == question.pieces.rarity.tolist()
    assert meeting.of(2) == pytest.approx(tokens.tokens(2).astype(float) / 127 @ question.pieces.vectors.T, abs=1e-5)


def test_without_token_vectors_it_has_no_pieces_and_meets_nobody(seeds_engine: Engine, encoder: Encoder) -> None:
    class Plain:
        """The real encoder without its token vectors."""

        name, dimensions, settings, truncated = encoder.name, encoder.dimensions, encoder.settings, 0
        encode_queries, encode_passages = encoder.encode_queries, encoder.encode_passages

    question = Retriever(seeds_engine.index, Plain(), SearchConfig()).question("What is Copilot?")
    assert question.pieces is None
    assert question.meet(np.array([5])) is None
    assert question.vector == pytest.approx(encoder.encode_queries(["What is Copilot?"]))


def test_where_every_passage_is_in_its_language_nothing_is_translated(
    home: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "cost.md").write_text("The cost of training was high. 训练", encoding="utf-8")
    build(home, folder, encoder)
    assert Engine(home).index.languages == {"en"}
    retriever = Retriever(Engine(home).index, encoder, SearchConfig())
    assert retriever.question("training cost").expansion == Expansion()
    assert {"cost", "train"} <= set(retriever.question("训练成本").expansion.terms)


def test_white_space_and_marks_alone_make_a_question_without_words(ask: Ask) -> None:
    question = ask("?!…")
    assert (question.tokens, question.expansion) == ((), Expansion())
    assert not question.bm25.any()


def test_within_a_smaller_collection_what_bm25_says_of_others_is_nothing(ask: Ask) -> None:
    question = ask("GPT-3 的训练成本是多少？")
    allowed = np.arange(len(question.bm25)) % 3 == 0
    within = question.within(allowed)
    assert within.bm25[allowed] == pytest.approx(question.bm25[allowed])
    assert not within.bm25[~allowed].any()
    assert np.array_equal(within.holding, question.holding & allowed)
    assert question.bm25[~allowed].any(), "the question itself is as it was"
    assert (within.text, within.tokens, within.expansion) == (question.text, question.tokens, question.expansion)


def test_within_nothing_nothing_is_held(ask: Ask) -> None:
    question = ask("GPT-3")
    within = question.within(np.zeros(len(question.bm25), np.bool_))
    assert not within.holding.any()
    assert not within.bm25.any()
