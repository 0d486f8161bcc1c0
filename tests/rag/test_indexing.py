"""Indexing from the command line: what is remembered, and what is reported."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from index.build import BuildReport, build_index
from index.encoders import BUNDLED, load_encoder
from index.errors import NoArticlesError, UnreadableArticleError
from index.store import Home
from rag.answering.model import AnswerModel, shipped_model
from rag.indexing import DEFAULT_SOURCE, IndexOptions, index_articles, print_report
from tests.conftest import sources_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two English articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "gulls.md").write_text("The keeper counts gulls.", encoding="utf-8")
    (folder / "bread.md").write_text("Bread is baked at night.", encoding="utf-8")
    return folder


def test_only_what_changed_is_read_again(home: Path, folder: Path) -> None:
    first = index_articles(Home(home), IndexOptions((folder,)))
    assert first.added == ("bread.md", "gulls.md")
    (folder / "bread.md").write_text("Bread is baked at noon.", encoding="utf-8")
    (folder / "gulls.md").unlink()
    (folder / "tide.md").write_text("The tide is high.", encoding="utf-8")
    second = index_articles(Home(home), IndexOptions((folder,)))
    assert (second.added, second.changed, second.removed, second.unchanged) == (
        ("tide.md",),
        ("bread.md",),
        ("gulls.md",),
        (),
    )
    third = index_articles(Home(home), IndexOptions((folder,)))
    assert (third.added, third.changed, third.removed) == ((), (), ())
    assert third.unchanged == ("bread.md", "tide.md")
    assert third.version == second.version, "nothing changed, so nothing is published"


def test_folder_and_dictionary_are_those_of_the_last_time(
    home: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_articles(Home(home), IndexOptions((folder,), user_dictionary="苏堤春晓 9\n"))
    monkeypatch.chdir(tmp_path)
    report = index_articles(Home(home), IndexOptions())
    assert report.unchanged == ("bread.md", "gulls.md")
    manifest = Home(home).open().manifest
    assert manifest.recipe.user_dictionary == "苏堤春晓 9\n"
    assert manifest.sources == (str(folder.resolve()),)
    index_articles(Home(home), IndexOptions((), user_dictionary=""))
    assert Home(home).open().manifest.recipe.user_dictionary == ""


def test_what_decides_the_answers_is_kept_with_the_index(home: Path, folder: Path) -> None:
    """An index goes on answering as it did when it was built; one without it gets it without being embedded again."""
    build_index(Home(home), sources_of(folder), load_encoder(), roots=[str(folder.resolve())])
    assert Home(home).open().manifest.answering == {}
    report = index_articles(Home(home), IndexOptions())
    assert report.unchanged == ("bread.md", "gulls.md")
    manifest = Home(home).open().manifest
    assert manifest.version == report.version
    assert AnswerModel.from_json(manifest.answering) == shipped_model(BUNDLED)
    assert index_articles(Home(home), IndexOptions()).version == report.version


def test_the_first_time_it_is_the_seeds(
    home: Path, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableArticleError, match=f"{DEFAULT_SOURCE}: no such file or folder"):
        index_articles(Home(home), IndexOptions())
    folder.rename(tmp_path / DEFAULT_SOURCE)
    assert index_articles(Home(home), IndexOptions()).added == ("bread.md", "gulls.md")


def test_a_rebuild_reads_everything_again(home: Path, folder: Path) -> None:
    first = index_articles(Home(home), IndexOptions((folder,)))
    again = index_articles(Home(home), IndexOptions((), rebuild=True))
    assert set(again.added + again.changed + again.unchanged) == {"bread.md", "gulls.md"}
    assert again.version != first.version


def test_an_empty_folder_is_an_error(home: Path, tmp_path: Path) -> None:
    with pytest.raises(NoArticlesError, match=r"no \.txt or \.md article in"):
        index_articles(Home(home), IndexOptions((tmp_path,)))


def test_no_bar_is_drawn_in_a_pipe(home: Path, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    index_articles(Home(home), IndexOptions((folder,)))
    assert capfd.readouterr() == ("", "")


def report(**changes: object) -> BuildReport:
    values: dict[str, object] = {
        "version": "v1", "added": (), "changed": (), "removed": (), "unchanged": (), "failed": {}, "passages": 7,
        "sentences": 21, "truncated": 0, "seconds": 1.25,
    }  # fmt: skip
    return BuildReport(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"added": ("a.md", "b.md")}, ["added 2: a.md, b.md"]),
        ({"changed": ("[red]a.md",)}, ["changed 1: [red]a.md"]),
        ({"removed": ("茶/绿茶.md",)}, ["removed 1: 茶/绿茶.md"]),
        ({"unchanged": ("a.md", "b.md", "c.md")}, ["unchanged 3"]),
        ({"failed": {"a.md": "neither UTF-8 nor GB18030"}}, ["failed a.md: neither UTF-8 nor GB18030"]),
        ({"truncated": 3}, ["truncated 3 texts longer than the encoder reads"]),
        (
            {"added": tuple(f"{i}.md" for i in range(12))},
            [f"added 12: {', '.join(f'{i}.md' for i in range(10))} and 2 more"],
        ),
        ({"added": ("a" * 300,)}, [f"added 1: {'a' * 300}"]),
    ],
)
def test_the_report_names_what_happened_and_leaves_out_what_did_not(
    changes: dict[str, object], expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    print_report(report(**changes))
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [*expected, "index v1: 7 passages, 21 sentences in 1.2 s"]
    assert shown.out == "", "standard output is for results"


def test_a_failure_is_red_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Console(file=io.StringIO()).is_terminal is False
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    print_report(report(failed={"a.md": "unreadable"}))
    assert "\x1b[31mfailed a.md: unreadable" in capsys.readouterr().err
