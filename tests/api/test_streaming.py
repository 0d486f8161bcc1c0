"""Server-sent events: their order, the same answer as without, heartbeats, errors before and after, leaving early."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import streaming
from api.app import create_app
from tests.api.conftest import PATIENCE, Served, settings, wait_until
from tests.api.test_errors import check
from tests.rag.answering.checks import accept_as_it_is, alter_stored
from tests.rag.answering.stub_llm import Behaviour, Reply, StubLlm, fails, running, says
from tests.rag.test_retriever import QUESTIONS, REVIEW

Json = dict[str, Any]
ZH, EN, OFF = "GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?", "hello"
EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Sent:
    """One event."""

    name: str
    data: Any


def parse(text: str) -> tuple[list[Sent], int]:
    """The events of a whole stream, and how many comments were between."""
    blocks = text.split("\n\n")
    assert blocks.pop() == "", "it ends with a whole event"
    sent, comments = [], 0
    for block in blocks:
        if block.startswith(":"):
            comments += 1
            continue
        name, data = block.split("\n")
        assert (name[:7], data[:6]) == ("event: ", "data: ")
        sent.append(Sent(name[7:], json.loads(data[6:])))
    return sent, comments


def stream(client: TestClient | httpx.Client, **body: object) -> list[Sent]:
    response = client.post("/v1/ask", json={**body, "stream": True})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(EVENTS)
    assert response.headers["cache-control"] == "no-store"
    return parse(response.text)[0]


def names(events: list[Sent]) -> list[str]:
    return [event.name for event in events]


def timeless(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if name != "took_ms"}


def check_stream(events: list[Sent]) -> Json:
    """The order, and that the events between say what the last one says; the answer."""
    first, *between, last = events
    assert (first.name, last.name) == ("sources", "answer.done")
    answer: Json = last.data
    assert timeless(first.data)["results"] == answer["results"]
    kinds = [event.name for event in between]
    assert set(kinds) <= {"answer.delta", "citation", "answer.reset"}
    valid = between[len(kinds) - kinds[::-1].index("answer.reset") :] if "answer.reset" in kinds else between
    assert "".join(event.data["text"] for event in valid if event.name == "answer.delta") == answer["answer"]
    assert [event.data for event in valid if event.name == "citation"] == answer["citations"]
    return answer


# --- the same answer, while it is made ---


@pytest.mark.parametrize("question", QUESTIONS[::19], ids=lambda question: question["id"])
def test_the_last_event_is_the_body_that_is_answered_without_a_stream(client: TestClient, question: Json) -> None:
    answer = check_stream(stream(client, question=question["question"]))
    assert timeless(answer) == timeless(client.post("/v1/ask", json={"question": question["question"]}).json())


def test_sources_come_first_and_are_what_search_answers(client: TestClient) -> None:
    first = stream(client, question=ZH)[0]
    assert timeless(first.data) == timeless(client.post("/v1/search", json={"query": ZH}).json())


def test_each_quote_is_followed_by_its_citation(client: TestClient) -> None:
    events = stream(client, question=EN)
    assert names(events)[:4] == ["sources", "answer.delta", "answer.delta", "citation"], "a frame, then the first quote"
    assert f"[{events[3].data['marker']}]" in events[2].data["text"]


@pytest.mark.parametrize("question", [OFF, "谢谢！", "鸡蛋要煮几分钟？"])
def test_a_refusal_lists_its_citations_too_of_which_there_are_none(client: TestClient, question: str) -> None:
    events = stream(client, question=question)
    assert names(events) == ["sources", "answer.delta", "answer.done"]
    answer = check_stream(events)
    assert (answer["answerable"], answer["citations"]) == (False, [])


def test_options_are_heeded(client: TestClient) -> None:
    body = {"question": ZH, "top_k": 4, "filters": {"article_ids": [REVIEW]}, "history": [{"question": "谁？"}]}
    answer = check_stream(stream(client, **body))
    assert len(answer["results"]) == 4
    assert {citation["document_id"] for citation in answer["citations"]} == {REVIEW}
    assert timeless(answer) == timeless(client.post("/v1/ask", json=body).json())


@pytest.mark.parametrize("accept", [EVENTS, f"{EVENTS}, */*;q=0.1", f"application/json;q=0.5,{EVENTS}"])
def test_a_stream_may_also_be_asked_for_by_the_accept_header(client: TestClient, accept: str) -> None:
    headers = {"accept": accept}
    expected = timeless(client.post("/v1/ask", json={"question": ZH}).json())
    for response in (
        client.post("/v1/ask", json={"question": ZH}, headers=headers),
        client.get("/v1/ask", params={"q": ZH}, headers=headers),
    ):
        assert response.headers["content-type"].startswith(EVENTS)
        assert timeless(check_stream(parse(response.text)[0])) == expected


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html,application/xhtml+xml", ""])
def test_who_does_not_ask_for_a_stream_gets_none(client: TestClient, accept: str) -> None:
    response = client.get("/v1/ask", params={"q": ZH}, headers={"accept": accept})
    assert response.headers["content-type"] == "application/json"


def test_a_real_server_streams_too(served: Served) -> None:
    with httpx.Client(base_url=served.url) as http:
        answer = check_stream(stream(http, question=ZH))
        assert timeless(answer) == timeless(http.post("/v1/ask", json={"question": ZH}).json())


def test_events_are_lines_of_utf_8_whatever_they_hold(client: TestClient) -> None:
    """A line end within an event would end it."""
    response = client.post("/v1/ask", json={"question": "第一行\n第二行：GPT-3 😀\r\n有多大？", "stream": True})
    answer = check_stream(parse(response.text)[0])
    assert answer["question"] == "第一行\n第二行：GPT-3 😀\r\n有多大？"
    assert "有多大" in response.content.decode(), "readable without a parser"


# --- errors ---


def test_what_is_wrong_with_the_request_is_a_problem_and_no_stream(client: TestClient) -> None:
    for body, status, code in (
        ({"question": ""}, 422, "invalid_query"),
        ({"question": "x", "top_k": 0}, 422, "invalid_request"),
        ({"question": "x", "generator": "llm"}, 422, "invalid_parameter"),
        ({"question": "x", "filters": {"article_ids": ["no.txt"]}}, 404, "unknown_article"),
    ):
        check(client.post("/v1/ask", json={**body, "stream": True}), status, code)
        check(client.post("/v1/ask", json=body, headers={"accept": EVENTS}), status, code)


ALTERED = "003_225585054f10cde9.txt"


@contextmanager
def damaged(seeds_home: Path, home: Path) -> Iterator[TestClient]:
    """A client on an index in which a figure was altered, and the checksums of its files with it."""
    shutil.copytree(seeds_home, home)
    alter_stored(home, "1200 万美元", "1300 万美元")
    accept_as_it_is(home)
    with TestClient(create_app(settings(home)), raise_server_exceptions=False) as client:
        yield client


def test_what_goes_wrong_later_is_an_event_with_the_same_body(seeds_home: Path, home: Path) -> None:
    with damaged(seeds_home, home) as client:
        response = client.post("/v1/ask", json={"question": ZH, "stream": True}, headers={"x-request-id": "my-id"})
        unstreamed = client.post("/v1/ask", json={"question": ZH}, headers={"x-request-id": "my-id"}).json()
    assert response.status_code == 200
    events, _ = parse(response.text)
    assert events[0].name == "sources"
    assert names(events)[-1] == "error"
    assert "answer.done" not in names(events)
    assert ALTERED in unstreamed["detail"]
    cited = [event.data["document_id"] for event in events if event.name == "citation"]
    assert ALTERED not in cited, "nothing unproven leaves"
    assert events[-1].data == unstreamed
    assert (unstreamed["code"], unstreamed["status"], unstreamed["request_id"]) == ("index_damaged", 503, "my-id")


def test_what_nobody_foresaw_is_an_event_that_tells_nothing_and_a_line_in_the_log(
    seeds_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(settings(seeds_home)), raise_server_exceptions=False) as client:
        client.app.state.served.engine.index.database.reread = None  # type: ignore[attr-defined]
        events = stream(client, question=ZH)
    assert events[-1].name == "error"
    assert (events[-1].data["code"], events[-1].data["status"]) == ("internal_error", 500)
    assert "NoneType" not in json.dumps(events[-1].data)
    (record,) = [record for record in caplog.records if "failed" in record.getMessage()]
    assert record.exc_info is not None


# --- a language model ---


@contextmanager
def with_llm(home: Path, *behaviours: Behaviour, **changes: Any) -> Iterator[tuple[TestClient, StubLlm]]:
    with (
        running(*behaviours) as stub,
        TestClient(create_app(settings(home, llm=stub.settings(**changes)))) as client,
    ):
        yield client, stub


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


SAID = "GPT-3 的训练成本高达 1200 万美元[1][2][3]。训练花了 99 天[1]。"


def test_what_it_writes_comes_statement_by_statement(seeds_home: Path) -> None:
    with with_llm(seeds_home, says(SAID)) as (client, _):
        events = stream(client, question=ZH)
        unstreamed = client.post("/v1/ask", json={"question": ZH}).json()
    answer = check_stream(events)
    assert answer["generated"]
    assert timeless(answer) == timeless(unstreamed)
    assert names(events) == [
        "sources",
        "answer.delta",
        "citation",
        "citation",
        "citation",
        "answer.delta",
        "answer.done",
    ]
    assert events[1].data["text"] == answer["statements"][0]["text"]


def breaks_off(reply: Reply) -> None:
    """After a whole sentence."""
    reply.head()
    reply.delta(f"{SAID} 然后")
    reply.reset()


def test_where_it_breaks_off_what_was_said_is_void(seeds_home: Path) -> None:
    with with_llm(seeds_home, breaks_off) as (client, _):
        events = stream(client, question=ZH)
        quoted = client.post("/v1/ask", json={"question": ZH, "generator": "extractive"}).json()
    answer = check_stream(events)
    reset = events[names(events).index("answer.reset")]
    assert reset.data["code"] == answer["fallback"] == "llm_failed"
    assert reset.data["detail"].startswith("language model 'stub' broke off in mid-answer; ")
    assert timeless({**answer, "fallback": None}) == timeless(quoted)


def test_where_it_has_said_nothing_there_is_nothing_to_void(seeds_home: Path) -> None:
    with with_llm(seeds_home, fails(500)) as (client, _):
        events = stream(client, question=ZH)
    assert "answer.reset" not in names(events)
    assert check_stream(events)["fallback"] == "llm_failed"


def slow(reply: Reply) -> None:
    reply.head()
    reply.wait(0.5)
    reply.delta(SAID)
    reply.end()


def test_a_comment_keeps_the_connection_alive_while_it_thinks(
    seeds_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    with with_llm(seeds_home, slow, timeout=30.0) as (client, _):
        text = client.post("/v1/ask", json={"question": ZH, "stream": True}).text
    events, comments = parse(text)
    check_stream(events)
    assert 2 <= comments <= 12
    assert text.index("event: sources") < text.index("\n:") < text.index("event: answer.delta")


def test_without_a_wait_there_is_no_comment(client: TestClient) -> None:
    assert streaming.HEARTBEAT_SECONDS == 10
    assert parse(client.post("/v1/ask", json={"question": ZH, "stream": True}).text)[1] == 0


# --- over a real connection ---


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """A real server in a thread of this process; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def sentences_without_end(reply: Reply) -> None:
    reply.head()
    while reply.wait(0.01):
        reply.delta("GPT-3 的训练成本高达 1200 万美元[1]。\n")


