"""Every error is problem+json with a stable code, says what to do and carries the request's id; bad input is never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.errors import STATUS_OF, problem
from index.errors import DamagedIndexError, SearchIndexError
from rag.errors import EngineError
from tests.api.conftest import Served

JSON = {"content-type": "application/json"}
FIELDS = {"type", "title", "status", "detail", "code", "request_id"}
ARTICLE = "000_ec51baf08d9133ae.txt"


def check(response: Response | httpx.Response, status: int, code: str, says: str = "") -> None:
    """The one shape of errors."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) == FIELDS
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:cited-rag:problem:{code}")
    assert body["request_id"] == response.headers["x-request-id"] != ""
    assert body["title"]
    assert says in body["detail"]
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({}, "invalid_request", "query: Field required"),
        ({"query": ""}, "invalid_query", "the query is empty; ask something"),
        ({"query": " \u3000\n"}, "invalid_query", "the query is empty"),
        ({"query": "x" * 2001}, "invalid_query", "shorten it to at most 2,000"),
        ({"query": "😀" * 2001}, "invalid_query", "2,001 characters"),
        ({"query": "a\0b"}, "invalid_query", "U+0000; remove it"),
        ({"query": "a\x1bb"}, "invalid_query", "U+001B"),
        ({"query": "\ud800"}, "invalid_query", "lone surrogate"),
        ({"query": "a\udfff\ud83d"}, "invalid_query", "lone surrogate"),
        ({"query": None}, "invalid_request", "query: "),
        ({"query": 5}, "invalid_request", "query: "),
        ({"query": True}, "invalid_request", "query: "),
        ({"query": ["a"]}, "invalid_request", "query: "),
        ({"query": {"query": "a"}}, "invalid_request", "query: "),
        ({"q": "a"}, "invalid_request", ""),
        ({"query": "a", "topk": 3}, "invalid_request", "topk: Extra inputs are not permitted"),
        ({"query": "a", "\ud800": 3}, "invalid_request", ""),
        ({"query": "a", "top_k": 0}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": 101}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": -1}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": 10**400}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": "x"}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": "3"}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": 1.5}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": True}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": None}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": float("nan")}, "invalid_request", "top_k: "),
        ({"query": "a", "top_k": float("inf")}, "invalid_request", "top_k: "),
        ({"query": "a", "mode": "fuzzy"}, "invalid_request", "'hybrid', 'dense' or 'lexical'"),
        ({"query": "a", "mode": "HYBRID"}, "invalid_request", "mode: "),
        ({"query": "a", "mode": None}, "invalid_request", "mode: "),
        ({"query": "a", "mode": ["dense"]}, "invalid_request", "mode: "),
        ({"query": "a", "explain": "yes"}, "invalid_request", "explain: "),
        ({"query": "a", "explain": 1}, "invalid_request", "explain: "),
        ({"query": "a", "group_parallel": "no"}, "invalid_request", "group_parallel: "),
        ({"query": "a", "filters": None}, "invalid_request", "filters: "),
        ({"query": "a", "filters": []}, "invalid_request", "filters: "),
        ({"query": "a", "filters": {"lang": "zh"}}, "invalid_request", "filters.lang: Extra inputs"),
        ({"query": "a", "filters": {"language": "fr"}}, "invalid_request", "filters.language: Input should be 'zh' or 'en'"),
        ({"query": "a", "filters": {"language": "\ud800"}}, "invalid_request", "filters.language: "),
        ({"query": "a", "filters": {"article_ids": ARTICLE}}, "invalid_request", "filters.article_ids: "),
        ({"query": "a", "filters": {"article_ids": [1]}}, "invalid_request", "filters.article_ids.0: "),
        ({"query": "a", "filters": {"article_ids": {"a": [[[{}]]]}}}, "invalid_request", "filters.article_ids: "),
        ([], "invalid_request", ""),
        ([{"query": "a"}], "invalid_request", ""),
        ("a", "invalid_request", ""),
        (7, "invalid_request", ""),
        (None, "invalid_request", ""),
        (float("nan"), "invalid_request", ""),
    ],
)  # fmt: skip
def test_a_wrong_body_is_a_422_that_says_what_is_wrong(client: TestClient, body: object, code: str, says: str) -> None:
    response = client.post("/v1/search", content=json.dumps(body).encode(), headers=JSON)
    check(response, 422, code, says)


