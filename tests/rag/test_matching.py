"""Highlights and matches are positions in the source, whatever stands between it and the readable text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.encoders import Encoder, TokenEncoder
from index.passages import CutSettings, cut_passages
from index.reading import SourceFile, read_article
from index.spans import Span
from index.tokens import stem
from index.types import PassageKind
from rag.dictionary import Dictionary
from rag.engine import Engine
from rag.legs import SentenceLeg
from rag.matching import Matcher, PassageMatch, highlight
from rag.question import Question
from rag.retriever import _TOKENS_IN_SENTENCE
from rag.types import Filters, Mode, SearchRequest, TokenMatch
from tests.conftest import ROOT, build
from tests.rag.conftest import Ask

FOUNDED = "Who founded Stability AI?"
QUESTIONS = [json.loads(line) for line in (ROOT / "eval/question_sets/seeds.jsonl").read_text("utf-8").splitlines()]


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
            assert 0.3 <= match.likeness <= 1.001
            assert result.passage.span.covers(match.span)
            assert any(highlight.covers(match.span) for highlight in result.highlights)
            pairs.add((match.token, match.span.quote(result.article.text)))
    assert ("train", "训练") in pairs


def test_matches_are_mostly_translations_and_miss_few_that_stand_there(
    seeds_engine: Engine, dictionary: Dictionary
) -> None:
    """Of the words that the dictionary translates, where the Chinese passage holds a translation in so many letters."""
    right = wrong = missed = 0
    asked = [each for each in QUESTIONS if each["language"] == "en" and each["evidence"]][::4]
    for question in asked:
        response = seeds_engine.search(SearchRequest(question["question"], 5, filters=Filters("zh"), explain=True))
        assert response.explanation is not None
        for result, matches in zip(response.results, response.explanation.matches, strict=True):
            marked = {match.token.lower(): match.span.quote(result.article.text) for match in matches}
            for word in set(re.findall("[a-z]{4,}", question["question"].lower())):
                translations = [each for each in dictionary.translate(stem(word)) if len(each) > 1]
                if any(each in result.passage.readable.text for each in translations):
                    mark = marked.get(word, "")
                    missed += not mark
                    right += mark != "" and any(mark in each or each in mark for each in translations)
                    wrong += mark != "" and not any(mark in each or each in mark for each in translations)
    assert right + wrong + missed > 200
    assert right > 9 * wrong
    assert right > missed


@pytest.mark.parametrize("mode", [Mode.DENSE, Mode.LEXICAL])
def test_only_the_hybrid_mode_looks_at_tokens(seeds_engine: Engine, mode: Mode) -> None:
    response = seeds_engine.search(SearchRequest("train", 5, mode, explain=True))
    assert response.explanation is not None
    assert not any(response.explanation.matches)


def test_without_a_meeting_nothing_matches_by_meaning(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    found = Matcher(seeds_engine.index, encoder).match(ask(FOUNDED), (), 3)
    assert found.matches == ()
    assert found.sentence_scores.tolist() == [0] * len(seeds_engine.index.database.passage(3).sentences)


def matched(engine: Engine, encoder: Encoder, question: Question, rows: list[int]) -> list[PassageMatch]:
    """What in some passages answers to a question that meets them all at once."""
    meeting = question.meet(np.array(rows))
    assert meeting is not None
    return [Matcher(engine.index, encoder).match(question, (meeting,), row) for row in rows]


def test_a_passage_of_nothing_visible_matches_nothing(home: Path, tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a.txt").write_text("太湖在无锡。\n", encoding="utf-8")
    (folder / "b.txt").write_text("\u200b\u200b\n", encoding="utf-8")
    build(home, folder, encoder)
    response = Engine(home).search(SearchRequest("太湖在哪里？", explain=True))
    assert [result.article.id for result in response.results] == ["a.txt", "b.txt"]
    assert response.explanation is not None
    assert [bool(matches) for matches in response.explanation.matches] == [True, False]


def test_each_passage_is_looked_up_in_the_meeting_it_came_to(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    """Each language of a collection has a meeting of its own."""
    question = ask(FOUNDED)
    one, other = question.meet(np.array([40, 3])), question.meet(np.array([17]))
    assert one is not None
    assert other is not None
    expected = matched(seeds_engine, encoder, question, [3, 17])
    for row, alone in zip([3, 17], expected, strict=True):
        found = Matcher(seeds_engine.index, encoder).match(question, (one, other), row)
        assert found.matches == alone.matches
        assert found.sentence_scores == pytest.approx(alone.sentence_scores, abs=1e-5)


def test_sentences_score_the_mean_of_their_nearest_tokens_by_rarity(
    seeds_engine: Engine, encoder: Encoder, ask: Ask
) -> None:
    assert isinstance(encoder, TokenEncoder)
    question, row = ask(FOUNDED), 3
    meeting, pieces = question.meet(np.array([row])), question.pieces
    assert meeting is not None
    assert pieces is not None
    passage = seeds_engine.index.database.passage(row)
    offsets, likeness = encoder.token_offsets(passage.searched), meeting.of(row)
    expected = []
    for place in passage.sentence_places():
        assert place is not None
        inside = [i for i, (start, end) in enumerate(offsets.tolist()) if start < place.end and end > place.start]
        expected.append(float(likeness[inside].max(axis=0) @ pieces.rarity / pieces.rarity.sum()))
    [found] = matched(seeds_engine, encoder, question, [row])
    assert found.sentence_scores == pytest.approx(expected, abs=1e-5)
    assert len(expected) > 1


def test_a_question_without_telling_tokens_matches_nothing(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    found = matched(seeds_engine, encoder, ask("the of"), [3])[0]
    assert found.matches == ()
    assert not found.sentence_scores.any()


def test_many_passages_match_as_each_alone(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    rows = [40, 3, 17]
    for row, found in zip(rows, matched(seeds_engine, encoder, ask(FOUNDED), rows), strict=True):
        passage = seeds_engine.index.database.passage(row)
        [alone] = matched(seeds_engine, encoder, ask(FOUNDED), [row])
        assert found.matches == alone.matches
        assert found.sentence_scores == pytest.approx(alone.sentence_scores, abs=1e-5)
        assert len(found.sentence_scores) == len(passage.sentences)


def test_the_founder_is_found(seeds_engine: Engine) -> None:
    results = seeds_engine.search(SearchRequest(FOUNDED, 3)).results
    assert any("Stablility AI 的创始人" in result.quote for result in results)


def test_tokens_help_to_choose_the_sentence_that_answers(seeds_engine: Engine, encoder: Encoder, ask: Ask) -> None:
    """Among the sentences of the very passage that holds the evidence."""
    leg, database = SentenceLeg(seeds_engine.index), seeds_engine.index.database
    texts = {article.id: article.text for article, _ in seeds_engine.articles()}
    chosen, alone = [], []
    for asked in [each for each in QUESTIONS if each["evidence"]]:
        question, evidence = ask(asked["question"]), asked["evidence"][0]
        start = texts[evidence["file"]].find(evidence["quote"])
        end = start + len(evidence["quote"])
        for row, stored in database.passages_of(evidence["file"]):
            passage = stored.passage
            right = {i for i, each in enumerate(passage.sentences) if each.span.start < end and each.span.end > start}
            if row is not None and right and passage.kind is PassageKind.PROSE and len(passage.sentences) > 1:
                cosines, [found] = leg.sentence_scores(question, row), matched(seeds_engine, encoder, question, [row])
                alone.append(int(np.argmax(cosines)) in right)
                chosen.append(int(np.argmax(cosines + _TOKENS_IN_SENTENCE * found.sentence_scores)) in right)
    assert len(chosen) > 150
    assert np.mean(chosen) > np.mean(alone) + 0.02
    assert np.mean(chosen) > 0.55
