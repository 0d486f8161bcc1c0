import hashlib
from pathlib import Path

import pytest

from index.blocks import BlockKind
from index.encoders import Encoder
from index.errors import DuplicateArticleError, EncodingError, NoArticlesError, UnreadableArticleError
from index.reading import SourceFile, decode, find_files, read_article, read_file
from index.store import Home
from tests.conftest import build
from tests.index.helpers import read

SHORT = "西湖在杭州。"
LONG = "茶起源于中国西南部。唐代陆羽写了《茶经》，这是世界上第一部茶书。绿茶不发酵，红茶全发酵。" * 4
TRADITIONAL = "茶起源於中國西南部。唐代陸羽寫了《茶經》，這是世界上第一部茶書。綠茶不發酵，紅茶全發酵。" * 4
JAPANESE = "お茶は中国南西部で生まれました。これは世界で最初のお茶の本です。カタカナもあります。" * 4

# -- encodings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a", SHORT, LONG, TRADITIONAL, JAPANESE, "😀𠮷", "a\r\nb\rc\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_and_without_a_byte_order_mark(text: str, encoding: str):
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    "text", [SHORT, LONG, "“引号”——破折号……", "Mostly English, and 中文。", LONG + "鎔镕堃", "DALL·E"], ids=len
)
def test_gb18030_is_read_long_and_short(text: str):
    assert decode(text.encode("gb18030"), "a.txt") == text


@pytest.mark.parametrize(
    "data",
    [
        TRADITIONAL.encode("big5"),
        JAPANESE.encode("shift_jis"),
        LONG.encode("utf-16"),
        SHORT.encode("utf-16"),
        "plain English".encode("utf-16-le"),
        "Ça coûte très cher à l'été.".encode("latin-1"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0",
        b"\xff" * 100,
        bytes(range(256)),
        LONG.encode()[:-1],
        b"text\0with a zero",
    ],
    ids=[
        "big5",
        "shift-jis",
        "utf-16",
        "utf-16 short",
        "utf-16-le",
        "latin-1",
        "png",
        "ff",
        "all bytes",
        "cut",
        "zero",
    ],
)
def test_anything_else_is_refused_with_the_name_of_the_file(data: bytes):
    with pytest.raises(EncodingError, match=r"^folder/a\.txt: neither UTF-8 nor GB18030.*save it as UTF-8"):
        decode(data, "folder/a.txt")


def test_the_message_guesses_what_it_is():
    with pytest.raises(EncodingError, match=r"looks like big5"):
        decode(TRADITIONAL.encode("big5"), "a.txt")


def test_one_bad_file_leaves_the_others_indexed_and_is_reported(articles: Path, tmp_path: Path, encoder: Encoder):
    (articles / "bad.txt").write_bytes(TRADITIONAL.encode("big5"))
    (articles / "old.txt").write_bytes(LONG.encode("gb18030"))
    report = build(tmp_path / "home", articles, encoder)
    assert report.added == ("coffee.md", "lake.txt", "old.txt", "tea.md")
    assert list(report.failed) == ["bad.txt"]
    assert "GB18030" in report.failed["bad.txt"]
    found = Home(tmp_path / "home").open().database.article("old.txt")
    assert found is not None
    assert found[0].text == LONG


# -- files -------------------------------------------------------------------------------------------------------------


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n\n正文。", encoding="utf-8")


def test_ids_are_paths_below_the_folder_in_order(tmp_path: Path):
    write(tmp_path, "b.md", "a.txt", "sub/c.MD", "sub/deep/d.txt")
    assert list(find_files([tmp_path])) == ["a.txt", "b.md", "sub/c.MD", "sub/deep/d.txt"]


def test_hidden_and_other_files_are_left_out(tmp_path: Path):
    write(tmp_path, "a.md", ".hidden.md", ".git/b.md", "c.html", "d", "e.markdown")
    (tmp_path / "folder.md").mkdir()
    assert list(find_files([tmp_path])) == ["a.md"]


def test_a_hidden_folder_may_itself_be_asked_for(tmp_path: Path):
    write(tmp_path, ".notes/a.md")
    assert list(find_files([tmp_path / ".notes"])) == ["a.md"]


def test_several_folders_keep_their_names_apart(tmp_path: Path):
    write(tmp_path, "one/a.md", "two/a.md")
    assert list(find_files([tmp_path / "one", tmp_path / "two"])) == ["one/a.md", "two/a.md"]


def test_single_files_are_known_by_their_names(tmp_path: Path):
    write(tmp_path, "one/a.md", "two/b.txt", "c.html")
    assert list(find_files([tmp_path / "one/a.md", tmp_path / "c.html"])) == ["a.md", "c.html"]


def test_two_files_of_one_id_are_refused_with_both_paths(tmp_path: Path):
    write(tmp_path, "one/a.md", "two/a.md")
    with pytest.raises(DuplicateArticleError, match=r"one/a\.md and .*two/a\.md would both be article 'a\.md'"):
        find_files([tmp_path / "one/a.md", tmp_path / "two/a.md"])


def test_a_missing_path_is_refused_with_its_name(tmp_path: Path):
    with pytest.raises(UnreadableArticleError, match=r"nowhere: no such file or folder; check the path"):
        find_files([tmp_path / "nowhere"])


def test_a_folder_without_articles_is_refused(tmp_path: Path):
    with pytest.raises(NoArticlesError, match=r"no \.txt or \.md article in .*; give a folder"):
        find_files([tmp_path])


def test_a_file_that_went_away_is_refused_with_its_path(tmp_path: Path):
    with pytest.raises(UnreadableArticleError, match=r"gone\.md: cannot be read \(No such file"):
        read_file("gone.md", tmp_path / "gone.md")


def test_the_checksum_is_of_the_bytes_and_the_title():
    plain = SourceFile("a.md", SHORT.encode())
    assert plain.sha256 == hashlib.sha256(SHORT.encode()).hexdigest()
    assert SourceFile("b.md", SHORT.encode()).sha256 == plain.sha256
    assert len({plain.sha256, SourceFile("a.md", SHORT.encode(), "x").sha256, SourceFile("a.md", b"x").sha256}) == 3


# -- articles ----------------------------------------------------------------------------------------------------------


def test_an_article_knows_its_id_text_language_and_checksum():
    article = read_article(SourceFile("sub/tea.md", b"# Tea\n\nAll about tea.\n")).article
    assert (article.id, article.path, article.text) == ("sub/tea.md", "sub/tea.md", "# Tea\n\nAll about tea.\n")
    assert article.language == "en"
    assert article.metadata.title == "Tea"
    assert article.sha256 == hashlib.sha256(b"# Tea\n\nAll about tea.\n").hexdigest()


def test_a_title_written_without_its_space_becomes_the_main_heading():
    first, *_ = read("#茶的历史\n\n正文。").blocks
    assert (first.kind, first.level) == (BlockKind.HEADING, 1)


def test_a_paragraph_that_only_contains_the_title_stays_a_paragraph():
    found = read("---\ntitle: 茶\n---\n\n茶的历史很长。\n").blocks
    assert found[1].kind is BlockKind.PARAGRAPH
