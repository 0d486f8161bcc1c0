"""Question sets about articles that are not shipped, and the data set that a name stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.beir import BeirDataset
from eval.check import check_question_set
from eval.dataset import read_jsonl
from eval.errors import DatasetError
from eval.news_questions import WRITTEN, lay_out
from eval.opening import articles_of, open_dataset
from eval.question_set import QuestionSet
from tests.conftest import ROOT
from tests.eval.conftest import Json, lines

TEXT, ENGLISH = (
    "灯塔看守人每天早上数海鸥。昨天有一百二十只。",
    "Each morning the keeper counts the gulls. There were 120.",
)
ROW: Json = {
    "article": "n1",
    "sha256": hashlib.sha256(TEXT.encode()).hexdigest()[:16],
    "theme": "harbour",
    "english": ENGLISH,
    "needs": [{"zh": "那天鸟有几只？", "en": "How many birds?", "zh_at": [13, 21], "en_at": [42, 56]}],
    "traps": [{"zh": "看守人几岁？", "en": "How old is he?"}],
}
LayOut = Callable[..., list[Path]]


@pytest.fixture
def lay(tmp_path: Path) -> LayOut:
    """Lays out rows of questions about one article."""

    def run(*rows: Json, text: str = TEXT) -> list[Path]:
        (tmp_path / "corpus.jsonl").write_text(lines([{"_id": "n1", "text": text}]), encoding="utf-8")
        written = tmp_path / "written.jsonl"
        written.write_text(lines(list(rows)), encoding="utf-8")
        return lay_out(tmp_path, tmp_path / "sets", written)

    return run


def test_a_theme_is_a_question_set_with_its_articles_beside_it(lay: LayOut) -> None:
    [path] = lay(ROW)
    assert path.name == "harbour.jsonl"
    assert articles_of(path) == path.parent / "harbour"
    checked = check_question_set(path, articles_of(path))
    assert (checked.questions, list(checked.problems)) == (4, [])
    data = open_dataset(str(path))
    assert isinstance(data, QuestionSet)
    assert data.name == "harbour"
    assert sorted(data.sources) == ["n1.en.txt", "n1.txt"]
    assert [(each.text, each.language) for each in data.questions] == [
        ("那天鸟有几只？", "zh"), ("How many birds?", "en"), ("看守人几岁？", "zh"), ("How old is he?", "en"),
    ]  # fmt: skip


def test_both_tellings_answer_and_a_trap_is_answered_by_neither(lay: LayOut) -> None:
    [path] = lay(ROW)
    need, _, trap, _ = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert [(each["file"], each["quote"]) for each in need["evidence"]] == [
        ("n1.txt", "昨天有一百二十只"), ("n1.en.txt", "There were 120"),
    ]  # fmt: skip
    assert (trap["evidence"], trap["kind"]) == ([], "near_topic")


@pytest.mark.parametrize(
    ("row", "text"), [(ROW, TEXT + "！"), (ROW | {"article": "n2"}, TEXT)], ids=["other", "absent"]
)
def test_an_article_that_is_not_the_one_written_about_is_an_error(row: Json, text: str, lay: LayOut) -> None:
    with pytest.raises(DatasetError, match=f"does not hold the article {row['article']}"):
        lay(row, text=text)


def test_what_was_written_is_whole() -> None:
    rows = [row for _, row in read_jsonl(ROOT / WRITTEN)]
    assert len({row["article"] for row in rows}) == len(rows) == 1_280
    for row in rows:
        assert len(row["needs"]) == 4
        assert row["traps"]
        for need in row["needs"]:
            (start, end), (first, last) = need["zh_at"], need["en_at"]
            assert 0 <= start < end
            assert 0 <= first < last <= len(row["english"])
            assert need["zh"].strip()
            assert need["en"].strip()


def test_a_name_stands_for_the_seeds_a_folder_or_a_question_set(beir: Path, tmp_path: Path) -> None:
    assert isinstance(open_dataset(str(beir)), BeirDataset)
    with pytest.raises(DatasetError, match="give 'seeds', a folder"):
        open_dataset(str(tmp_path / "nothing"))


def test_the_articles_of_a_set_without_a_folder_of_its_name_are_the_seeds(tmp_path: Path) -> None:
    assert articles_of(tmp_path / "mine.jsonl") == Path("seeds")
