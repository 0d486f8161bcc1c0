"""Highlights and matches are positions in the source, whatever stands between it and the readable text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from index.encoders import Encoder
from index.passages import CutSettings, cut_passages
from index.reading import SourceFile, read_article
from index.spans import Span
from rag.engine import Engine
from rag.matching import Matcher, highlight
from rag.types import Mode, Result, SearchRequest, TokenMatch
from tests.rag.conftest import Ask

FOUNDED = "Who founded Stability AI?"


def highlighted(source: str, query: str, ask: Ask, matches: Sequence[TokenMatch] = ()) -> list[str]:
    """What is highlighted in an article, in order; every span is checked to lie in its passage."""
    read = read_article(SourceFile("article.md", source.encode()))
    words = []
    for passage in cut_passages(read, CutSettings()):
        spans = highlight(ask(query), passage.readable, matches)
        assert all(passage.span.covers(span) for span in spans)
        assert all(a.end < b.start for a, b in pairwise(spans)), "apart and in order"
        words += [span.quote(read.article.text) for span in spans]
    return words


@pytest.mark.parametrize(
    ("source", "query", "expected"),
    [
        ("We trained it. Training trains a trainer.", "How was it trained?", ["trained", "Training", "trains"]),
        ("Companies grew; one company did not.", "companies", ["Companies", "company"]),
        ("我们训练了模型，模型又被训练。", "模型怎么训练？", ["训练", "模型", "模型", "训练"]),
        ("本文介绍ＧＰＴ与gpt。", "GPT", ["ＧＰＴ", "gpt"]),
        ("本文介绍GPT。", "ｇｐｔ", ["GPT"]),
        ("😀😀 𠀀 model 😀 model", "model", ["model", "model"]),
        ("A **model** and a [model](http://example.org/model \"model\") here.", "model", ["model", "model"]),
        ("A mo**d**el here.", "model", ["mo**d**el"]),
        ("Salt &amp; vinegar crisps", "vinegar", ["vinegar"]),
        ("In 1660 a cup cost 1 penny.", "coffee in 1660", ["1660"]),
        ("Nothing of the kind.", "zebra", []),
        ("The of and to.", "the of and to", []),
        ("modelling remodel model", "model", ["modelling", "model"]),
    ],
)  # fmt: skip
def test_words_of_the_question_are_found_in_the_source(source: str, query: str, expected: list[str], ask: Ask) -> None:
    assert highlighted(source, query, ask) == expected


def test_adjacent_words_become_one_span(ask: Ask) -> None:
    assert highlighted("人工智能训练模型。", "训练 模型", ask) == ["训练模型"]


def test_in_a_table_the_cell_is_highlighted_and_the_inserted_header_is_not(ask: Ask) -> None:
    """The readable row repeats the header before every cell; the source has it once, in another line."""
    source = "| Company | Model |\n|---|---|\n| OpenAI | GPT company |\n| Meta | OPT |\n"
    assert highlighted(source, "company model openai", ask) == ["OpenAI", "company"]


def test_no_tokens_no_highlights(ask: Ask) -> None:
    assert highlighted("Some text.", "?!", ask) == []


def test_words_and_matches_are_merged(ask: Ask) -> None:
    """ "founder" is marked by its meaning, "AI" by its letters; what overlaps or touches is one."""
    matches = [TokenMatch("founded", Span(6, 13), 0.7), TokenMatch("AI", Span(3, 5), 0.9)]
    assert highlighted("An AI founder speaks.", "AI", ask, matches) == ["AI", "founder"]
    assert highlighted("An AI founder speaks.", "AI", ask, [TokenMatch("x", Span(2, 9), 0.7)]) == [" AI fou"]


# --- by meaning ---


@pytest.fixture(scope="session")
def founded(seeds_engine: Engine) -> tuple[Result, ...]:
    return seeds_engine.search(SearchRequest(FOUNDED, 10)).results


@pytest.mark.parametrize(
    ("query", "word"),
    [("How much did it cost to train GPT-3?", "训练"), ("How much did it cost to train GPT-3?", "成本")],
)
def test_an_english_question_marks_chinese_words(seeds_engine: Engine, query: str, word: str) -> None:
    results = seeds_engine.search(SearchRequest(query, 10)).results
    marked = [
        span.quote(result.article.text)
        for result in results
        if result.passage.language == "zh"
        for span in result.highlights
    ]
    assert any(word in each for each in marked)
    assert all(result.passage.span.covers(span) for result in results for span in result.highlights)
    assert all(each == each.strip() != "" for each in marked), "white space is not marked"


def test_matches_say_which_token_of_the_question_and_where(seeds_engine: Engine) -> None:
    query = "How much did it cost to train GPT-3?"
    response = seeds_engine.search(SearchRequest(query, 10, explain=True))
    assert response.explanation is not None
    assert len(response.explanation.matches) == len(response.results)
    pairs = set()
    for result, matches in zip(response.results, response.explanation.matches, strict=True):
        for match in matches:
            assert match.token in query
            assert 0.5 < match.likeness <= 1.001
            assert result.passage.span.covers(match.span)
            assert any(highlight.covers(match.span) for highlight in result.highlights)
            pairs.add((match.token, match.span.quote(result.article.text)))
    assert ("train", "训练") in pairs


@pytest.mark.parametrize("mode", [Mode.DENSE, Mode.LEXICAL])
def test_only_the_hybrid_mode_looks_at_tokens(seeds_engine: Engine, mode: Mode) -> None:
    response = seeds_engine.search(SearchRequest("train", 5, mode, explain=True))
    assert response.explanation is not None
    assert not any(response.explanation.matches)


def test_without_token_vectors_nothing_matches_by_meaning(seeds_engine: Engine, ask: Ask) -> None:
    class Plain:
        """An encoder that gives whole vectors only."""

    [found] = Matcher(seeds_engine.index, Plain()).match(ask(FOUNDED), np.array([3]))  # type: ignore[arg-type]
    assert found.matches == ()
    assert found.sentence_scores.tolist() == [0] * len(seeds_engine.index.database.passage(3).sentences)


def test_a_question_without_telling_tokens_matches_nothing(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    [found] = Matcher(seeds_engine.index, encoder).match(ask("the of"), np.array([3]))
    assert found.matches == ()
    assert not found.sentence_scores.any()


def test_many_passages_match_as_each_alone(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    rows = np.array([40, 3, 17])
    together = Matcher(seeds_engine.index, encoder).match(ask(FOUNDED), rows)
    assert len(together) == 3
    for row, found in zip(rows.tolist(), together, strict=True):
        passage = seeds_engine.index.database.passage(row)
        [alone] = Matcher(seeds_engine.index, encoder).match(ask(FOUNDED), np.array([row]))
        assert found.matches == alone.matches
        assert found.sentence_scores == pytest.approx(alone.sentence_scores, abs=1e-5)
        assert len(found.sentence_scores) == len(passage.sentences)


def test_the_best_sentence_answers(founded: tuple[Result, ...]) -> None:
    quotes = [result.best_sentence.span.quote(result.article.text) for result in founded[:2]]
    assert any("Stablility AI 的创始人" in quote for quote in quotes)
