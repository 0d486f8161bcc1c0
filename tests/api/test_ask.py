"""``/v1/ask``: the contract, on the real articles; quotes, refusals, links, damage, a language model, bad input."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from api.answer_schemas import AnswerJson
from api.app import create_app
from rag.answering.present import answer_json
from rag.answering.types import AskRequest
from rag.engine import Engine
from rag.types import Filters
from tests.api.conftest import Served, settings
from tests.api.test_errors import JSON, check
from tests.rag.answering.checks import accept_as_it_is, alter_stored, markers
from tests.rag.answering.stub_llm import StubLlm, fails, running, says
from tests.rag.test_retriever import QUESTIONS, REVIEW

Json = dict[str, Any]
ZH, EN, OFF = "GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?", "hello"


def post(client: TestClient, **body: object) -> Json:
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: Json = response.json()
    return answer


def timeless(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if name != "took_ms"}


def check_citations(get: Callable[..., Any], answer: Json) -> None:
    """The law, by the source route: by positions, and by the link's digest."""
    assert [citation["marker"] for citation in answer["citations"]] == list(dict.fromkeys(markers(answer["answer"])))
    for citation in answer["citations"]:
        start, end = citation["start_char_index"], citation["end_char_index"]
        at = f"/v1/articles/{citation['document_id']}/source"
        assert get(at).json()["quote"][start:end] == citation["cited_text"]
        page, _, fragment = citation["link"].partition("#")
        assert page == f"/articles/{citation['document_id']}"
        linked = dict(zip(("start", "end", "digest"), fragment.split("-"), strict=True))
        found = get(at, params=linked).json()
        assert (found["start"], found["end"], found["quote"]) == (start, end, citation["cited_text"])
        assert found["sha256"] == citation["document_sha256"]
        result = next(result for result in answer["results"] if result["id"] == citation["passage_id"])
        assert result["start"] <= start < end <= result["end"]


@pytest.mark.parametrize("question", QUESTIONS[::13], ids=lambda question: question["id"])
def test_every_citation_stands_in_its_source(client: TestClient, question: Json) -> None:
    answer = post(client, question=question["question"])
    check_citations(client.get, answer)
    assert bool(answer["citations"]) is answer["answerable"]
    assert len(answer["results"]) == 10


def test_every_citation_of_a_real_server_stands_in_its_source(served: Served) -> None:
    with httpx.Client(base_url=served.url) as http:
        for question in (ZH, EN):
            answer = http.post("/v1/ask", json={"question": question}).json()
            assert answer["citations"]
            check_citations(http.get, answer)


@pytest.mark.parametrize("question", [ZH, EN, OFF, "？？？"])
def test_the_answer_is_what_its_model_says(client: TestClient, question: str) -> None:
    """The route hands out plain JSON; the documented model must take it as it is, with nothing left over."""
    body = post(client, question=question)
    assert AnswerJson.model_validate(body).model_dump(mode="json", exclude_unset=True) == body
    assert set(AnswerJson.model_fields) == set(body)


def test_it_answers_what_the_command_line_answers(client: TestClient, seeds_engine: Engine) -> None:
    request = AskRequest(ZH, 7, Filters("zh", (REVIEW,)))
    expected = json.loads(json.dumps(answer_json(seeds_engine.ask(request))))
    answer = post(client, question=ZH, top_k=7, filters={"language": "zh", "article_ids": [REVIEW]})
    assert timeless(answer) == timeless(expected)
    assert {citation["document_id"] for citation in answer["citations"]} == {REVIEW}


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({"question": ZH}, {"q": ZH}),
        ({"question": EN, "top_k": 3}, {"q": EN, "top_k": 3}),
        ({"question": " 😀 a+b&c=%20# "}, {"q": " 😀 a+b&c=%20# "}),
        ({"question": ZH, "filters": {"language": "en"}}, {"q": ZH, "language": "en"}),
        ({"question": ZH, "filters": {"article_ids": [REVIEW]}}, {"q": ZH, "article_id": [REVIEW]}),
        ({"question": OFF}, {"q": OFF}),
    ],
)
def test_post_and_get_give_the_same(client: TestClient, body: Json, parameters: Json) -> None:
    got = client.get("/v1/ask", params=parameters)
    assert got.status_code == 200, got.text
    assert timeless(post(client, **body)) == timeless(got.json())


