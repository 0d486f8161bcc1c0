import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.dense import DenseSettings
from index.errors import DamagedIndexError, FormatMismatchError
from index.manifest import FORMAT, NAME, EncoderRecord, LastBuild, Manifest, Recipe
from index.passages import CutSettings

MANIFEST = Manifest(
    "v1", "2024-01-02T03:04:05+00:00", "abc", ("文章", "b"), 2, 10, 30,
    Recipe(EncoderRecord("m", 3, {"prompt": "问：", "n": 4, "x": None}), CutSettings(100, 300), DenseSettings(5),
           "词 3\n", "词,term\n"),
    {"a.sqlite": "00", "lexical/b": "11"}, answering={"thresholds": {"zh→en": 0.25}, "weights": [1.5, -2]},
)  # fmt: skip


def write(folder: Path, text: str) -> None:
    (folder / NAME).write_text(text, encoding="utf-8")


def test_it_comes_back_as_it_was(tmp_path: Path):
    write(tmp_path, MANIFEST.to_json())
    assert Manifest.load(tmp_path) == MANIFEST


def test_what_decides_the_answers_is_kept_as_it_was_given(tmp_path: Path):
    """Whatever that may mean to whoever answers."""
    write(tmp_path, MANIFEST.to_json())
    assert Manifest.load(tmp_path).answering == {"thresholds": {"zh→en": 0.25}, "weights": [1.5, -2]}
    write(tmp_path, replace(MANIFEST, answering={}).to_json())
    assert Manifest.load(tmp_path).answering == {}
    assert "zh→en" in MANIFEST.to_json(), "people can read it"


def test_people_can_read_it():
    text = MANIFEST.to_json()
    assert len(text.splitlines()) > 20
    assert "问：" in text
    assert json.loads(text)["recipe"]["encoder"]["name"] == "m"
    assert json.loads(text)["format"] == FORMAT


def test_a_missing_manifest_is_damage_with_the_repair(tmp_path: Path):
    with pytest.raises(DamagedIndexError, match=rf"{NAME}: missing; repair it with: rag index --rebuild"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "3",
        '"text"',
        "{}",
        f'{{"format": {FORMAT}}}',
        f'{{"format": {FORMAT}, "recipe": {{}}}}',
        "\udcff",
    ],
    ids=repr,
)
def test_what_is_no_manifest_is_damage(tmp_path: Path, text: str):
    (tmp_path / NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DamagedIndexError, match="rag index --rebuild"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize("key", ["version", "sources", "recipe", "files"])
def test_a_manifest_without_one_of_its_entries_is_damage(tmp_path: Path, key: str):
    data = json.loads(MANIFEST.to_json())
    del data[key]
    write(tmp_path, json.dumps(data))
    with pytest.raises(DamagedIndexError, match="not a manifest"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize("found", [0, 3, FORMAT + 1, "1.0", None])
def test_another_format_is_told_apart_whatever_else_it_holds(tmp_path: Path, found: object):
    write(tmp_path, json.dumps({"format": found}))
    with pytest.raises(
        FormatMismatchError,
        match=rf"has format {found}, this version reads format {FORMAT}; rebuild it with: rag index",
    ):
        Manifest.load(tmp_path)


# -- what the next build takes over ------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", [0, FORMAT, FORMAT + 1])
def test_the_last_build_is_read_from_any_format(tmp_path: Path, found: int):
    write(tmp_path, json.dumps({**json.loads(MANIFEST.to_json()), "format": found}))
    assert LastBuild.load(tmp_path) == LastBuild(("文章", "b"), "m", "词 3\n", "词,term\n")


def test_a_recipe_without_a_glossary_had_none(tmp_path: Path):
    data = json.loads(MANIFEST.to_json())
    del data["recipe"]["glossary"]
    write(tmp_path, json.dumps(data))
    assert LastBuild.load(tmp_path).glossary == ""


@pytest.mark.parametrize(
    "text", [None, "", "[]", "null", "{}", '{"recipe": {}}', '{"recipe": 3, "sources": []}'], ids=repr
)
def test_a_last_build_that_cannot_be_read_is_damage(tmp_path: Path, text: str | None):
    if text is not None:
        write(tmp_path, text)
    with pytest.raises(DamagedIndexError, match="unreadable"):
        LastBuild.load(tmp_path)
