"""``/v1/search``: the contract, on the real articles."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.schemas import SearchAnswer
from rag.config import LEGS
from rag.engine import Engine
from rag.present import response_json
from rag.reranking import RERANKER
from rag.types import Filters, Mode, SearchRequest
from tests.api.conftest import Served
from tests.conftest import ROOT

ZH, EN = "GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"
REVIEW = "003_225585054f10cde9.txt"
QUESTIONS = [json.loads(line) for line in (ROOT / "eval/question_sets/seeds.jsonl").read_text("utf-8").splitlines()]
LATE = {"interaction", "window", "brevity"}
Json = dict[str, Any]
ANSWER_FIELDS = {"query", "query_language", "results", "index_version", "degraded", "took_ms"}
RESULT_FIELDS = {
    "id", "rank", "score", "scores", "text", "quote", "start", "end", "highlights", "heading", "article",
}  # fmt: skip


def post(client: TestClient, **body: object) -> Json:
    response = client.post("/v1/search", json=body)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


def timeless(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if name != "took_ms"}


@pytest.mark.parametrize("query", [ZH, EN])
def test_an_answer_has_every_field_of_the_contract_with_its_type(client: TestClient, query: str) -> None:
    answer = post(client, query=query)
    assert set(answer) >= ANSWER_FIELDS
    assert "explanation" not in answer
    assert (answer["query"], answer["query_language"]) == (query, "zh" if query == ZH else "en")
    assert answer["took_ms"] > 0
    assert len(answer["results"]) == 10
    for rank, result in enumerate(answer["results"], 1):
        assert set(result) >= RESULT_FIELDS
        assert result["rank"] == rank
        assert 0 <= result["score"] <= 1
        assert set(result["scores"]) == {*LEGS, RERANKER}
        assert isinstance(result["text"], str)
        assert result["text"]
        assert 0 <= result["start"] < result["end"]
        assert all(result["start"] <= h["start"] < h["end"] <= result["end"] for h in result["highlights"])
        assert all(isinstance(heading, str) for heading in result["heading"])
        assert set(result["article"]) >= {"id", "title", "path", "url", "language", "sha256"}


def check_quotes(get: Callable[..., Any], answer: Json) -> None:
    """The law: what is quoted is what the source route gives for the same positions."""
    for result in answer["results"]:
        at = f"/v1/articles/{result['article']['id']}/source"
        text = get(at).json()["quote"]
        assert text[result["start"] : result["end"]] == result["quote"]
        part = get(at, params={"start": result["start"], "end": result["end"]}).json()
        assert (part["quote"], part["sha256"]) == (result["quote"], result["article"]["sha256"])
        best = result["best_sentence"]
        assert text[best["start"] : best["end"]] == best["quote"]
        assert best["quote"] in result["quote"]


@pytest.mark.parametrize("question", QUESTIONS[::17], ids=lambda question: question["id"])
def test_every_quote_stands_in_its_source(client: TestClient, question: Json) -> None:
    answer = post(client, query=question["question"], top_k=20)
    assert len(answer["results"]) == 20
    check_quotes(client.get, answer)


def test_every_quote_of_a_real_server_stands_in_its_source(served: Served) -> None:
    with httpx.Client(base_url=served.url) as http:
        for query in (ZH, EN):
            answer = http.post("/v1/search", json={"query": query}).json()
            assert len(answer["results"]) == 10
            check_quotes(http.get, answer)


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({"query": ZH}, {"q": ZH}),
        ({"query": EN, "top_k": 3, "mode": "lexical"}, {"q": EN, "top_k": 3, "mode": "lexical"}),
        ({"query": " 😀 a+b&c=%20# ", "mode": "dense"}, {"q": " 😀 a+b&c=%20# ", "mode": "dense"}),
        ({"query": ZH, "filters": {"language": "en"}, "explain": True}, {"q": ZH, "language": "en", "explain": "true"}),
        (
            {"query": ZH, "filters": {"article_ids": [REVIEW, "001_2f47759ab0307d1f.txt"]}},
            {"q": ZH, "article_id": [REVIEW, "001_2f47759ab0307d1f.txt"]},
        ),
    ],
)
def test_post_and_get_give_the_same(client: TestClient, body: Json, parameters: Json) -> None:
    got = client.get("/v1/search", params=parameters)
    assert got.status_code == 200, got.text
    assert timeless(post(client, **body)) == timeless(got.json())


def test_it_answers_what_the_command_line_answers(client: TestClient, seeds_engine: Engine) -> None:
    request = SearchRequest(ZH, 7, Mode.HYBRID, Filters("zh", (REVIEW,)), explain=True)
    expected = json.loads(json.dumps(response_json(seeds_engine.search(request))))
    body = {"query": ZH, "top_k": 7, "filters": {"language": "zh", "article_ids": [REVIEW]}, "explain": True}
    assert timeless(post(client, **body)) == timeless(expected)


@pytest.mark.parametrize(
    ("mode", "silent"),
    [
        ("hybrid", {"reranker"}),
        ("dense", {"lexical", "interaction", "window", "brevity", "reranker"}),
        ("lexical", {"dense", "sentence", "interaction", "window", "brevity", "reranker"}),
    ],
)
def test_legs_that_take_no_part_are_null(client: TestClient, mode: str, silent: set[str]) -> None:
    for result in post(client, query=ZH, mode=mode, top_k=3)["results"]:
        null = {name for name, score in result["scores"].items() if score is None}
        assert null == silent


def test_filters_decide_what_may_be_returned(client: TestClient) -> None:
    both = post(client, query="GPT-3", top_k=50, filters={"language": "zh", "article_ids": [REVIEW]})
    assert {result["article"]["id"] for result in both["results"]} == {REVIEW}
    assert {result["language"] for result in both["results"]} == {"zh"}
    assert post(client, query="GPT-3", filters={"article_ids": []})["results"] == []
    assert len(post(client, query="GPT-3", filters={"language": None, "article_ids": None})["results"]) == 10


def test_an_explanation_adds_up(client: TestClient) -> None:
    answer = post(client, query=EN, explain=True)
    assert "gpt3" in answer["explanation"]["tokens"]
    assert set(answer["explanation"]["weights"]) >= {"same_language", "cross_language"}
    for result in answer["results"]:
        odds = result["bias"] + sum(leg["weight"] * leg["normalised"] for leg in result["legs"].values())
        assert 1 / (1 + math.exp(-odds)) == pytest.approx(result["score"], abs=1e-9)
        assert all(leg["raw"] == result["scores"][name] for name, leg in result["legs"].items())
        assert {"token", "start", "end", "likeness"} == set(result["matches"][0])
    assert answer["explanation"]["expansion"]["训练"] > 0
    plain = post(client, query=EN)["results"][0]
    assert not {"legs", "bias", "matches"} & set(plain)


def test_a_leg_without_information_is_named(client: TestClient) -> None:
    assert post(client, query=ZH)["degraded"] == []
    answer = post(client, query="zzqx")
    assert answer["degraded"] == ["lexical"]
    assert len(answer["results"]) == 10


@pytest.mark.parametrize("group", [True, False])
def test_parallel_passages_are_folded_unless_all_are_asked_for(client: TestClient, group: bool) -> None:
    """The computing power spent on training, which three translations of one essay tell."""
    question = "By how much did the computing power spent on training models grow between 2015 and 2020?"
    answer = post(client, query=question, group_parallel=group)
    assert timeless(answer) == timeless(
        client.get("/v1/search", params={"q": question, "group_parallel": str(group).lower()}).json()
    )
    folded = [other for result in answer["results"] for other in result["parallel"]]
    assert bool(folded) is group
    for other in folded:
        source = client.get(
            f"/v1/articles/{other['article_id']}/source", params={"start": other["start"], "end": other["end"]}
        )
        assert source.json()["quote"].strip()
        assert 0 < other["score"] <= 1


def test_a_query_is_trimmed_and_may_have_2000_characters(client: TestClient) -> None:
    assert post(client, query=f"\n  {ZH}\u3000")["query"] == ZH
    assert len(post(client, query=" " * 5000 + "红" * 2000, top_k=1)["query"]) == 2000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_may_come_in_any_encoding_that_json_knows(client: TestClient, encoding: str) -> None:
    body = json.dumps({"query": ZH, "top_k": 1}, ensure_ascii=False).encode(encoding)
    response = client.post("/v1/search", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert response.json()["query"] == ZH


def test_escaped_surrogate_pairs_are_characters(client: TestClient) -> None:
    response = client.post(
        "/v1/search", content=b'{"query": "\\ud83d\\ude00", "top_k": 1}', headers={"content-type": "application/json"}
    )
    assert response.json()["query"] == "😀"


@settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
)
@given(
    query=st.one_of(st.text(max_size=40), st.binary(max_size=20).map(lambda data: data.decode("utf-8", "replace"))),
    others=st.dictionaries(
        st.sampled_from(["top_k", "mode", "language", "article_id", "explain", "group_parallel", "q", "x"]),
        st.text(max_size=6),
        max_size=3,
    ),
)
def test_no_query_string_makes_the_server_fail(client: TestClient, query: str, others: dict[str, str]) -> None:
    response = client.get("/v1/search", params={"q": query, **others})
    assert response.status_code in (200, 404, 422)
    if response.status_code == 200:
        answer = response.json()
        assert 1 <= len(answer["query"]) <= 2000
        assert all(0 <= result["score"] <= 1 for result in answer["results"])
    else:
        assert response.json()["code"] in ("invalid_query", "invalid_request", "unknown_article")


@settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
)
@given(tail=st.binary(max_size=24))
def test_no_raw_bytes_in_an_address_make_the_server_fail(client: TestClient, tail: bytes) -> None:
    escaped = "".join(f"%{byte:02X}" for byte in tail)
    for address in (
        f"/v1/search?q={escaped}",
        f"/v1/articles/{escaped}",
        f"/v1/articles/{escaped}/source",
        f"/v1/{escaped}",
    ):
        assert client.get(address).status_code < 500


@pytest.mark.parametrize("explain", [False, True])
def test_the_answer_is_what_its_model_says(client: TestClient, explain: bool) -> None:
    """The route hands out plain JSON; the documented model must take it as it is, with nothing left over."""
    for query in ("生成式AI的边际成本", "Who founded Stability AI?"):
        body = client.post("/v1/search", json={"query": query, "explain": explain}).json()
        assert SearchAnswer.model_validate(body).model_dump(mode="json", exclude_unset=True) == body
