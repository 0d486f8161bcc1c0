"""A citation is compared with the stored article before it leaves; a damaged one never does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.database import Database, StoredPassage, sha256_of_text, write_database
from index.errors import DamagedIndexError
from index.passages import cut_passages
from index.spans import Span
from rag.answering.proof import prove
from rag.answering.types import Citation
from tests.index.helpers import read

TEXT = "# 标题\r\n\r\n😀 守塔人数海鸥。𠮷 e\u0301 面包在夜里烤。"
QUOTE = "面包在夜里烤。"
REPAIR = "repair it with: rag index --rebuild"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """One article."""
    article = read(TEXT, "a.md")
    stored = [StoredPassage(passage, ()) for passage in cut_passages(article)]
    write_database(tmp_path / "articles.sqlite", [(article.article, stored)])
    return Database(tmp_path / "articles.sqlite")


def alter(path: Path, **columns: str) -> None:
    """Changes the stored article as a broken disk or a meddler does."""
    with closing(sqlite3.connect(path)) as db, db:
        for name, value in columns.items():
            db.execute(f"UPDATE articles SET {name} = ?", (value,))


def cited(start: int, end: int, quote: str | None = None, sha256: str | None = None) -> Citation:
    """A citation of the article as it was when it was searched."""
    read_ = read(TEXT, "a.md")
    article = replace(read_.article, sha256=sha256 or read_.article.sha256)
    span = Span(start, end)
    return Citation(1, span, span.quote(TEXT) if quote is None else quote, article, cut_passages(read_)[0])


def test_what_stands_there_is_proven(database: Database) -> None:
    for start, end in ((TEXT.index(QUOTE), len(TEXT)), (0, len(TEXT)), (8, 9), (TEXT.index("𠮷"), TEXT.index("面"))):
        prove(cited(start, end), database)


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (0, 2, "标题"),
        (0, 4, "# 标"),
        (len(TEXT) - 3, len(TEXT) + 1, TEXT[-3:]),
        (len(TEXT), len(TEXT) + 5, ""),
        (TEXT.index("e\u0301"), TEXT.index("e\u0301") + 2, "é"),
        (4, 8, "\n\n"),
    ],
)
def test_what_does_not_stand_there_is_not(database: Database, start: int, end: int, quote: str) -> None:
    message = rf"articles\.sqlite: a\.md does not hold the quote at Span\(start={start}, end={end}\); {REPAIR}"
    with pytest.raises(DamagedIndexError, match=message):
        prove(cited(start, end, quote), database)


def test_another_version_of_the_article_proves_nothing(database: Database) -> None:
    with pytest.raises(DamagedIndexError, match=f"a.md is another article than was searched; {REPAIR}"):
        prove(cited(0, 4, sha256="0" * 64), database)


ALTERATIONS: dict[str, Callable[[Path], None]] = {
    "in the quote": lambda path: alter(path, text=TEXT.replace("面包", "蛋糕")),
    "far from the quote": lambda path: alter(path, text=TEXT.replace("标题", "题标")),
    "shorter": lambda path: alter(path, text=TEXT[:5]),
    "longer": lambda path: alter(path, text=TEXT + "x"),
    "its checksum": lambda path: alter(path, text_sha256="0" * 64),
    "renamed": lambda path: alter(path, id="b.md"),
}


@pytest.mark.parametrize("how", ALTERATIONS)
def test_an_altered_text_proves_nothing_even_where_the_quote_still_stands(tmp_path: Path, how: str) -> None:
    article = read(TEXT, "a.md")
    path = tmp_path / "altered.sqlite"
    write_database(path, [(article.article, [])])
    ALTERATIONS[how](path)
    with pytest.raises(DamagedIndexError, match=rf"altered\.sqlite: the text of a\.md is altered; {REPAIR}"):
        prove(cited(TEXT.index(QUOTE), len(TEXT)), Database(path))


def test_a_text_that_was_replaced_with_its_checksum_does_not_hold_the_quote(tmp_path: Path) -> None:
    article = read(TEXT, "a.md")
    path, other = tmp_path / "altered.sqlite", TEXT.replace("面包", "蛋糕")
    write_database(path, [(article.article, [])])
    alter(path, text=other, text_sha256=sha256_of_text(other))
    with pytest.raises(DamagedIndexError, match="does not hold the quote"):
        prove(cited(TEXT.index(QUOTE), len(TEXT)), Database(path))
