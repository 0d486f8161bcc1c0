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
        ("/v1/ask", {"get", "post"}),
        ("/v1/articles", {"get"}),
        ("/v1/articles/{article_id}", {"get"}),
        ("/v1/articles/{article_id}/source", {"get"}),
        ("/v1/articles/{article_id}/document", {"get"}),
        ("/v1/gloss", {"get"}),
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


@pytest.mark.parametrize("schema", ["AskBody", "TurnBody", "AnswerJson", "StatementJson", "CitationJson"])
def test_every_field_of_questions_and_answers_is_described(described: dict[str, Any], schema: str) -> None:
    body = described["components"]["schemas"][schema]
    assert body["description"]
    assert [name for name, field in body["properties"].items() if not field.get("description")] == []


def test_the_description_names_every_field_of_an_answer(described: dict[str, Any], client: TestClient) -> None:
    schemas = described["components"]["schemas"]
    answer = client.get("/v1/ask", params={"q": "GPT-3 的训练成本是多少？"}).json()
    assert set(answer) == set(schemas["AnswerJson"]["properties"]) == set(schemas["AnswerJson"]["required"])
    assert set(answer["citations"][0]) == set(schemas["CitationJson"]["properties"])
    assert set(answer["statements"][0]) == set(schemas["StatementJson"]["properties"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_answer_is_described_as_json_and_as_a_stream(described: dict[str, Any], method: str) -> None:
    route = described["paths"]["/v1/ask"][method]
    content = route["responses"]["200"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/AnswerJson"}
    assert "text/event-stream" in content
    assert set(route["responses"]) >= {"400", "404", "422", "503"}
    if method == "post":
        for event in ("sources", "answer.delta", "citation", "answer.reset", "answer.done", "error"):
            assert f"``{event}``" in route["description"]


def test_links_are_described(described: dict[str, Any]) -> None:
    route = described["paths"]["/v1/articles/{article_id}/source"]["get"]
    (digest,) = (parameter for parameter in route["parameters"] if parameter["name"] == "digest")
    assert "as a citation's link has it" in digest["description"]
    assert "application/problem+json" in route["responses"]["410"]["content"]


@pytest.mark.parametrize(
    "schema",
    [
        "DocumentJson", "TextBlockJson", "TableBlockJson", "FrontMatterBlockJson", "TableRowJson", "EntryJson", "CellJson",
        "RunJson", "GlossJson", "GlossEntryJson",
    ],
)  # fmt: skip
def test_every_field_of_documents_and_glosses_is_described(described: dict[str, Any], schema: str) -> None:
    body = described["components"]["schemas"][schema]
    assert body["description"]
    assert all(field.get("description") for field in body["properties"].values())


def test_the_word_to_explain_is_described(described: dict[str, Any]) -> None:
    (word,) = described["paths"]["/v1/gloss"]["get"]["parameters"]
    assert "1 to 40 characters" in word["description"]


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
