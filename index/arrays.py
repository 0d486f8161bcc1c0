"""NumPy's files, whose headers are read by one thread at a time.

NumPy reads a header with ``ast.literal_eval``, and in Python 3.11 that fails at random when a second thread comes into it
("AST constructor recursion depth mismatch", https://github.com/python/cpython/issues/106905).
"""

from __future__ import annotations

import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_reading = threading.Lock()


def map_array(path: Path) -> NDArray[Any]:
    """A ``.npy`` file, memory-mapped. As a plain array: a slice of ``np.memmap`` costs ten times as much.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    with _reading:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def load_archive(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file by name.

    Raises:
        OSError, ValueError, zipfile.BadZipFile: it cannot be read.
    """
    with zipfile.ZipFile(path) as archive, ThreadPoolExecutor(2) as pool:
        names = archive.namelist()
        # unpacking is most of the work, and releases the interpreter lock
        unpacked = zip(names, pool.map(archive.read, names), strict=True)
        return {name.removesuffix(".npy"): _array(data) for name, data in unpacked}


def _array(data: bytes) -> NDArray[Any]:
    with _reading:
        array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
        return array