@pytest.mark.parametrize(
    "body",
    [
        b"{", b'{"query": }', b'{"query": "a"', b"{'query': 'a'}", b'{"query": "a"} x', b'{"query": "a\nb"}', b"nul", b"\x00",
        b'{"query": "\xff\xfe"}', b"\xff", b"[" * 200_000, b'{"a":' * 100_000,
        b'{"query": "a", "top_k": 1' + b"0" * 5000 + b"}", b"query=a",
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_what_is_no_json_is_a_400(client: TestClient, body: bytes) -> None:
    check(client.post("/v1/search", content=body, headers=JSON), 400, "invalid_json", "JSON")


def test_a_surrogate_in_utf_8_is_no_query(client: TestClient) -> None:
    body = b'{"query": "\xed\xa0\x80"}'
    check(client.post("/v1/search", content=body, headers=JSON), 422, "invalid_query", "surrogate")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""]
)
def test_json_must_be_declared(client: TestClient, content_type: str) -> None:
    response = client.post("/v1/search", content=b'{"query": "a"}', headers={"content-type": content_type})
    check(response, 422, "invalid_request", "/docs describes the request")


def test_a_missing_body_is_said(client: TestClient) -> None:
    check(client.post("/v1/search"), 422, "invalid_request", "the body: Field required")


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("", "invalid_request", "q: Field required"),
        ("q=", "invalid_query", "the query is empty"),
        ("q=%20%E3%80%80", "invalid_query", "the query is empty"),
        ("q=a%00b", "invalid_query", "U+0000"),
        ("q=a&top_k=0", "invalid_request", "top_k: "),
        ("q=a&top_k=101", "invalid_request", "top_k: "),
        ("q=a&top_k=x", "invalid_request", "top_k: "),
        ("q=a&top_k=", "invalid_request", "top_k: "),
        ("q=a&top_k=" + "9" * 5000, "invalid_request", "top_k: "),
        ("q=a&mode=fuzzy", "invalid_request", "mode: "),
        ("q=a&language=fr", "invalid_request", "language: "),
        ("q=a&explain=maybe", "invalid_request", "explain: "),
        ("q=a&group_parallel=maybe", "invalid_request", "group_parallel: "),
    ],
)
def test_a_wrong_address_is_a_422_that_says_what_is_wrong(client: TestClient, query: str, code: str, says: str) -> None:
    check(client.get(f"/v1/search?{query}"), 422, code, says)


def test_an_unknown_article_in_a_filter_is_a_404_that_names_it(client: TestClient) -> None:
    says = "no article 'no.txt' in this index; GET /v1/articles lists them"
    check(
        client.post("/v1/search", json={"query": "a", "filters": {"article_ids": ["no.txt"]}}),
        404,
        "unknown_article",
        says,
    )
    check(client.get("/v1/search?q=a&article_id=no.txt"), 404, "unknown_article", says)
    body = b'{"query": "a", "filters": {"article_ids": ["\\ud800"]}}'
    check(client.post("/v1/search", content=body, headers=JSON), 404, "unknown_article")


