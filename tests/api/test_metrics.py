"""What Prometheus is told."""

from __future__ import annotations

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    """Sample name and label values -> value."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(response.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_requests_are_counted_by_route_method_and_status(client: TestClient) -> None:
    before = figures(client)
    assert client.get("/v1/search?q=GPT").status_code == 200
    assert client.post("/v1/search", json={"query": ""}).status_code == 422
    after = figures(client)

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0.0)

    assert more("rag_requests_total", "GET", "/v1/search", "200") == 1
    assert more("rag_requests_total", "POST", "/v1/search", "422") == 1
    assert more("rag_request_seconds_count", "/v1/search") == 2
    assert more("rag_request_seconds_sum", "/v1/search") > 0


def test_an_articles_own_address_makes_no_series(client: TestClient) -> None:
    for name in ("a", "b/c"):
        assert client.get(f"/v1/articles/{name}").status_code == 404
        assert client.get(f"/nowhere/{name}").status_code == 404
    routes = {key[2] for key in figures(client) if key[0] == "rag_requests_total"}
    assert {"/v1/articles/{article_id:path}", "unknown"} <= routes
    assert not any("nowhere" in route or route.endswith("/a") for route in routes)


def test_the_index_and_the_process_are_told(client: TestClient) -> None:
    ready, told = client.get("/ready").json(), figures(client)
    assert told["rag_index", "articles", ready["index_version"]] == ready["articles"]
    assert told["rag_index", "passages", ready["index_version"]] == ready["passages"]
    assert told["process_resident_memory_bytes",] > 0
