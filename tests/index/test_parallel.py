from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseIndex, DenseSettings
from index.parallel import Parallel, SentenceTable, _in_order, find_parallels
from index.store import Home, SearchIndex

ORIGINAL, TRANSLATIONS = "000", ("000", "001", "004")


@pytest.fixture(scope="module")
def seeds(seeds_home: Path) -> Iterator[SearchIndex]:
    index = Home(seeds_home).open()
    yield index
    index.close()


@pytest.fixture(scope="module")
def found(seeds: SearchIndex) -> list[Parallel]:
    return [pair for row in range(seeds.manifest.passages) for pair in seeds.database.parallels(row)]


def article(index: SearchIndex, row: int) -> str:
    return index.database.passage(row).article_id[:3]


def row_of(index: SearchIndex, number: str, words: str) -> int:
    """The only passage of an article with these words."""
    rows = range(index.manifest.passages)
    (row,) = (r for r in rows if article(index, r) == number and words in index.database.passage(r).readable.text)
    return row


# -- on the seeds ------------------------------------------------------------------------------------------------------


def test_a_passage_and_its_other_translation_are_parallel_in_both_directions(seeds: SearchIndex):
    one = row_of(seeds, "000", "从社交媒体到游戏")
    other = row_of(seeds, "001", "从社交媒体到游戏")
    assert other in [pair.other for pair in seeds.database.parallels(one)]
    assert one in [pair.other for pair in seeds.database.parallels(other)]


def test_every_pair_stands_in_both_directions_once(found: list[Parallel]):
    pairs = {(pair.row, pair.other): pair.score for pair in found}
    assert len(pairs) == len(found)
    assert all(pairs[other, row] == score for (row, other), score in pairs.items())


def test_all_pairs_are_between_versions_of_the_same_article(seeds: SearchIndex, found: list[Parallel]):
    """000, 001 and 004 translate one original; 002 and 003 are articles of their own."""
    between = {(article(seeds, pair.row), article(seeds, pair.other)) for pair in found}
    assert between == {(a, b) for a in TRANSLATIONS for b in TRANSLATIONS if a != b}


def test_a_good_part_of_two_translations_is_paired(seeds: SearchIndex, found: list[Parallel]):
    paired = {pair.row for pair in found if (article(seeds, pair.row), article(seeds, pair.other)) == ("000", "001")}
    assert len(paired) >= 10
    assert all(0.55 <= pair.score <= 1 for pair in found)


# -- on sentences made up ----------------------------------------------------------------------------------------------

WIDTH = 64


def table(
    articles: Sequence[Sequence[Sequence[int]]], lengths: dict[tuple[int, int], int] | None = None
) -> SentenceTable:
    """Articles of passages of sentences; equal numbers say the same, others have nothing in common.

    ``lengths`` gives the length of a sentence in an article where it is not 20.
    """
    rows: list[tuple[int, int, int]] = []
    row = 0
    for number, passages in enumerate(articles):
        for passage in passages:
            rows += [(number, row, said) for said in passage]
            row += 1
    vectors = np.eye(WIDTH, dtype=np.float32)[[said for *_, said in rows]]
    sizes = [(lengths or {}).get((number, said), 20) for number, _, said in rows]
    return SentenceTable(vectors, np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array(sizes))


def rows(sentences: SentenceTable) -> list[tuple[int, int]]:
    found = find_parallels(sentences, DenseIndex.build(sentences.vectors, DenseSettings()))
    assert found == sorted(found, key=lambda pair: (pair.row, -pair.score, pair.other))
    pairs = [(pair.row, pair.other) for pair in found]
    assert set(pairs) == {(b, a) for a, b in pairs}
    return [pair for pair in pairs if pair[0] < pair[1]]


def test_passages_of_the_same_sentences_are_parallel():
    assert rows(table([[[1, 2], [3, 4]], [[1, 2], [3, 4]]])) == [(0, 2), (1, 3)]


def test_passages_may_be_cut_otherwise():
    assert rows(table([[[1, 2, 3, 4]], [[1, 2], [3, 4]]])) == [(0, 1), (0, 2)]


def test_what_is_added_on_either_side_does_not_disturb():
    assert rows(table([[[9], [1, 2], [3, 10]], [[1, 2], [11, 12], [3]]])) == [(1, 3), (2, 5)]


def test_articles_with_nothing_in_common_have_no_parallels():
    assert rows(table([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])) == []


def test_two_sentences_in_common_do_not_relate_two_articles():
    assert rows(table([[[1, 2], [3, 4]], [[1, 2], [7, 8]]])) == []


def test_passages_of_one_article_are_not_parallel_to_each_other():
    assert rows(table([[[1, 2, 3], [1, 2, 3]]])) == []


def test_what_stands_out_of_order_is_left_out():
    """The fourth passage of the one stands first in the other: a quotation, not the course of a translation."""
    assert rows(table([[[1], [2], [3], [4]], [[4], [1], [2], [3]]])) == [(0, 5), (1, 6), (2, 7)]


def test_sentences_of_very_different_length_do_not_say_the_same():
    articles = [[[1], [2], [3], [4]], [[1], [2], [3], [4]]]
    assert rows(table(articles, {(0, 2): 60, (1, 3): 60})) == [(0, 4), (1, 5), (2, 6), (3, 7)]
    assert rows(table(articles, {(0, 2): 61, (1, 3): 61})) == [(0, 4), (3, 7)]


def test_half_of_both_passages_must_be_in_common():
    half = [[[1, 11], [2], [3]], [[1, 21], [2], [3]]]
    assert (0, 3) in rows(table(half))
    assert (0, 3) not in rows(table(half, {(0, 11): 21}))
    assert (0, 3) not in rows(table(half, {(1, 21): 21}))


def test_no_sentences_have_no_parallels():
    none = np.empty(0, np.int64)
    vectors = np.empty((0, WIDTH), np.float32)
    index = DenseIndex.build(vectors, DenseSettings())
    assert find_parallels(SentenceTable(vectors, none, none, none), index) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_longest_run_in_order_is_kept(seed: int):
    order = np.random.default_rng(seed).permutation(12).tolist()
    pairs = [(i, 100 + second, 1.0) for i, second in enumerate(order)]
    kept = _in_order(pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(kept))
    longest = [1] * 12
    for i in range(12):
        longest[i] += max((longest[j] for j in range(i) if order[j] < order[i]), default=0)
    assert len(kept) == max(longest)
    assert _in_order([]) == []