@pytest.mark.parametrize(
    ("address", "status", "code", "says"),
    [
        ("/v1/articles?limit=0", 422, "invalid_request", "limit: "),
        ("/v1/articles?limit=1001", 422, "invalid_request", "limit: "),
        ("/v1/articles?offset=-1", 422, "invalid_request", "offset: "),
        ("/v1/articles?offset=1" + "0" * 30, 422, "invalid_request", "offset: "),
        ("/v1/articles?offset=x", 422, "invalid_request", "offset: "),
        ("/v1/articles/no.txt", 404, "unknown_article", "'no.txt'"),
        ("/v1/articles/no.txt/source", 404, "unknown_article", "'no.txt'"),
        ("/v1/articles/%00", 404, "unknown_article", ""),
        ("/v1/articles/%ED%A0%80", 404, "unknown_article", ""),
        ("/v1/articles/..%2F..%2Fetc%2Fpasswd", 404, "unknown_article", ""),
        (f"/v1/articles/{ARTICLE}/source?start=-1", 422, "invalid_request", "start: "),
        (f"/v1/articles/{ARTICLE}/source?start=2&end=1", 422, "invalid_parameter", "start..end is '2..1'"),
        (f"/v1/articles/{ARTICLE}/source?end=1" + "0" * 30, 422, "invalid_parameter", "positions from 0 to "),
        (f"/v1/articles/{ARTICLE}/source?start=99999999", 422, "invalid_parameter", "positions from 0 to "),
        (f"/v1/articles/{ARTICLE}/source?start=x", 422, "invalid_request", "start: "),
        ("/nowhere", 404, "not_found", "/docs lists what there is"),
        ("/v2/search?q=a", 404, "not_found", ""),
        ("/page/nothing.css", 404, "not_found", ""),
        ("/page/..%2f..%2fpyproject.toml", 404, "not_found", ""),
    ],
)
def test_what_is_not_there_or_out_of_range(client: TestClient, address: str, status: int, code: str, says: str) -> None:
    check(client.get(address), status, code, says)


def test_the_page_of_an_unknown_article_is_a_404_that_people_can_read(client: TestClient) -> None:
    response = client.get("/articles/no.txt")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("DELETE", "/v1/search", ""), ("PUT", "/v1/search", ""), ("POST", "/v1/articles", "GET"),
        ("POST", f"/v1/articles/{ARTICLE}", "GET"), ("DELETE", "/health", "GET"), ("POST", "/", "GET"),
    ],
)  # fmt: skip
def test_a_wrong_method_is_a_405(client: TestClient, method: str, address: str, allowed: str) -> None:
    response = client.request(method, address)
    check(response, 405, "method_not_allowed")
    assert allowed in response.headers["allow"]


TOO_LARGE = b'{"query": "' + b" " * 1_000_000 + b'a"}'


def chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 50_000):
        yield body[start : start + 50_000]


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_of_more_than_a_megabyte_is_a_413(client: TestClient, served: Served, chunked: bool) -> None:
    for post in (client.post, lambda address, **options: httpx.post(served.url + address, **options)):
        response = post("/v1/search", content=chunks(TOO_LARGE) if chunked else TOO_LARGE, headers=JSON)
        check(response, 413, "body_too_large", "larger than 1,000,000 bytes; send a shorter one")
    assert httpx.get(f"{served.url}/health").status_code == 200


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_of_a_megabyte_is_read(client: TestClient, chunked: bool) -> None:
    body = b'{"query": "' + b" " * (1_000_000 - 14) + b'a"}'
    assert len(body) == 1_000_000
    response = client.post("/v1/search", content=chunks(body) if chunked else body, headers=JSON)
    assert (response.status_code, response.json()["query"]) == (200, "a")


@pytest.mark.parametrize("length", ["9" * 25, "9" * 5000])
def test_an_absurd_length_is_a_413(client: TestClient, length: str) -> None:
    check(client.post("/v1/search", content=b"{}", headers={**JSON, "content-length": length}), 413, "body_too_large")


def test_every_error_of_asking_and_of_the_index_has_a_status_of_its_own_kind() -> None:
    def below(kind: type[Exception]) -> set[type[Exception]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    codes = [kind.code for kind in below(EngineError) | below(SearchIndexError)]  # type: ignore[attr-defined]
    assert len(set(codes)) == len(codes), "a code names one error"
    for kind in below(EngineError):
        assert 400 <= next(status for known, status in STATUS_OF.items() if issubclass(kind, known)) < 500
    assert next(status for known, status in STATUS_OF.items() if issubclass(DamagedIndexError, known)) == 503


def test_an_error_may_quote_anything() -> None:
    body = json.loads(problem("id", STATUS_OF[EngineError], "code", "\ud800 红 \0").body)
    assert body["detail"] == "\ud800 红 \0"