@pytest.mark.parametrize(
    ("question", "language", "says"),
    [
        ("hello", "en", "This doesn't look like a question."), ("谢谢！", "zh", "这不像是一个问题。"),
        ("How long do I boil an egg?", "en", "The articles don't "), ("鸡蛋要煮几分钟？", "zh", "这些文章没有"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_200_in_the_questions_language(
    client: TestClient, question: str, language: str, says: str
) -> None:
    answer = post(client, question=question)
    assert (answer["answerable"], answer["question_language"]) == (False, language)
    assert answer["answer"].startswith(says)
    assert answer["citations"] == answer["statements"] == []
    assert (
        answer["reason"] == "not_a_question"
        if "like" in says or "像" in says
        else answer["reason"].endswith("evidence")
    )
    assert answer["confidence"] < answer["threshold"]
    assert len(answer["results"]) == 10


@pytest.mark.parametrize(("question", "reason"), [(ZH, "no_evidence"), (EN, "no_evidence"), (OFF, "not_a_question")])
def test_filters_that_nothing_passes_leave_nothing_to_answer_from(
    client: TestClient, question: str, reason: str
) -> None:
    answer = post(client, question=question, filters={"article_ids": []})
    assert (answer["answerable"], answer["reason"], answer["results"]) == (False, reason, [])


def test_a_follow_up_says_what_was_searched_for(client: TestClient) -> None:
    history = [{"question": "Midjourney 有多少用户？", "answer": "一千万。"}]
    answer = post(client, question="它怎么收费？", history=history)
    assert (answer["question"], answer["searched"]) == ("它怎么收费？", "Midjourney 有多少用户？ 它怎么收费？")
    assert post(client, question="它怎么收费？", history=[])["searched"] == "它怎么收费？"
    assert (
        post(client, question="它怎么收费？", history=[{"question": "Midjourney?"}] * 5)["searched"] != "它怎么收费？"
    )


# --- a damaged store ---


@pytest.fixture
def damaged(seeds_home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A client on an index in which a figure was altered, and the checksums of its files with it."""
    home = tmp_path / "home"
    shutil.copytree(seeds_home, home)
    alter_stored(home, "1200 万美元", "1300 万美元")
    accept_as_it_is(home)
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        yield client


def test_a_damaged_source_is_an_error_never_a_wrong_quote(damaged: TestClient) -> None:
    for response in (damaged.post("/v1/ask", json={"question": ZH}), damaged.get("/v1/ask", params={"q": ZH})):
        check(response, 503, "index_damaged", "is altered; repair it with: rag index --rebuild")
        assert "1300" not in response.text
    assert damaged.get("/v1/ask", params={"q": OFF}).status_code == 200


# --- a language model ---


@pytest.fixture
def llm(seeds_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TestClient, StubLlm]]:
    """A client of an application with a language model: it says something true and something false, then fails."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    text = "GPT-3 的训练成本高达 1200 万美元[1][2][3]。训练花了 99 天[1]。"
    with (
        running(says(text), fails(500)) as stub,
        TestClient(create_app(settings(seeds_home, llm=stub.settings())), raise_server_exceptions=False) as client,
    ):
        yield client, stub


def test_a_language_model_answers_where_there_is_one(llm: tuple[TestClient, StubLlm]) -> None:
    client, _ = llm
    answer = post(client, question=ZH)
    AnswerJson.model_validate(answer)
    check_citations(client.get, answer)
    assert (answer["generated"], answer["fallback"]) == (True, None)
    true, false = answer["statements"]
    assert true["supported"]
    assert (false["supported"], false["markers"]) == (False, [1])
    (span,) = false["unsupported"]
    assert false["text"][span["start"] : span["end"]] == "99 天"


def test_strict_leaves_out_what_is_unsupported(llm: tuple[TestClient, StubLlm]) -> None:
    client, _ = llm
    answer = post(client, question=ZH, strict=True)
    check_citations(client.get, answer)
    assert (answer["generated"], len(answer["statements"])) == (True, 1)
    assert "99" not in answer["answer"]


def test_where_it_fails_the_answer_is_quoted_and_says_so(llm: tuple[TestClient, StubLlm]) -> None:
    client, stub = llm
    quoted = post(client, question=ZH, generator="extractive")
    assert (stub.asked, quoted["generated"]) == ([], False)
    post(client, question=ZH, generator="llm")
    answer = post(client, question=ZH, generator="llm")
    check_citations(client.get, answer)
    assert (answer["generated"], answer["fallback"]) == (False, "llm_failed")
    assert timeless({**answer, "fallback": None}) == timeless(quoted)


def test_a_language_model_that_is_not_there_cannot_be_wanted(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": ZH, "generator": "llm"})
    check(response, 422, "invalid_parameter", "give extractive: no language model is set, see docs/answers.md")


# --- bad input ---


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({}, "invalid_request", "question: Field required"),
        ({"question": ""}, "invalid_query", "the query is empty; ask something"),
        ({"question": " \u3000\n"}, "invalid_query", "the query is empty"),
        ({"question": "x" * 2001}, "invalid_query", "shorten it to at most 2,000"),
        ({"question": "a\0b"}, "invalid_query", "U+0000; remove it"),
        ({"question": "\x1b[31m"}, "invalid_query", "U+001B"),
        ({"question": "\ud800"}, "invalid_query", "lone surrogate"),
        ({"question": "a\udfff\ud83d"}, "invalid_query", "lone surrogate"),
        ({"question": None}, "invalid_request", "question: "),
        ({"question": 5}, "invalid_request", "question: "),
        ({"question": ["a"]}, "invalid_request", "question: "),
        ({"query": "a"}, "invalid_request", ""),
        ({"question": "a", "mode": "dense"}, "invalid_request", "mode: Extra inputs are not permitted"),
        ({"question": "a", "top_k": 0}, "invalid_request", "top_k: "),
        ({"question": "a", "top_k": 101}, "invalid_request", "top_k: "),
        ({"question": "a", "top_k": "3"}, "invalid_request", "top_k: "),
        ({"question": "a", "top_k": True}, "invalid_request", "top_k: "),
        ({"question": "a", "top_k": float("nan")}, "invalid_request", "top_k: "),
        ({"question": "a", "top_k": 10**400}, "invalid_request", "top_k: "),
        ({"question": "a", "stream": "yes"}, "invalid_request", "stream: "),
        ({"question": "a", "stream": 1}, "invalid_request", "stream: "),
        ({"question": "a", "stream": None}, "invalid_request", "stream: "),
        ({"question": "a", "strict": "no"}, "invalid_request", "strict: "),
        ({"question": "a", "generator": "gpt"}, "invalid_request", "'extractive' or 'llm'"),
        ({"question": "a", "generator": "LLM"}, "invalid_request", "generator: "),
        ({"question": "a", "generator": ""}, "invalid_request", "generator: "),
        ({"question": "a", "generator": ["llm"]}, "invalid_request", "generator: "),
        ({"question": "a", "filters": None}, "invalid_request", "filters: "),
        ({"question": "a", "filters": {"language": "fr"}}, "invalid_request", "filters.language: "),
        ({"question": "a", "filters": {"article_ids": [1]}}, "invalid_request", "filters.article_ids.0: "),
        ({"question": "a", "history": None}, "invalid_request", "history: "),
        ({"question": "a", "history": "b"}, "invalid_request", "history: "),
        ({"question": "a", "history": ["b"]}, "invalid_request", "history.0: "),
        ({"question": "a", "history": [{}]}, "invalid_request", "history.0.question: Field required"),
        ({"question": "a", "history": [{"answer": "b"}]}, "invalid_request", "history.0.question: "),
        ({"question": "a", "history": [{"question": "b", "answer": 5}]}, "invalid_request", "history.0.answer: "),
        ({"question": "a", "history": [{"question": "b", "role": "x"}]}, "invalid_request", "history.0.role: Extra inputs"),
        ({"question": "a", "history": [{"question": "b"}] * 6}, "invalid_request", "history: List should have at most 5"),
        ({"question": "a", "history": [{"question": " "}]}, "invalid_query", "the query is empty"),
        ({"question": "a", "history": [{"question": "\ud800"}]}, "invalid_query", "lone surrogate"),
        ({"question": "a", "history": [{"question": "x" * 2001}]}, "invalid_query", "2,001 characters"),
        ([], "invalid_request", ""),
        ("a", "invalid_request", ""),
        (None, "invalid_request", ""),
    ],
)  # fmt: skip
def test_a_wrong_body_is_a_422_that_says_what_is_wrong(client: TestClient, body: object, code: str, says: str) -> None:
    check(client.post("/v1/ask", content=json.dumps(body).encode(), headers=JSON), 422, code, says)
    if isinstance(body, dict) and "stream" not in body:
        streamed = client.post("/v1/ask", content=json.dumps({**body, "stream": True}).encode(), headers=JSON)
        check(streamed, 422, code, says)


@pytest.mark.parametrize("body", [b"{", b'{"question": }', b"\xff", b"[" * 200_000, b'{"question": "\xff"}'])
def test_what_is_no_json_is_a_400(client: TestClient, body: bytes) -> None:
    check(client.post("/v1/ask", content=body, headers=JSON), 400, "invalid_json", "JSON")


def test_a_history_may_hold_anything_that_was_answered(client: TestClient) -> None:
    for answer in ("", "\0\x1b", "\ud800", "x" * 100_000):
        body = {"question": "它呢？", "history": [{"question": "GPT-3?", "answer": answer}], "top_k": 1}
        response = client.post("/v1/ask", content=json.dumps(body).encode(), headers=JSON)
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("", "invalid_request", "q: Field required"),
        ("q=", "invalid_query", "the query is empty"),
        ("q=a%00b", "invalid_query", "U+0000"),
        ("q=" + "x" * 2001, "invalid_query", "2,001 characters"),
        ("q=a&top_k=0", "invalid_request", "top_k: "),
        ("q=a&top_k=" + "9" * 5000, "invalid_request", "top_k: "),
        ("q=a&language=fr", "invalid_request", "language: "),
    ],
)
def test_a_wrong_address_is_a_422_that_says_what_is_wrong(client: TestClient, query: str, code: str, says: str) -> None:
    check(client.get(f"/v1/ask?{query}"), 422, code, says)


@pytest.mark.parametrize("stream", [False, True])
def test_an_unknown_article_in_a_filter_is_a_404_that_names_it(client: TestClient, stream: bool) -> None:
    body = {"question": "a", "filters": {"article_ids": ["no.txt"]}, "stream": stream}
    says = "no article 'no.txt' in this index; GET /v1/articles lists them"
    check(client.post("/v1/ask", json=body), 404, "unknown_article", says)
    check(client.get("/v1/ask?q=a&article_id=no.txt"), 404, "unknown_article", says)


@examples(derandomize=True, deadline=None, max_examples=60, database=None)
@given(
    question=st.text(max_size=40),
    others=st.fixed_dictionaries(
        {},
        optional={
            "top_k": st.integers(-1, 102),
            "generator": st.sampled_from([None, "extractive", "llm", "x"]),
            "strict": st.booleans(),
            "stream": st.booleans(),
            "filters": st.fixed_dictionaries({}, optional={"language": st.sampled_from(["zh", "en", None, "x"])}),
            "history": st.lists(st.fixed_dictionaries({"question": st.text(max_size=9)}), max_size=6),
        },
    ),
)
def test_no_body_makes_the_server_fail(client: TestClient, question: str, others: Json) -> None:
    body = json.dumps({"question": question, **others}).encode()
    response = client.post("/v1/ask", content=body, headers=JSON)
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        assert response.json()["code"] in ("invalid_query", "invalid_request", "invalid_parameter")
    elif not others.get("stream"):
        answer = response.json()
        AnswerJson.model_validate(answer)
        assert bool(answer["citations"]) is answer["answerable"]
