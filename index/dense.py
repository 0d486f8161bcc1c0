"""Vectors and their nearest neighbours, by FAISS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss  # type: ignore[import-untyped,unused-ignore]
import numpy as np
from numpy.typing import NDArray

from index.encoders import Vectors
from index.hits import Allowed, Hits, Rows, Scores, rank


@dataclass(frozen=True, slots=True)
class DenseSettings:
    """When to search exactly, and how otherwise.

    Args:
        exact_below: up to this many vectors every one is compared.
        factory: a FAISS index-factory string for more; ``{lists}`` becomes four times the square root of their number.
            The default keeps half-precision vectors, which survive being copied from generation to generation.
        probes: the share of the lists that one search visits.
    """

    exact_below: int = 100_000
    factory: str = "IVF{lists},SQfp16"
    probes: float = 0.05


class DenseIndex:
    """Inner product search over rows of unit length."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, settings: DenseSettings = DenseSettings()) -> DenseIndex:
        """Args: vectors of shape ``(n, dimensions)``, rows of unit length."""
        count, dimensions = vectors.shape
        if count <= settings.exact_below:
            index: Any = faiss.IndexFlatIP(dimensions)
        else:
            lists = int(4 * count**0.5)
            index = faiss.index_factory(dimensions, settings.factory.format(lists=lists), faiss.METRIC_INNER_PRODUCT)
            index.train(vectors)
            if isinstance(index, faiss.IndexIVF):
                index.nprobe = max(1, round(index.nlist * settings.probes))
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @property
    def count(self) -> int:
        return int(self._index.ntotal)

    @property
    def exact(self) -> bool:
        """Whether a search compares every vector."""
        return isinstance(self._index, faiss.IndexFlat)

    def search(self, query: Vectors, k: int, allowed: Allowed | None = None) -> Hits:
        """The ``k`` rows nearest to one query of shape ``(1, dimensions)``, among the allowed ones."""
        k = min(k, self.count)
        if k <= 0:
            return Hits(np.empty(0, np.int64), np.empty(0))
        scores, rows = self._index.search(query, k, params=self._parameters(allowed))
        found = rows[0] >= 0
        return rank(rows[0][found], scores[0][found].astype(np.float64), k)

    def scan(self, query: Vectors) -> Scores | None:
        """The inner products of one query of shape ``(1, dimensions)`` with every row; None where that is not exact."""
        if not self.exact:
            return None
        stored = faiss.rev_swig_ptr(self._index.get_xb(), self.count * self._index.d)
        products: Vectors = stored.reshape(-1, self._index.d) @ query[0]
        return products.astype(np.float64)

    def similarities(self, query: Vectors, rows: Rows) -> Scores:
        """The inner products of one query of shape ``(1, dimensions)`` with the vectors of ``rows``."""
        products: Vectors = self.vectors(rows) @ query[0]
        return products.astype(np.float64)

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """The stored vectors of ``rows``, shape ``(len(rows), dimensions)``."""
        if not len(rows):
            return np.empty((0, self._index.d), np.float32)
        stored: NDArray[np.float32] = self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return stored

    def save(self, path: Path) -> None:
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Opens a saved index memory-mapped: pages are read as searches touch them."""
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        if isinstance(index, faiss.IndexIVF):
            index.make_direct_map()
        return cls(index)

    def _parameters(self, allowed: Allowed | None) -> Any:
        if allowed is None:
            return None
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if isinstance(self._index, faiss.IndexIVF):
            return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)
        return faiss.SearchParameters(sel=selector)
