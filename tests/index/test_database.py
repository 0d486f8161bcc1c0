import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.database import Database, StoredPassage, sha256_of_text, write_database
from index.errors import DamagedIndexError
from index.parallel import Parallel
from index.passages import cut_passages
from index.reading import SourceFile, read_article
from index.types import Article
from tests.index.helpers import seed, seed_passages


def stored(number: int) -> tuple[Article, list[StoredPassage]]:
    passages = [StoredPassage(p, ("词", f"t{i}")) for i, p in enumerate(seed_passages(number))]
    return seed(number).article, passages


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    path = tmp_path_factory.mktemp("db") / "articles.sqlite"
    write_database(path, [stored(number) for number in range(5)])
    return Database(path)


@pytest.fixture(scope="module")
def ranked() -> list[StoredPassage]:
    return [each for number in range(5) for each in stored(number)[1] if each.passage.ranked]


def test_every_passage_comes_back_as_it_was(database: Database):
    for number in range(5):
        article, expected = stored(number)
        found = list(database.passages_of(article.id))
        assert [each.tokens for _, each in found] == [each.tokens for each in expected]
        for (row, each), original in zip(found, expected, strict=True):
            if original.passage.ranked:
                assert each.passage == original.passage
            else:  # sentences are kept of what is ranked only
                assert row is None
                assert (each.passage.span, each.passage.readable) == (original.passage.span, original.passage.readable)


def test_rows_number_the_ranked_passages_in_order(database: Database, ranked: list[StoredPassage]):
    for row in (0, 1, len(ranked) // 2, len(ranked) - 1):
        assert database.passage(row) == ranked[row].passage
        assert database.sentences(row) == ranked[row].passage.sentences
    assert list(database.tokens()) == [list(each.tokens) for each in ranked]


def test_articles_come_back_as_they_were(database: Database):
    for number in range(5):
        article = seed(number).article
        assert database.article(article.id) == (article, len(seed_passages(number)))
    assert database.article("none.md") is None


def test_articles_are_listed_by_id_in_pages(database: Database):
    ids = [seed(number).article.id for number in range(5)]
    assert [article.id for article, _ in database.articles()] == ids
    assert [article.id for article, _ in database.articles(offset=1, limit=2)] == ids[1:3]
    assert database.articles(offset=9) == []
    assert database.checksums() == {seed(n).article.id: seed(n).article.sha256 for n in range(5)}


def test_columns_say_of_every_row_what_ranking_needs(database: Database, ranked: list[StoredPassage]):
    columns = database.columns()
    assert columns.article_ids == tuple(seed(number).article.id for number in range(5))
    assert [columns.article_ids[i] for i in columns.articles] == [each.passage.article_id for each in ranked]
    assert columns.languages.tolist() == [each.passage.language for each in ranked]
    assert np.diff(columns.sentence_starts).tolist() == [len(each.passage.sentences) for each in ranked]
    assert columns.sentence_starts[0] == 0


AWKWARD = "# 标题\n\n**😀 𠮷**e\u0301 &amp; `x`。\r\n\r\n|a|\n|-|\n|1|\n"


def test_parallels_come_back_likest_first(tmp_path: Path):
    written = [Parallel(0, 7, 0.6), Parallel(0, 9, 0.8), Parallel(0, 5, 0.6), Parallel(7, 0, 0.6)]
    write_database(tmp_path / "db", [], written)
    database = Database(tmp_path / "db")
    assert database.parallels(0) == [written[1], written[2], written[0]]
    assert database.parallels(7) == [written[3]]
    assert database.parallels(1) == []


def test_awkward_characters_and_maps_survive(tmp_path: Path):
    read = read_article(SourceFile("奇怪 名字's.md", AWKWARD.encode()))
    passages = cut_passages(read)
    write_database(tmp_path / "db", [(read.article, [StoredPassage(p, ()) for p in passages])])
    database = Database(tmp_path / "db")
    assert [each.passage for _, each in database.passages_of(read.article.id)] == passages
    assert [each.tokens for _, each in database.passages_of(read.article.id)] == [()] * len(passages)
    assert database.article(read.article.id) == (read.article, len(passages))


def test_an_empty_database_has_empty_columns(tmp_path: Path):
    write_database(tmp_path / "db", [])
    columns = Database(tmp_path / "db").columns()
    assert columns.article_ids == ()
    assert columns.articles.shape == (0,)
    assert columns.sentence_starts.tolist() == [0]


def test_many_threads_may_read(database: Database, ranked: list[StoredPassage]):
    rows = [row for row in range(len(ranked))] * 2
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(database.passage, rows))
    assert found == [ranked[row].passage for row in rows]


