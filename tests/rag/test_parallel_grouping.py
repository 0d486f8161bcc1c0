"""Three of the seeds translate one essay; what they all say is shown once."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.engine import Engine
from rag.types import Filters, Mode, Result, SearchRequest
from tests.conftest import SEEDS

ESSAY = {"000_ec51baf08d9133ae.txt", "001_2f47759ab0307d1f.txt", "004_c32df2c26227c770.txt"}
QUESTIONS = [
    "2015到2020年，训练大模型耗费的算力翻了多少？",
    "By how much did the computing power spent on training models grow between 2015 and 2020?",
    "What kind of new technique brought down the bill for training and running these models around 2022?",
    "头一批生成式AI产品被比作哪个年代的手机软件？像在哪里？",
]


def search(engine: Engine, question: str, top_k: int = 10, group: bool = True, **options: object) -> tuple[Result, ...]:
    return engine.search(SearchRequest(question, top_k, group_parallel=group, **options)).results  # type: ignore[arg-type]


def places(result: Result) -> set[tuple[str, int, int]]:
    """Of what is folded into it."""
    return {(other.article_id, other.span.start, other.span.end) for other in result.parallel}


def place(result: Result) -> tuple[str, int, int]:
    return (result.article.id, result.passage.span.start, result.passage.span.end)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("question", QUESTIONS)
def test_one_of_a_parallel_pair_is_returned_and_names_the_others(
    seeds_engine: Engine, question: str, mode: Mode
) -> None:
    results = search(seeds_engine, question, mode=mode)
    shown = {place(result) for result in results}
    assert any(result.parallel for result in results)
    assert not shown & {other for result in results for other in places(result)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_best_answer_of_the_essay_lists_the_translations_in_other_articles(
    seeds_engine: Engine, question: str
) -> None:
    best = next(result for result in search(seeds_engine, question) if result.parallel)
    assert best.rank <= 3
    assert {best.article.id, *(other.article_id for other in best.parallel)} <= ESSAY
    assert best.article.id not in {other.article_id for other in best.parallel}


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_of_parallel_passages_stand_at_their_positions(seeds_engine: Engine, question: str) -> None:
    for result in search(seeds_engine, question):
        assert [other.score for other in result.parallel] == sorted((o.score for o in result.parallel), reverse=True)
        for other in result.parallel:
            assert 0 < other.score <= 1
            text = (SEEDS / other.article_id).read_bytes().decode("utf-8-sig")
            spans = [s.passage for _, s in seeds_engine.index.database.passages_of(other.article_id)]
            [passage] = [passage for passage in spans if passage.span == other.span]
            quote = other.span.quote(text)
            assert quote.strip() == quote != ""
            assert all(other.span.covers(sentence.span) for sentence in passage.sentences)


@pytest.mark.parametrize("question", QUESTIONS[:2])
def test_without_grouping_both_are_returned(seeds_engine: Engine, question: str) -> None:
    best = next(result for result in search(seeds_engine, question) if result.parallel)
    everything = search(seeds_engine, question, 20, group=False)
    assert places(best) & {place(result) for result in everything}
    assert all(result.parallel == () for result in everything)


@pytest.mark.parametrize("question", QUESTIONS)
def test_grouping_leaves_out_and_changes_neither_scores_nor_order(seeds_engine: Engine, question: str) -> None:
    everything = [(place(result), result.score) for result in search(seeds_engine, question, 50, group=False)]
    grouped = [(place(result), result.score) for result in search(seeds_engine, question)]
    kept = [each for each in everything if each in grouped]
    assert kept == grouped
    assert len(grouped) == 10, "places that grouping frees go to others"


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_two_results_overlap_in_the_source(seeds_engine: Engine, question: str) -> None:
    for group in (True, False):
        found = sorted(place(result) for result in search(seeds_engine, question, 50, group))
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(found))


def test_the_translation_in_a_filtered_article_is_found(seeds_engine: Engine) -> None:
    for article in sorted(ESSAY):
        results = search(seeds_engine, QUESTIONS[0], 3, filters=Filters(article_ids=(article,)))
        assert {result.article.id for result in results} == {article}
        assert any("2015" in result.quote for result in results)
