"""A reranker in the server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from api.app import create_app
from api.serving import ServedEngine
from index.errors import MissingExtraError
from rag.engine import Engine
from rag.errors import UnknownRerankerError, UnsuitableRerankerError
from tests.api.conftest import PATIENCE, RAG, serving, settings
from tests.conftest import ROOT, WORDS
from tests.word_counter import save_word_counter

EN = "What did GPT-3 cost to train?"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def reranking(seeds_home: Path, word_counter: Path) -> Iterator[TestClient]:
    """A client of the application with a reranker."""
    with TestClient(create_app(settings(seeds_home, reranker=str(word_counter)))) as client:
        yield client


def post(client: TestClient, **body: object) -> Json:
    response = client.post("/v1/search", json={"query": EN, **body})
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


class Broken:
    """Fails at every question."""

    name = "broken"

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.full(len(texts), np.nan)


@pytest.mark.models
def test_answers_are_in_its_order_and_show_its_scores(reranking: TestClient, client: TestClient) -> None:
    before, after = post(client, top_k=25)["results"], post(reranking, top_k=25)["results"]
    own = [result["scores"]["reranker"] for result in after]
    assert own[:20] == sorted(own[:20], reverse=True)
    assert own[20:] == [None] * 5
    assert all(0 <= score <= 1 for score in own[:20])
    assert {result["id"] for result in after[:20]} == {result["id"] for result in before[:20]}
    assert [result["id"] for result in after] != [result["id"] for result in before]
    assert [result["score"] for result in after] == [result["score"] for result in before]
    assert [result["scores"]["reranker"] for result in before] == [None] * 25


@pytest.mark.models
def test_explanations_and_readiness_name_it(reranking: TestClient, word_counter: Path) -> None:
    assert post(reranking, explain=True)["explanation"]["reranker"] == str(word_counter)
    assert reranking.get("/ready").json()["reranker"] == str(word_counter)


def test_without_one_they_name_none(client: TestClient) -> None:
    assert post(client, explain=True)["explanation"]["reranker"] is None
    assert client.get("/ready").json()["reranker"] is None


def test_the_description_tells_of_it(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert "reranker" in schemas["ScoresJson"]["properties"]
    assert "reranker" in schemas["ExplanationJson"]["properties"]
    assert "With a reranker it belongs to the rank" in schemas["ResultJson"]["properties"]["score"]["description"]


def test_one_that_fails_is_a_problem_that_says_so(seeds_home: Path) -> None:
    with TestClient(app := create_app(settings(seeds_home)), raise_server_exceptions=False) as client:
        app.state.served = ServedEngine(Engine(seeds_home, reranker=Broken()), 60)
        response = client.post("/v1/search", json={"query": EN})
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
    body = response.json()
    assert (body["code"], body["request_id"]) == ("reranker_failed", response.headers["x-request-id"])
    assert "reranker 'broken' failed" in body["detail"]
    assert "leave the reranker out" in body["detail"]


@pytest.mark.models
def test_with_one_that_cannot_be_had_there_is_no_application(
    seeds_home: Path, word_counter: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnknownRerankerError, match="'no-such/model' cannot be loaded"):
        create_app(settings(seeds_home, reranker="no-such/model"))
    labels = save_word_counter(tmp_path / "model", WORDS, 2)
    with pytest.raises(UnsuitableRerankerError, match="it has 2 labels"):
        create_app(settings(seeds_home, reranker=str(labels)))


def test_without_the_extra_there_is_no_application(seeds_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"reranker 'a/b' needs the extra 'models'; install it with: pip"):
        create_app(settings(seeds_home, reranker="a/b"))


@pytest.mark.models
def test_serve_refuses_an_unknown_one_in_a_line_before_it_builds(home: Path, word_counter: Path) -> None:
    command = [RAG, "--home", home, "serve", "--port", "0", "--reranker", "no-such/model"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert re.fullmatch(
        r"Error: reranker 'no-such/model' cannot be loaded: .+ or leave the reranker out\n", done.stderr
    )
    assert not home.exists()


@pytest.mark.models
def test_a_real_server_takes_it_from_the_environment(seeds_home: Path, word_counter: Path, tmp_path: Path) -> None:
    with serving(seeds_home, tmp_path / "log", RAG_RERANKER=str(word_counter)) as served:
        answer = httpx.get(f"{served.url}/v1/search?q={EN}", timeout=PATIENCE).json()
        assert all(result["scores"]["reranker"] is not None for result in answer["results"])
        assert served.stop() == 0
        assert "Traceback" not in served.logged()