def test_a_client_that_leaves_stops_the_work(seeds_home: Path) -> None:
    with (
        running(sentences_without_end) as stub,
        listening(create_app(settings(seeds_home, llm=stub.settings()))) as url,
    ):
        with httpx.stream("POST", f"{url}/v1/ask", json={"question": ZH, "stream": True}, timeout=PATIENCE) as response:
            lines = response.iter_lines()
            while next(lines) != "event: answer.delta":
                pass
            assert not stub.hung_up.is_set()
        assert stub.hung_up.wait(PATIENCE), "the language model is no longer listened to"
        assert httpx.get(f"{url}/health").status_code == 200


def test_a_client_that_leaves_while_it_thinks_stops_the_work_when_it_speaks(seeds_home: Path) -> None:
    thinking, go_on = threading.Event(), threading.Event()

    def thinks(reply: Reply) -> None:
        reply.head()
        thinking.set()
        go_on.wait(PATIENCE)
        sentences_without_end_of(reply)

    def sentences_without_end_of(reply: Reply) -> None:
        while reply.wait(0.01):
            reply.delta("GPT-3 的训练成本高达 1200 万美元[1]。\n")

    with (
        running(thinks) as stub,
        listening(create_app(settings(seeds_home, llm=stub.settings(timeout=float(PATIENCE))))) as url,
    ):
        with httpx.stream("POST", f"{url}/v1/ask", json={"question": ZH, "stream": True}, timeout=PATIENCE) as response:
            assert next(response.iter_lines()) == "event: sources", "before the language model has said anything"
            assert thinking.wait(PATIENCE)
        go_on.set()
        assert stub.hung_up.wait(PATIENCE)
        assert httpx.get(f"{url}/health").status_code == 200


def test_others_are_answered_while_it_thinks(seeds_home: Path) -> None:
    with (
        running(lambda reply: reply.wait(PATIENCE) and None) as stub,  # type: ignore[func-returns-value]
        listening(create_app(settings(seeds_home, llm=stub.settings(timeout=5.0)))) as url,
        httpx.stream("POST", f"{url}/v1/ask", json={"question": ZH, "stream": True}, timeout=PATIENCE) as response,
    ):
        assert next(response.iter_lines()) == "event: sources"
        for _ in range(3):
            other = httpx.post(f"{url}/v1/ask", json={"question": EN, "generator": "extractive"}, timeout=PATIENCE)
            assert other.json()["citations"]
