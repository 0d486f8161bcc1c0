from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dense import DenseIndex, DenseSettings

IVF = DenseSettings(exact_below=100, probes=0.2)


def vectors(count: int, dimensions: int = 32, clusters: int = 0, seed: int = 1) -> np.ndarray:
    """Random rows of unit length, around a few centres if asked."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, dimensions))
    if clusters:
        rows = rows * 0.3 + random.normal(size=(clusters, dimensions))[random.integers(clusters, size=count)] * 2
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 5))
def test_exact_search_is_what_numpy_says(count: int, k: int, seed: int):
    rows = vectors(count, seed=seed)
    query = vectors(1, seed=seed + 100)
    hits = DenseIndex.build(rows).search(query, k)
    products = rows @ query[0]
    expected = np.lexsort((np.arange(count), -products))[:k]
    assert np.array_equal(hits.rows, expected)
    assert np.allclose(hits.scores, products[expected], atol=1e-6)


def test_equal_scores_come_by_row_even_where_they_are_cut_off():
    rows = np.tile(vectors(1), (20, 1))
    rows[7] = -rows[7]
    hits = DenseIndex.build(rows).search(rows[:1], 5)
    assert hits.rows.tolist() == [0, 1, 2, 3, 4]


def test_only_allowed_rows_are_found():
    rows = vectors(50)
    index = DenseIndex.build(rows)
    allowed = np.zeros(50, bool)
    allowed[[3, 17, 40]] = True
    assert sorted(index.search(rows[:1], 10, allowed).rows) == [3, 17, 40]
    assert len(index.search(rows[:1], 10, np.zeros(50, bool))) == 0


def test_an_index_without_vectors_finds_nothing():
    index = DenseIndex.build(np.empty((0, 32), np.float32))
    assert index.count == 0
    assert len(index.search(vectors(1), 5)) == 0
    assert index.vectors(np.empty(0, np.int64)).shape == (0, 32)
    assert index.similarities(vectors(1), np.empty(0, np.int64)).shape == (0,)


@pytest.mark.parametrize("wanted", [[0], [5, 2, 2, 49], list(range(50))[::-1]], ids=["one", "few", "all"])
@pytest.mark.parametrize(
    "settings", [DenseSettings(), DenseSettings(exact_below=10, factory="IVF4,Flat")], ids=["flat", "ivf"]
)
def test_stored_vectors_and_similarities_come_in_the_order_asked_for(wanted: list[int], settings: DenseSettings):
    rows = vectors(50)
    index = DenseIndex.build(rows, settings)
    assert index.exact is (settings.exact_below > 50)
    if not index.exact:
        index._index.make_direct_map()
    asked = np.array(wanted)
    query = vectors(1, seed=9)
    assert np.allclose(index.vectors(asked), rows[asked], atol=1e-6)
    assert np.allclose(index.similarities(query, asked), rows[asked] @ query[0], atol=1e-5)


# -- above the size for exact search -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    return vectors(3_000, clusters=40)


@pytest.fixture(scope="module")
def saved(many: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dense") / "vectors.faiss"
    DenseIndex.build(many, IVF).save(path)
    return path


def recall(index: DenseIndex, rows: np.ndarray, k: int = 10) -> float:
    queries = rows[::100]
    found = [set(index.search(query[None], k).rows) for query in queries]
    true = [set(np.argsort(-(rows @ query))[:k]) for query in queries]
    return sum(len(f & t) for f, t in zip(found, true, strict=True)) / (k * len(queries))


def test_the_factory_is_used_only_above_the_size(many: np.ndarray):
    assert DenseIndex.build(many[:100], IVF).exact
    assert not DenseIndex.build(many[:101], IVF).exact


def test_the_approximate_index_finds_nearly_all_neighbours_after_loading(saved: Path, many: np.ndarray):
    index = DenseIndex.load(saved)
    assert not index.exact
    assert index.count == len(many)
    assert recall(index, many) > 0.9
    assert index.search(many[123:124], 1).rows.tolist() == [123]


def test_the_approximate_index_visits_the_share_of_lists_asked_for(saved: Path):
    index = DenseIndex.load(saved)._index
    assert index.nlist == int(4 * 3_000**0.5)
    assert index.nprobe == round(index.nlist * 0.2)


def test_the_approximate_index_keeps_to_allowed_rows(saved: Path, many: np.ndarray):
    allowed = np.zeros(len(many), bool)
    allowed[::7] = True
    hits = DenseIndex.load(saved).search(many[:1], 20, allowed)
    assert len(hits) == 20
    assert all(row % 7 == 0 for row in hits.rows)


def test_vectors_survive_being_copied_from_generation_to_generation(saved: Path, many: np.ndarray, tmp_path: Path):
    every = np.arange(len(many))
    copied = DenseIndex.load(saved).vectors(every)
    for generation in range(4):
        DenseIndex.build(copied, IVF).save(tmp_path / str(generation))
        copied = DenseIndex.load(tmp_path / str(generation)).vectors(every)
    assert np.allclose(copied, many, atol=1e-3)


@pytest.mark.parametrize("settings", [DenseSettings(), IVF], ids=["flat", "ivf"])
def test_a_saved_index_is_opened_memory_mapped(many: np.ndarray, tmp_path: Path, settings: DenseSettings):
    """Reading it adds the file to the process's memory map and goes on after the file is removed."""
    path = tmp_path / "vectors.faiss"
    DenseIndex.build(many, settings).save(path)
    index = DenseIndex.load(path)
    assert str(path) in Path("/proc/self/maps").read_text(encoding="utf-8")
    path.unlink()
    assert index.search(many[:1], 1).rows.tolist() == [0]


def test_a_factory_that_faiss_does_not_know_is_an_error(many: np.ndarray):
    with pytest.raises(RuntimeError, match="index_factory"):
        DenseIndex.build(many, DenseSettings(exact_below=1, factory="Nonsense"))


def test_rows_come_back_as_64_bit_integers_and_scores_as_doubles():
    hits = DenseIndex.build(vectors(5)).search(vectors(1), 3)
    assert hits.rows.dtype == np.int64
    assert hits.scores.dtype == np.float64


def test_an_index_without_any_vector_is_scanned_for_nothing():
    index = DenseIndex.build(np.empty((0, 4), np.float32), DenseSettings())
    query = np.ones((1, 4), np.float32)
    assert index.search(query, 3).rows.tolist() == []
    scanned = index.scan(query)
    assert scanned is not None
    assert scanned.tolist() == []