def test_reading_leaves_no_files_beside_it(tmp_path: Path):
    write_database(tmp_path / "db", [stored(0)])
    database = Database(tmp_path / "db")
    database.articles()
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["db"]


# -- reading again what may have been altered --------------------------------------------------------------------------


@pytest.fixture
def one(tmp_path: Path) -> Database:
    """A file of its own with one article."""
    write_database(tmp_path / "db", [stored(0)])
    return Database(tmp_path / "db")


def alter(database: Database, statement: str, *values: object) -> None:
    """Through a second connection, as a meddler does."""
    with closing(sqlite3.connect(database.path)) as db, db:
        assert db.execute(statement, values).rowcount == 1


def test_reading_again_gives_the_article_as_it_was(database: Database):
    for number in range(5):
        article = seed(number).article
        assert database.reread(article.id) == article


def test_awkward_characters_are_no_damage(tmp_path: Path):
    for i, text in enumerate(["", "\r\n\r", "😀𠮷 e\u0301 \ufeff", AWKWARD]):
        read = read_article(SourceFile("a'b.md", text.encode()))
        write_database(tmp_path / f"db{i}", [(read.article, [])])
        assert Database(tmp_path / f"db{i}").reread("a'b.md").text == read.article.text


@pytest.mark.parametrize("read_before", [False, True], ids=["unread", "read before"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET text = replace(text, 'AI', 'IA')",
        "UPDATE articles SET text = text || ' '",
        "UPDATE articles SET text = substr(text, 2)",
        "UPDATE articles SET text = ''",
        "UPDATE articles SET text_sha256 = ''",
        "UPDATE articles SET text = CAST(x'ff' AS TEXT)",
        "DELETE FROM articles",
    ],
)
def test_an_alteration_is_seen_past_every_cache(one: Database, statement: str, read_before: bool):
    """Ours, which still has the article, and SQLite's, which takes the file for one that never changes."""
    article = seed(0).article
    if read_before:
        assert one.reread(article.id) == article
        assert one.article(article.id) == (article, len(seed_passages(0)))
    alter(one, statement)
    with pytest.raises(DamagedIndexError, match=r"db: .*; repair it with: rag index --rebuild"):
        one.reread(article.id)
    if read_before:
        assert one.article(article.id) == (article, len(seed_passages(0)))


def test_an_article_that_was_replaced_with_its_checksum_is_read_as_it_is_now(one: Database):
    """That it is another one is for whoever has a quote of it to find out."""
    article = seed(0).article
    alter(one, "UPDATE articles SET text = ?, text_sha256 = ?", "another", sha256_of_text("another"))
    assert one.reread(article.id).text == "another"
    assert one.reread(article.id).sha256 == article.sha256


def test_a_file_that_is_no_database_any_more_is_damage(one: Database):
    one.reread(seed(0).article.id)
    one.path.write_bytes(b"\0" * one.path.stat().st_size)
    with pytest.raises(DamagedIndexError, match=r"db: unreadable \(.+\); repair it with"):
        one.reread(seed(0).article.id)


def test_a_file_that_was_swept_away_is_still_read(one: Database):
    """Who holds it open goes on answering from it."""
    one.path.unlink()
    assert one.reread(seed(0).article.id) == seed(0).article


def test_many_threads_may_read_again(database: Database):
    articles = [seed(number).article for number in range(5)] * 8
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(database.reread, (article.id for article in articles))) == articles
