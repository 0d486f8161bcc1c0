"""Generations on disk: immutable folders, one of them published by a pointer that is replaced atomically.

home/
  current                 "<version> <sha256 of its manifest>"
  writer.lock             held while an index is built
  cache/                  jieba's compiled dictionary
  generations/<version>/  manifest.json, articles.sqlite, passages.faiss, sentences.faiss, lexical/,
                              and where the encoder has token vectors: reduction.npz, tokens/
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.database import Database, PassageColumns
from index.dense import DenseIndex
from index.errors import (
    DamagedIndexError,
    EncoderMismatchError,
    IndexLockedError,
    MissingIndexError,
    UnknownSourcesError,
)
from index.interaction import TokenIndex
from index.lexical import LexicalIndex
from index.manifest import NAME as MANIFEST
from index.manifest import LastBuild, Manifest
from index.reduction import Reduction
from index.tokens import Tokenizer

DATABASE, PASSAGES, SENTENCES = "articles.sqlite", "passages.faiss", "sentences.faiss"
LEXICAL, TOKENS, REDUCTION = "lexical", "tokens", "reduction.npz"
_OPEN_TRIES = 3
_VANISHED = (OSError, sqlite3.Error, RuntimeError)
"""What Python, SQLite and FAISS raise for a file that is not there, or no longer whole."""


class Home:
    """The folder that holds an index and its generations."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pointer = path / "current"

    @property
    def cache(self) -> Path:
        """Where derived files that belong to no generation live."""
        return self.path / "cache"

    def generation(self, version: str) -> Path:
        return self.path / "generations" / version

    def current(self) -> str | None:
        """The published version; None if nothing has been published.

        Raises:
            DamagedIndexError: the pointer is unreadable.
        """
        pointer = self._read_pointer()
        return pointer[0] if pointer else None

    def last_build(self) -> LastBuild | None:
        """What the published index was built from; None if nothing has been published.

        Raises:
            UnknownSourcesError: something has been, but it no longer says.
        """
        try:
            version = self.current()
            return LastBuild.load(self.generation(version)) if version is not None else None
        except DamagedIndexError as error:
            raise UnknownSourcesError(self.path) from error

    def open(self, encoder: str | None = None) -> SearchIndex:
        """Opens the published generation after checking every byte of it.

        Args:
            encoder: refuse an index that was built with another one.

        Raises:
            MissingIndexError: nothing has been published here.
            DamagedIndexError: a file is missing, truncated or altered.
            FormatMismatchError: another version of the program built it.
            EncoderMismatchError: it was built with another encoder.
        """
        for attempt in range(_OPEN_TRIES):
            pointer = self._read_pointer()
            if pointer is None:
                raise MissingIndexError(self.path)
            try:
                return self._open(*pointer, encoder)
            except (DamagedIndexError, *_VANISHED) as error:
                # a writer may have published and swept this generation away while we were opening it
                if attempt < _OPEN_TRIES - 1 and self._read_pointer() != pointer:
                    continue
                if isinstance(error, DamagedIndexError):
                    raise
                raise DamagedIndexError(self.generation(pointer[0]), f"unreadable ({error})") from error
        raise AssertionError("unreachable")

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Holds the right to build here.

        Raises:
            IndexLockedError: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / "writer.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexLockedError(self.path) from None
        try:
            yield
        finally:
            lock.release()

    def publish(self, manifest: Manifest) -> None:
        """Makes a finished generation the current one; the last step is one atomic rename."""
        folder = self.generation(manifest.version)
        (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        _sync(folder)
        before = self._version_before()
        temporary = self.path / "current.new"
        temporary.write_text(f"{manifest.version} {sha256_of(folder / MANIFEST)}\n")
        _sync_file(temporary)
        temporary.replace(self._pointer)
        self._sweep({manifest.version, before})

    def _version_before(self) -> str | None:
        """The version that is about to be replaced; None if the pointer cannot be read, which is being repaired then."""
        try:
            return self.current()
        except DamagedIndexError:
            return None

    def _sweep(self, kept: set[str | None]) -> None:
        for folder in (self.path / "generations").iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _read_pointer(self) -> tuple[str, str] | None:
        try:
            version, checksum = self._pointer.read_text().split()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise DamagedIndexError(self._pointer, "unreadable") from error
        return version, checksum

    def _open(self, version: str, checksum: str, encoder: str | None) -> SearchIndex:
        folder = self.generation(version)
        manifest = Manifest.load(folder)  # first: an older format is told apart from damage
        if sha256_of(folder / MANIFEST) != checksum:
            raise DamagedIndexError(folder / MANIFEST, "altered")
        built_with = manifest.recipe.encoder.name
        if encoder is not None and encoder != built_with:
            raise EncoderMismatchError(built_with, encoder)
        for name, expected in manifest.files.items():
            path = folder / name
            if not path.is_file():
                raise DamagedIndexError(path, "missing")
            if sha256_of(path) != expected:
                raise DamagedIndexError(path, "truncated or altered")
        return SearchIndex(manifest, folder, self.cache)


class SearchIndex:
    """One opened generation: everything search reads. ``tokens`` and ``reduction`` are None without token vectors."""

    def __init__(self, manifest: Manifest, folder: Path, cache: Path) -> None:
        self.manifest = manifest
        self.database = Database(folder / DATABASE)
        self.columns: PassageColumns = self.database.columns()
        self.languages = frozenset(self.columns.languages.tolist())
        self.passages = DenseIndex.load(folder / PASSAGES)
        self.sentences = DenseIndex.load(folder / SENTENCES)
        self.lexical = LexicalIndex.load(folder / LEXICAL, manifest.passages)
        has_tokens = (folder / REDUCTION).exists()
        self.reduction = Reduction.load(folder / REDUCTION) if has_tokens else None
        self.tokens = TokenIndex.load(folder / TOKENS) if has_tokens else None
        recipe = manifest.recipe
        self.tokenizer = Tokenizer(recipe.user_dictionary, cache, recipe.glossary)

    @property
    def version(self) -> str:
        """Names this generation in answers and reports."""
        return self.manifest.version

    def close(self) -> None:
        self.database.close()


def sha256_of(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """Relative path -> sha256, for every file below ``folder``."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def _sync(folder: Path) -> None:
    """Makes a folder's files survive a loss of power."""
    for path in folder.rglob("*"):
        if path.is_file():
            _sync_file(path)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
