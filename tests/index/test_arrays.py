"""NumPy's files come back whole, also when several threads read them at once."""

from __future__ import annotations

import gc
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.arrays import load_archive, map_array

ARRAYS = {
    "numbers": np.arange(12, dtype=np.float32).reshape(3, 4),
    "columns": np.asfortranarray(np.arange(12, dtype=np.int8).reshape(3, 4)),
    "words": np.array(["茶", "tea"]),
    "none": np.empty((0, 5), np.uint8),
    "one": np.array(7.5),
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    np.savez_compressed(tmp_path / "arrays.npz", **ARRAYS)
    return tmp_path / "arrays.npz"


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads change whenever memory is asked for, in the middle of reading a header."""

    def pause(phase: str, _info: dict[str, int]) -> None:
        time.sleep(0.0001)

    threshold = gc.get_threshold()
    gc.callbacks.append(pause)
    gc.set_threshold(5)
    yield
    gc.callbacks.remove(pause)
    gc.set_threshold(*threshold)


def test_an_archive_is_its_arrays_by_name(archive: Path) -> None:
    read = load_archive(archive)
    assert set(read) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert read[name].dtype == array.dtype
        assert np.array_equal(read[name], array)


def test_an_array_is_mapped_and_a_plain_one(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", ARRAYS["numbers"])
    read = map_array(tmp_path / "array.npy")
    assert type(read) is np.ndarray
    assert not read.flags.owndata
    assert np.array_equal(read, ARRAYS["numbers"])


@pytest.mark.usefixtures("restless")
def test_threads_do_not_disturb_each_other(archive: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", ARRAYS["numbers"])
    with ThreadPoolExecutor(4) as pool:
        archives = [pool.submit(load_archive, archive) for _ in range(200)]
        arrays = [pool.submit(map_array, tmp_path / "array.npy") for _ in range(200)]
        assert all(set(each.result()) == set(ARRAYS) for each in archives)
        assert all(np.array_equal(each.result(), ARRAYS["numbers"]) for each in arrays)


def test_objects_and_broken_files_are_refused(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "objects.npz"
    np.savez(path, objects=np.array([{}], object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_archive(path)
    path.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(zipfile.BadZipFile):
        load_archive(path)
