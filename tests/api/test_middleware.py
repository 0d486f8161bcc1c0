"""Around every request: an id, security headers, one line in the log, an answer even when the server fails."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.api.conftest import settings

LINE = re.compile(r"(GET|POST|DELETE) \S+ \d{3} \d+\.\dms \S+")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "api.access" and record.levelno == logging.INFO
    ]


@pytest.mark.parametrize("given", ["abc", "a-b_c.D9", "x" * 64])
@pytest.mark.parametrize("address", ["/health", "/v1/search?q=a", "/nowhere", "/v1/search", "/", "/docs"])
def test_a_request_id_is_echoed(client: TestClient, address: str, given: str) -> None:
    response = client.get(address, headers={"X-Request-ID": given})
    assert response.headers["x-request-id"] == given
    if response.status_code >= 400:
        assert response.json()["request_id"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a\tb", "<script>", "é", "a;b"])
def test_without_a_good_one_it_is_made_up_anew(client: TestClient, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-ID": given.encode("latin-1")}
    made = {client.get("/health", headers=headers).headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in made)


@pytest.mark.parametrize("address", ["/", "/health", "/v1/search?q=a", "/v1/search", "/nowhere", "/openapi.json"])
def test_every_answer_has_security_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("method", "address", "status", "path"),
    [
        ("GET", "/health", 200, "/health"),
        ("GET", "/v1/search?q=secret", 200, "/v1/search"),
        ("POST", "/v1/search", 422, "/v1/search"),
        ("GET", "/nowhere", 404, "/nowhere"),
        ("DELETE", "/health", 405, "/health"),
        ("GET", "/v1/articles/%E8%8C%B6%0A2026%20forged", 404, r"/v1/articles/\u8336\n2026 forged"),
    ],
)
def test_every_request_is_one_line_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture, method: str, address: str, status: int, path: str
) -> None:
    """What was asked for is not logged; nobody can forge a line of their own."""
    with caplog.at_level(logging.INFO, "api.access"):
        client.request(method, address, headers={"X-Request-ID": "the-id"})
    (line,) = lines(caplog)
    assert re.fullmatch(rf"{method} {re.escape(path)} {status} \d+\.\dms the-id", line)


def test_a_refused_body_is_logged_too(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "api.access"):
        client.post("/v1/search", content=b" " * 1_000_001)
        client.post("/v1/search", content=iter([b" " * 1_000_000, b" "]))
    assert [bool(LINE.fullmatch(line)) and " 413 " in line for line in lines(caplog)] == [True, True]


def test_the_limit_of_bodies_is_a_setting(seeds_home: Path) -> None:
    with TestClient(create_app(settings(seeds_home, largest_body=20))) as client:
        assert client.post("/v1/search", json={"query": "a"}).status_code == 200
        response = client.post("/v1/search", json={"query": "a" * 20})
        assert (response.status_code, response.json()["detail"]) == (
            413, "the request body is larger than 20 bytes; send a shorter one",
        )  # fmt: skip


def test_a_failure_of_the_server_is_a_500_with_id_headers_and_log(
    seeds_home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A real one: the database is closed under the server's feet."""
    home = tmp_path / "home"
    shutil.copytree(seeds_home, home)
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        client.app.state.served.current().index.close()  # type: ignore[attr-defined]
        with caplog.at_level(logging.INFO, "api.access"):
            response = client.get("/v1/articles", headers={"X-Request-ID": "the-id"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == response.json()["request_id"] == "the-id"
    assert "content-security-policy" in response.headers
    assert response.json()["code"] == "internal_error"
    assert "tell its maintainer the request_id" in response.json()["detail"]
    assert "database" not in response.text, "the inside stays inside"
    (line,) = lines(caplog)
    assert line.startswith("GET /v1/articles 500 ")
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == ["request the-id failed"]
