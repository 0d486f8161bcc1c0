"""What both indexes promise alike: build, search, save, load, allowed rows, ties."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.dense import DenseIndex, DenseSettings
from index.hits import Hits, rank
from index.lexical import LexicalIndex

ROWS = 40


@dataclass(frozen=True)
class Kind:
    """How one index is made over rows 0-39, of which 0, 10, 20 and 30 are the same, and asked for row 0."""

    build: Callable[[], Any]
    query: Any
    save: Callable[[Any, Path], None]
    load: Callable[[Path], Any]


def _vectors() -> np.ndarray:
    rows = np.random.default_rng(3).normal(size=(ROWS, 16)).astype(np.float32)
    rows[[10, 20, 30]] = rows[0]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _tokens() -> list[list[str]]:
    return [["same", "word"] if row % 10 == 0 else [f"w{row}", "word", "other"] for row in range(ROWS)]


def _dense(settings: DenseSettings) -> Kind:
    return Kind(
        lambda: DenseIndex.build(_vectors(), settings),
        _vectors()[:1],
        lambda index, folder: index.save(folder / "vectors"),
        lambda folder: DenseIndex.load(folder / "vectors"),
    )


KINDS = {
    "flat": _dense(DenseSettings()),
    "ivf": _dense(DenseSettings(exact_below=10, factory="IVF4,Flat", probes=1)),
    "lexical": Kind(
        lambda: LexicalIndex.build(_tokens()),
        {"same": 1.0},
        lambda index, folder: index.save(folder),
        lambda folder: LexicalIndex.load(folder, ROWS),
    ),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


def test_the_count_is_the_number_of_rows(kind: Kind):
    assert kind.build().count == ROWS


def test_the_best_come_first_and_equals_by_row(kind: Kind):
    hits = kind.build().search(kind.query, 4)
    assert hits.rows.tolist() == [0, 10, 20, 30]
    assert (np.diff(hits.scores) <= 1e-6).all()


def test_no_more_than_asked_for_are_found(kind: Kind):
    index = kind.build()
    assert [len(index.search(kind.query, k)) for k in (0, 1, 3)] == [0, 1, 3]
    assert len(index.search(kind.query, 10_000)) <= ROWS


def test_only_allowed_rows_are_found(kind: Kind):
    allowed = np.zeros(ROWS, bool)
    allowed[[20, 30]] = True
    assert kind.build().search(kind.query, 2, allowed).rows.tolist() == [20, 30]
    assert len(kind.build().search(kind.query, 2, np.zeros(ROWS, bool))) == 0


def test_a_saved_index_answers_the_same(kind: Kind, tmp_path: Path):
    index = kind.build()
    kind.save(index, tmp_path)
    loaded = kind.load(tmp_path)
    assert loaded.count == index.count
    before, after = index.search(kind.query, 4), loaded.search(kind.query, 4)
    assert np.array_equal(before.rows, after.rows)
    assert np.array_equal(before.scores, after.scores)


def test_every_run_gives_the_same_ranking(kind: Kind):
    first, second = (kind.build().search(kind.query, ROWS) for _ in range(2))
    assert np.array_equal(first.rows, second.rows)


def test_ranking_goes_by_score_down_then_row_up():
    hits = rank(np.array([5, 3, 9, 1]), np.array([1.0, 2.0, 2.0, 0.5]), 3)
    assert isinstance(hits, Hits)
    assert hits.rows.tolist() == [3, 9, 5]
    assert hits.scores.tolist() == [2.0, 2.0, 1.0]
    assert len(rank(np.array([], np.int64), np.array([]), 3)) == 0


@pytest.mark.parametrize("k", [0, 1, 2, 10, 24, 25, 26, 99, 100, 200])
def test_the_best_of_many_are_those_of_a_full_sort_whatever_ties(k: int):
    random = np.random.default_rng(k)
    rows, scores = random.permutation(100), random.integers(0, 6, 100) / 4
    expected = sorted(zip((-scores).tolist(), rows.tolist(), strict=True))[:k]
    hits = rank(rows, scores, k)
    assert hits.rows.tolist() == [row for _, row in expected]
    assert hits.scores.tolist() == [-score for score, _ in expected]
