from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from index.lexical import LexicalIndex
from index.tokens import Tokenizer
from tests.index.helpers import seed_passages

words = st.sampled_from(["tea", "茶", "gpt35", "a", "b", "c", "模型", "x"])
passages = st.lists(st.lists(words, max_size=8), min_size=1, max_size=12).filter(any)


@given(passages, st.lists(st.one_of(words, st.just("unknown")), max_size=6))
def test_scores_equal_rank_bm25(corpus: list[list[str]], query: list[str]):
    ours = LexicalIndex.build(corpus).scores(Counter(query))
    assert np.abs(ours - BM25Okapi(corpus).get_scores(query)).max() < 1e-6


def test_scores_equal_rank_bm25_on_the_seeds():
    tokenizer = Tokenizer()
    corpus = [tokenizer.tokens(p.searched) for n in range(5) for p in seed_passages(n) if p.ranked]
    index, reference = LexicalIndex.build(corpus), BM25Okapi(corpus)
    for question in (
        "生成式AI的计算量增加了几个数量级？",
        "Who invested in Stability AI?",
        "GPT-3.5 与 RLHF",
        "的 了",
        "Zzz",
    ):
        query = tokenizer.tokens(question)
        assert np.abs(index.scores(Counter(query)) - reference.get_scores(query)).max() < 1e-6


def test_a_term_counts_by_its_weight():
    index = LexicalIndex.build([["a", "b"], ["b"], ["c"], ["d"]])
    one, half = index.scores({"a": 1.0}), index.scores({"a": 0.5})
    assert one[0] > 0
    assert np.allclose(half, one / 2)
    assert np.allclose(index.scores({"a": 1.0, "c": 2.0}), one + 2 * index.scores({"c": 1.0}))


@pytest.mark.parametrize("corpus", [[], [[]], [[], [], []]])
def test_a_corpus_without_words_scores_nothing(corpus: list[list[str]], tmp_path: Path):
    index = LexicalIndex.build(corpus)
    assert index.scores({"a": 1.0}).tolist() == [0.0] * len(corpus)
    assert len(index.search({"a": 1.0}, 5)) == 0
    index.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path, len(corpus))
    assert loaded.scores({"a": 1.0}).tolist() == [0.0] * len(corpus)
    assert not loaded.knows("")


def test_search_gives_the_best_rows_that_hold_a_word_of_the_query():
    index = LexicalIndex.build([["a"], ["b", "a"], ["a", "a"], ["c"], ["d"], ["e"], ["f"]])
    hits = index.search({"a": 1.0}, 2)
    assert hits.rows.tolist() == [2, 0]
    assert index.search({"a": 1.0}, 10).rows.tolist() == [2, 0, 1]
    assert len(index.search({"unknown": 1.0}, 10)) == 0
    assert len(index.search({}, 10)) == 0


def test_a_row_that_holds_a_word_is_found_though_its_score_is_0():
    """BM25Okapi gives a word of exactly half of the passages the weight 0."""
    index = LexicalIndex.build([["a"], ["a"], ["b"], ["c"]])
    hits = index.search({"a": 1.0}, 5)
    assert hits.rows.tolist() == [0, 1]
    assert hits.scores.tolist() == [0, 0]
    assert index.search({"a": 1.0}, 5, np.array([False, True, True, True])).rows.tolist() == [1]
    assert index.holding({"a": 1.0, "unknown": 1.0}).tolist() == [True, True, False, False]
    assert not index.holding({}).any()


def test_equal_scores_come_by_row():
    index = LexicalIndex.build([["a", "b"]] * 6 + [["c", "d"]] * 10)
    assert index.search({"a": 1.0}, 4).rows.tolist() == [0, 1, 2, 3]


def test_only_allowed_rows_are_found():
    index = LexicalIndex.build([["a"], ["a"], ["a"], *[["b"]] * 9])
    allowed = np.zeros(12, bool)
    allowed[[1, 5]] = True
    assert index.search({"a": 1.0}, 5, allowed).rows.tolist() == [1]


def test_it_knows_its_words():
    index = LexicalIndex.build([["a", "模型"]])
    assert index.knows("模型")
    assert not index.knows("型")
    assert set(index.terms) == {"a", "模型"}
    assert list(LexicalIndex.build([[]]).terms) == []


@given(passages, st.dictionaries(words, st.floats(0.1, 3), max_size=4))
def test_a_saved_index_scores_the_same(
    tmp_path_factory: pytest.TempPathFactory, corpus: list[list[str]], query: dict[str, float]
):
    folder = tmp_path_factory.mktemp("lexical")
    index = LexicalIndex.build(corpus)
    index.save(folder)
    loaded = LexicalIndex.load(folder, len(corpus))
    assert np.array_equal(loaded.scores(query), index.scores(query))
    assert all(loaded.knows(word) == index.knows(word) for word in ("tea", "茶", "none"))
