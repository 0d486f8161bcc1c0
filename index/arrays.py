"""NumPy's files, whose headers are read by one thread at a time.

NumPy reads a header with ``ast.literal_eval``, and in Python 3.11 that fails at random when a second thread comes into it
("AST constructor recursion depth mismatch", https://github.com/python/cpython/issues/106905).
"""

from __future__ import annotations

import threading
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
    with _reading, path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return dict(archive)
