"""Articles, passages and sentences in one SQLite file per generation: written once, then only read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.errors import DamagedIndexError
from index.hits import Rows
from index.parallel import Parallel
from index.source_text import SourceText
from index.spans import Span
from index.types import Article, Metadata, Passage, PassageKind, Sentence

_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL,
    sha256 TEXT NOT NULL, -- of the file
    text_sha256 TEXT NOT NULL, -- of this text, as UTF-8
    language TEXT NOT NULL, title TEXT NOT NULL, url TEXT, site TEXT, author TEXT,
    dates TEXT NOT NULL, tags TEXT NOT NULL, passages INTEGER NOT NULL
);
-- "row" is the passage's row in the vector and lexical indexes; boilerplate has none
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, row INTEGER UNIQUE, article INTEGER NOT NULL REFERENCES articles,
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, segments BLOB NOT NULL,
    heading TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, tokens TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages (article);
-- "number" is the sentence's row in the sentence vectors; those of one passage are consecutive
CREATE TABLE sentences (
    number INTEGER PRIMARY KEY, passage_row INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX sentences_by_passage ON sentences (passage_row);
-- the same passage in another article's words, in both directions
CREATE TABLE parallels (row INTEGER NOT NULL, other INTEGER NOT NULL, score REAL NOT NULL, PRIMARY KEY (row, other));
"""
_CACHED_PASSAGES, _CACHED_ARTICLES = 2_000, 100
_PASSAGE = (
    "SELECT a.id, p.start, p.end, p.text, p.segments, p.heading, p.kind, p.language, p.row "
    "FROM passages p JOIN articles a ON a.number = p.article "
)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with the tokens that the lexical index holds for it."""

    passage: Passage
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """What ranking needs of every row at once, as arrays of length ``n_rows``.

    The sentences of row ``i`` are ``sentence_starts[i]`` to ``sentence_starts[i + 1]``, excluded.
    """

    article_ids: tuple[str, ...]
    articles: Rows
    languages: np.ndarray[tuple[int], np.dtype[np.str_]]
    sentence_starts: Rows


def write_database(
    path: Path, articles: Iterable[tuple[Article, Sequence[StoredPassage]]], parallels: Iterable[Parallel] = ()
) -> None:
    """Writes a new file; rows are numbered in the order given."""
    with sqlite3.connect(path) as db:
        db.executescript(_SCHEMA)
        row = 0
        for number, (article, stored) in enumerate(articles):
            m = article.metadata
            values = (m.title, m.url, m.site, m.author, _json(m.dates), _json(m.tags), len(stored))
            db.execute(
                "INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    number,
                    article.id,
                    article.text,
                    article.sha256,
                    sha256_of_text(article.text),
                    article.language,
                    *values,
                ),
            )
            for each in stored:
                _insert_passage(db, number, each, row if each.passage.ranked else None)
                row += each.passage.ranked
        db.executemany("INSERT INTO parallels VALUES (?,?,?)", ((p.row, p.other, p.score) for p in parallels))
    db.close()


def _insert_passage(db: sqlite3.Connection, article: int, stored: StoredPassage, row: int | None) -> None:
    p = stored.passage
    segments = array("q", p.readable.flat()).tobytes()
    db.execute(
        "INSERT INTO passages (row, article, start, end, text, segments, heading, kind, language, tokens) "
        "VALUES (?,?,?,?,?,?,?,?,?,?)",
        (row, article, p.span.start, p.span.end, p.readable.text, segments, _json(p.heading), p.kind, p.language,
         "\n".join(stored.tokens)),
    )  # fmt: skip
    if row is not None:
        db.executemany(
            "INSERT INTO sentences (passage_row, start, end, text) VALUES (?,?,?,?)",
            ((row, s.span.start, s.span.end, s.text) for s in p.sentences),
        )


class Database:
    """Reads one generation's file. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        # results show the same passages and articles again and again; reading one anew costs a millisecond
        self.passage = lru_cache(_CACHED_PASSAGES)(self._read_passage)
        self.article = lru_cache(_CACHED_ARTICLES)(self._read_article)
        self.parallels = lru_cache(_CACHED_PASSAGES)(self._read_parallels)

    def close(self) -> None:
        self._db.close()

    def columns(self) -> PassageColumns:
        """The columns of all ranked passages, by row."""
        ids = [row[0] for row in self._query("SELECT id FROM articles ORDER BY number")]
        rows = self._query("SELECT article, language FROM passages WHERE row IS NOT NULL ORDER BY row")
        counts = self._query("SELECT passage_row, count(*) FROM sentences GROUP BY passage_row")
        per_row = np.zeros(len(rows) + 1, np.int64)
        for row, count in counts:
            per_row[row + 1] = count
        return PassageColumns(
            tuple(ids),
            np.array([article for article, _ in rows], np.int64),
            np.array([language for _, language in rows], dtype="U2"),
            np.cumsum(per_row),
        )

    def articles(self, offset: int = 0, limit: int = -1) -> list[tuple[Article, int]]:
        """Articles in order of their ids, each with its number of passages."""
        rows = self._query(_ARTICLE + "ORDER BY id LIMIT ? OFFSET ?", limit, offset)
        return [_article(row) for row in rows]

    def _read_article(self, article_id: str) -> tuple[Article, int] | None:
        """One article with its number of passages, or None."""
        if not _is_unicode(article_id):
            return None
        rows = self._query(_ARTICLE + "WHERE id = ?", article_id)
        return _article(rows[0]) if rows else None

    def reread(self, article_id: str) -> Article:
        """One article as it is on disk now, past every cache of ours and of SQLite; the article must be there.

        Raises:
            DamagedIndexError: its text is not what was stored.
        """
        try:
            self._query("PRAGMA shrink_memory")  # it forgets the pages it has read
            found = self._query(_ARTICLE.replace("passages", "passages, text_sha256") + "WHERE id = ?", article_id)
        except sqlite3.Error as error:
            raise DamagedIndexError(self.path, f"unreadable ({error})") from error
        if not found or sha256_of_text(found[0][1]) != found[0][-1]:
            raise DamagedIndexError(self.path, f"the text of {article_id} is altered")
        return _article(found[0][:-1])[0]

    def checksums(self) -> dict[str, str]:
        """Article id -> sha256."""
        return dict(self._query("SELECT id, sha256 FROM articles"))

    def _read_passage(self, row: int) -> Passage:
        """The passage at a row of the indexes."""
        return self._passage(self._query(_PASSAGE + "WHERE p.row = ?", row)[0])

    def passages_of(self, article_id: str) -> Iterator[tuple[int | None, StoredPassage]]:
        """The passages of an article in order, each with its row (None for boilerplate) and tokens."""
        found = self._query(
            _PASSAGE.replace("p.row ", "p.row, p.tokens ") + "WHERE a.id = ? ORDER BY p.start", article_id
        )
        for *columns, tokens in found:
            passage = self._passage(tuple(columns))
            yield columns[-1], StoredPassage(passage, tuple(tokens.split("\n")) if tokens else ())

    def tokens(self) -> Iterator[list[str]]:
        """The tokens of every ranked passage, by row."""
        for (tokens,) in self._query("SELECT tokens FROM passages WHERE row IS NOT NULL ORDER BY row"):
            yield tokens.split("\n") if tokens else []

    def _read_parallels(self, row: int) -> list[Parallel]:
        """The passages that say the same in other articles, likest first."""
        found = self._query("SELECT row, other, score FROM parallels WHERE row = ? ORDER BY score DESC, other", row)
        return [Parallel(*columns) for columns in found]

    def sentences(self, row: int) -> tuple[Sentence, ...]:
        found = self._query("SELECT start, end, text FROM sentences WHERE passage_row = ? ORDER BY number", row)
        return tuple(Sentence(Span(start, end), text) for start, end, text in found)

    def _passage(self, columns: tuple) -> Passage:  # type: ignore[type-arg]
        article, start, end, text, blob, heading, kind, language, row = columns
        segments = array("q")
        segments.frombytes(blob)
        readable = SourceText.from_flat(text, segments)
        sentences = self.sentences(row) if row is not None else ()
        path = tuple(json.loads(heading))
        return Passage(article, Span(start, end), readable, path, sentences, PassageKind(kind), language)

    def _query(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._db.execute(sql, values).fetchall()


_ARTICLE = "SELECT id, text, sha256, language, title, url, site, author, dates, tags, passages FROM articles "


def _article(row: tuple) -> tuple[Article, int]:  # type: ignore[type-arg]
    article_id, text, sha256, language, title, url, site, author, dates, tags, passages = row
    metadata = Metadata(title, url, site, author, json.loads(dates), tuple(json.loads(tags)))
    return Article(article_id, article_id, text, sha256, language, metadata), passages


def sha256_of_text(text: str) -> str:
    """Of its UTF-8; what cannot be encoded, as in a damaged file, counts too."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_unicode(text: str) -> bool:
    """False for lone surrogates, which no stored text holds and SQLite does not take."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
