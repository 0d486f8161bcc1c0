"""``/health`` and ``/ready``."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.encoders import BUNDLED
from index.errors import EncoderMismatchError, MissingIndexError
from rag.engine import Engine
from tests.api.conftest import settings


def test_health_needs_nothing_but_the_process(seeds_home: Path) -> None:
    client = TestClient(create_app(settings(seeds_home)))  # not started: no index is open
    response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_says_what_is_being_served(client: TestClient, seeds_engine: Engine) -> None:
    body = client.get("/ready").json()
    manifest = seeds_engine.index.manifest
    assert body == {
        "status": "ready",
        "index_version": manifest.version,
        "encoder": BUNDLED,
        "reranker": None,
        "articles": 5,
        "passages": manifest.passages,
    }
    assert body["index_version"] == client.post("/v1/search", json={"query": "a"}).json()["index_version"]


def test_without_an_index_the_application_does_not_start(home: Path) -> None:
    with pytest.raises(MissingIndexError, match="no index in"), TestClient(create_app(settings(home))):
        pass


def test_with_an_index_of_another_encoder_the_application_does_not_start(seeds_home: Path) -> None:
    with (
        pytest.raises(EncoderMismatchError, match=f"built with encoder '{BUNDLED}', not 'another'"),
        TestClient(create_app(settings(seeds_home, encoder="another"))),
    ):
        pass
