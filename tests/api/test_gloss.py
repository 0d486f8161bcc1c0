"""``/v1/gloss``: what words mean."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.document_schemas import GlossJson


def test_a_chinese_word(client: TestClient) -> None:
    response = client.get("/v1/gloss", params={"word": " 模型 "})
    assert response.status_code == 200
    body = response.json()
    GlossJson.model_validate(body)
    assert body == {
        "word": "模型",
        "language": "zh",
        "entries": [{"term": "模型", "translations": ["model", "mold", "matrix", "pattern"]}],
        "source": "CC-CEDICT",
        "licence": "CC BY-SA 4.0",
        "url": "https://cc-cedict.org/",
    }


def test_an_english_word(client: TestClient) -> None:
    body = client.get("/v1/gloss", params={"word": "Training"}).json()
    assert (body["word"], body["language"]) == ("Training", "en")
    (entry,) = body["entries"]
    assert entry["term"] == "Training"
    assert "训练" in entry["translations"]


def test_a_word_that_is_unknown_as_a_whole(client: TestClient) -> None:
    body = client.get("/v1/gloss", params={"word": "模型训练"}).json()
    assert [entry["term"] for entry in body["entries"]] == ["模型", "训练"]


@pytest.mark.parametrize("word", ["zzqx", "42", "\0", "🍵", "' OR '1'='1", "<script>"])
def test_a_word_that_nobody_knows(client: TestClient, word: str) -> None:
    response = client.get("/v1/gloss", params={"word": word})
    assert response.status_code == 200
    assert response.json()["word"] == word
    assert all(entry["term"] in ("or", "script") for entry in response.json()["entries"])


@pytest.mark.parametrize("word", ["", "  ", "字" * 41, "x" * 5_000])
def test_what_is_no_word_is_a_problem(client: TestClient, word: str) -> None:
    response = client.get("/v1/gloss", params={"word": word})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == "invalid_parameter"
    assert "1 to 40 characters" in body["detail"]
    assert len(body["detail"]) < 200


def test_without_a_word(client: TestClient) -> None:
    response = client.get("/v1/gloss")
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_bytes_that_are_no_text(client: TestClient) -> None:
    assert client.get("/v1/gloss?word=%ED%A0%80%FF").status_code == 200
