"""The description of the API, and the page that shows it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    body: dict[str, Any] = client.get("/openapi.json").json()
    return body


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/search", {"get", "post"}),
        ("/v1/articles", {"get"}),
        ("/v1/articles/{article_id}", {"get"}),
        ("/v1/articles/{article_id}/source", {"get"}),
        ("/health", {"get"}),
        ("/ready", {"get"}),
    ],
)
def test_every_route_is_described(described: dict[str, Any], path: str, methods: set[str]) -> None:
    route = described["paths"][path]
    assert set(route) >= methods
    for method in methods:
        assert route[method].get("summary")
        assert route[method].get("description")


def test_every_error_is_described_as_a_problem(described: dict[str, Any]) -> None:
    responses = described["paths"]["/v1/search"]["post"]["responses"]
    for status in ("400", "404", "413", "422", "503"):
        assert "application/problem+json" in responses[status]["content"]
    problem = described["components"]["schemas"]["Problem"]["properties"]
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}


def test_the_description_names_every_field_of_a_result(described: dict[str, Any], client: TestClient) -> None:
    result = client.get("/v1/search?q=GPT&explain=true").json()["results"][0]
    assert set(result) <= set(described["components"]["schemas"]["ResultJson"]["properties"])
    assert "code points" in described["info"]["description"]


def test_docs_need_nothing_from_outside(client: TestClient) -> None:
    """Every script, style sheet and image of the page comes from this server, and is there."""
    response = client.get("/docs")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assets = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", response.text)
    assert len(assets) >= 3
    assert not [asset for asset in assets if re.match(r"(https?:)?//", asset)]
    for asset in assets:
        answer = client.get(asset)
        assert answer.status_code == 200, asset
        assert answer.content
    assert not re.search(r"https?://(?!www\.w3\.org)", response.text)


def test_the_descriptions_themselves_link_to_nothing_that_is_loaded(client: TestClient) -> None:
    assert "cdn" not in client.get("/openapi.json").text
    assert client.get("/redoc").status_code == 404
