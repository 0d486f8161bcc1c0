"""The served engine follows the index, and survives a bad generation."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.serving import ServedEngine
from index.encoders import Encoder
from rag.engine import Engine
from tests.api.conftest import settings
from tests.conftest import build


@pytest.fixture
def folder(tmp_path: Path, home: Path, encoder: Encoder) -> Path:
    """An indexed folder with one English article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, 1)
    build(home, folder, encoder)
    return folder


def write(folder: Path, gulls: int) -> None:
    (folder / "gulls.md").write_text(f"The keeper counts {gulls} gulls.", encoding="utf-8")


def test_it_looks_for_a_newer_generation_when_asked(home: Path, folder: Path, encoder: Encoder) -> None:
    served = ServedEngine(Engine(home), seconds=0)
    first = served.current().index.version
    write(folder, 2)
    second = build(home, folder, encoder).version
    assert served.current().index.version == second != first


def test_it_does_not_look_more_often_than_it_was_told(home: Path, folder: Path, encoder: Encoder) -> None:
    served = ServedEngine(Engine(home), seconds=3600)
    first = served.current().index.version
    write(folder, 2)
    build(home, folder, encoder)
    assert served.current().index.version == first


def test_a_bad_generation_is_logged_and_the_old_one_is_served(
    home: Path, folder: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(settings(home))) as client:
        before = client.get("/ready").json()["index_version"]
        write(folder, 2)
        bad = build(home, folder, encoder).version
        (home / "generations" / bad / "lexical" / "terms.txt").write_text("x")
        response = client.get("/v1/search?q=gulls")
        assert response.status_code == 200
        assert response.json()["index_version"] == before
        assert response.json()["results"][0]["quote"] == "The keeper counts 1 gulls."
        errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
        assert f"still serving index {before}: the index is damaged" in errors[0]
        assert "repair it with: rag index --rebuild" in errors[0]
        good = build(home, folder, encoder, rebuild=True).version
        answer = client.get("/v1/search?q=gulls").json()
        assert answer["index_version"] == good
        assert answer["results"][0]["quote"] == "The keeper counts 2 gulls."


def test_a_removed_article_is_gone_everywhere(home: Path, folder: Path, encoder: Encoder) -> None:
    (folder / "bread.md").write_text("Bread is baked at night.", encoding="utf-8")
    build(home, folder, encoder)
    with TestClient(create_app(settings(home))) as client:
        assert client.get("/v1/articles/bread.md").status_code == 200
        (folder / "bread.md").unlink()
        build(home, folder, encoder)
        assert client.get("/v1/articles/bread.md").status_code == 404
        assert client.get("/v1/articles").json()["total"] == 1
        for mode in ("hybrid", "dense", "lexical"):
            results = client.get("/v1/search", params={"q": "bread baked at night", "mode": mode}).json()["results"]
            assert all(result["article"]["id"] == "gulls.md" for result in results)
