"""The client of a language model, against a server that misbehaves in every way; each failure is one clear error."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields

import pytest
from pydantic import SecretStr, ValidationError

from index.errors import MissingExtraError, SearchIndexError
from rag.answering.llm import VARIABLES, Llm, LlmSettings, Message
from rag.answering.statements import split_statements
from rag.errors import LlmError, LlmSettingError
from tests.conftest import ROOT
from tests.rag.answering import stub_llm
from tests.rag.answering.stub_llm import KEY, Behaviour, chunk, fails, running, says, sends

ASKED = [Message("system", "Be brief."), Message("user", "守塔人夜里做什么？")]
TEXT = "守塔人夜里数海鸥[1]。The keeper counts gulls 😀 [2].\n"
SOON = {"retry_after_ms": "1"}


def ask(behaviour: Behaviour, *more: Behaviour, **changes: object) -> str:
    with running(behaviour, *more) as stub:
        return "".join(Llm(stub.settings(**changes)).stream(ASKED))


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_text_comes_as_it_was_sent_piece_by_piece(size: int) -> None:
    with running(says(TEXT, size=size)) as stub:
        pieces = list(Llm(stub.settings()).stream(ASKED))
    assert "".join(pieces) == TEXT
    assert len(pieces) == -(-len(TEXT) // size)


def test_the_server_is_asked_what_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "of-another-server")
    with running(says(TEXT)) as stub:
        llm = Llm(stub.settings(temperature=0.5, max_tokens=7))
        assert llm.name == "stub"
        list(llm.stream(ASKED))
    (asked,) = stub.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "of-another-server" not in asked.headers.values()
    assert asked.body == {
        "model": "stub",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "守塔人夜里做什么？"}],
        "temperature": 0.5,
        "max_tokens": 7,
        "stream": True,
    }


def test_a_server_without_a_key_is_never_sent_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-another-server")
    with running(says(TEXT)) as stub:
        list(Llm(stub.settings(api_key="")).stream(ASKED))
    assert "of-another-server" not in stub.asked[0].headers["authorization"]


def test_nothing_is_asked_before_the_text_is_wanted() -> None:
    with running(says(TEXT)) as stub:
        Llm(stub.settings()).stream(ASKED).close()
        assert stub.asked == []


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_busy_or_failing_server_is_asked_again(status: int) -> None:
    with running(fails(status, **SOON), fails(status, **SOON), says(TEXT)) as stub:
        assert "".join(Llm(stub.settings(retries=2)).stream(ASKED)) == TEXT
        assert len(stub.asked) == 3


def test_the_wait_before_asking_again_is_not_nothing() -> None:
    started = time.monotonic()
    assert ask(fails(500), says(TEXT), retries=1) == TEXT
    assert time.monotonic() - started > 0.3


def test_a_silent_server_is_asked_again() -> None:
    assert ask(stub_llm.silent, says(TEXT), retries=1, timeout=0.2) == TEXT


def test_a_stream_that_has_begun_is_never_begun_again() -> None:
    with running(stub_llm.resets, says(TEXT)) as stub:
        pieces = Llm(stub.settings(retries=5)).stream(ASKED)
        assert next(pieces) == "The keeper"
        with pytest.raises(LlmError, match="broke off in mid-answer; ask again"):
            next(pieces)
        assert len(stub.asked) == 1


BAD = "check that RAG_LLM_BASE_URL is the address of an OpenAI-compatible API; it usually ends in /v1"
FAILURES: dict[str, tuple[Behaviour, str]] = {
    "500": (fails(500), "failed: HTTP 500: out of order; ask again later, or look at the server's log"),
    "401": (fails(401), "may not be used with this API key: HTTP 401: out of order; set RAG_LLM_API_KEY"),
    "403": (fails(403), "may not be used with this API key: HTTP 403: out of order; set RAG_LLM_API_KEY"),
    "404": (fails(404), r"is not known at http://127\.0\.0\.1:\d+/v1: HTTP 404: out of order; check RAG_LLM_MODEL"),
    "429": (fails(429), "is asked too often, or its quota is used up: HTTP 429: out of order; wait"),
    "400": (fails(400), "refused the request: HTTP 400: out of order; check RAG_LLM_MODEL, RAG_LLM_TEMP"),
    "silent": (stub_llm.silent, "sent nothing for 0.3 seconds; wait longer with RAG_LLM_TIMEOUT"),
    "falls silent": (stub_llm.falls_silent, "sent nothing for 0.3 seconds; wait longer with RAG_LLM_TIMEOUT"),
    "reset": (stub_llm.resets, "broke off in mid-answer; ask again"),
    "cut": (stub_llm.cuts, "broke off in mid-answer; ask again"),
    "no end": (sends(chunk({"content": "The"})), "did not end its answer; ask again; if it recurs"),
    "page": (stub_llm.page, f"did not end its answer; {BAD}"),
    "broken JSON": (sends(chunk({"content": "a"}), '{"choices": ['), f"is no OpenAI stream: JSONDecodeError; {BAD}"),
    "list": (sends("[1]"), f"is no OpenAI stream: \\w+; {BAD}"),
    "number": (sends("7"), f"is no OpenAI stream: \\w+; {BAD}"),
    "other choices": (sends('{"choices": 7}'), f"is no OpenAI stream: \\w+; {BAD}"),
    "other JSON": (sends('{"hello": "world"}'), f"did not end its answer; {BAD}"),
    "no delta": (sends('{"choices": [{"index": 0}]}'), f"is no OpenAI stream: \\w+; {BAD}"),
    "error event": (sends('{"error": {"message": "no memory"}}'), "broke off with an error: no memory; ask again"),
    "empty": (says(""), "gave an empty answer; ask again, raise RAG_LLM_MAX_TOKENS, or choose another model"),
    "blank": (says(" \n\u3000"), "gave an empty answer; ask again"),
    "filtered": (says("The", "content_filter"), "was stopped by the content filter of its server; ask differently"),
}


@pytest.mark.parametrize(("behaviour", "says"), FAILURES.values(), ids=FAILURES)
def test_every_failure_is_one_error_that_says_what_to_do(behaviour: Behaviour, says: str) -> None:
    with pytest.raises(LlmError, match=f"^language model 'stub' .*{says}") as raised:
        ask(behaviour, timeout=0.3)
    assert isinstance(raised.value, SearchIndexError)
    assert raised.value.code == "llm_failed"
    assert raised.value.model == "stub"
    assert "\n" not in str(raised.value)


def test_a_server_that_keeps_failing_is_given_up() -> None:
    with running(fails(500, **SOON)) as stub:
        with pytest.raises(LlmError, match="failed after 3 tries: HTTP 500"):
            list(Llm(stub.settings(retries=2)).stream(ASKED))
        assert len(stub.asked) == 3


@pytest.mark.parametrize("status", [401, 404, 400])
def test_a_refusal_is_final(status: int) -> None:
    with running(fails(status)) as stub:
        with pytest.raises(LlmError):
            list(Llm(stub.settings(retries=5)).stream(ASKED))
        assert len(stub.asked) == 1


def test_nobody_at_the_address() -> None:
    with running(says(TEXT)) as stub:
        settings = stub.settings()
    with pytest.raises(LlmError, match=r"cannot be reached at http://127.*; start its server, or correct RAG_LLM_BASE"):
        list(Llm(settings).stream(ASKED))


def test_an_address_that_takes_no_connection() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address):  # the one that may wait
            settings = LlmSettings(base_url=f"http://127.0.0.1:{address[1]}", model="m", timeout=0.2, retries=0)
            started = time.monotonic()
            with pytest.raises(LlmError, match="cannot be reached"):
                list(Llm(settings).stream(ASKED))
            assert time.monotonic() - started < 3


def test_an_error_page_that_never_ends_is_such_an_error_too() -> None:
    def behave(reply: stub_llm.Reply) -> None:
        reply.head(500, "text/html", Content_Length="1000")
        reply.raw(b"<html>")
        reply.wait(60)

    with pytest.raises(LlmError, match="language model 'stub'"):
        ask(behave, timeout=0.2)


def test_a_long_message_of_the_server_is_cut_and_put_on_one_line() -> None:
    with pytest.raises(LlmError) as raised:
        ask(fails(500, "line\n" * 1000))
    assert "HTTP 500: line line line" in str(raised.value)
    assert len(str(raised.value)) < 400


def test_a_model_that_knows_the_limit_by_its_new_name() -> None:
    refusal = fails(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    with running(refusal, says(TEXT)) as stub:
        llm = Llm(stub.settings(max_tokens=9))
        for _ in range(2):
            assert "".join(llm.stream(ASKED)) == TEXT
    limits = [{name: asked.body.get(name) for name in ("max_tokens", "max_completion_tokens")} for asked in stub.asked]
    new = {"max_tokens": None, "max_completion_tokens": 9}
    assert limits == [{"max_tokens": 9, "max_completion_tokens": None}, new, new]


def test_a_model_that_refuses_both_names_is_not_asked_for_ever() -> None:
    with running(fails(400, "max_completion_tokens")) as stub:
        with pytest.raises(LlmError, match="HTTP 400"):
            list(Llm(stub.settings()).stream(ASKED))
        assert len(stub.asked) == 2


def test_an_answer_cut_at_the_limit_is_an_answer() -> None:
    assert ask(says("The keeper counts", "length")) == "The keeper counts"


def test_a_client_that_leaves_hangs_up() -> None:
    with running(stub_llm.endless) as stub:
        with closing(Llm(stub.settings()).stream(ASKED)) as pieces:
            assert [next(pieces), next(pieces)] == ["gull ", "gull "]
            assert not stub.hung_up.is_set()
        assert stub.hung_up.wait(5)


def test_a_client_that_is_done_keeps_no_connection() -> None:
    with running(says(TEXT)) as stub:
        llm = Llm(stub.settings())
        for _ in range(3):
            assert "".join(llm.stream(ASKED)) == TEXT
    assert [asked.headers["connection"] for asked in stub.asked] == ["close"] * 3


@pytest.mark.parametrize("behaviour", [fails(401, f"wrong key {KEY}"), sends(f'{{"error": {{"message": "{KEY}"}}}}')])
def test_the_key_is_in_no_message_and_no_log(
    behaviour: Behaviour, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with running(behaviour) as stub:
        settings = stub.settings()
        with pytest.raises(LlmError, match=r"\*\*\*") as raised:
            list(Llm(settings).stream(ASKED))
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text + "".join(capfd.readouterr())
    assert KEY not in shown + repr(settings) + str(settings)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(MissingExtraError, match=r"language model 'm' needs the extra 'llm'.*'cited-rag\[llm\]'"):
        Llm(LlmSettings(base_url="http://127.0.0.1", model="m"))


def test_the_client_library_is_loaded_only_for_a_model() -> None:
    program = "import sys, rag.answering.prompt, rag.answering.llm; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_foreign_marker_is_seen_in_what_comes() -> None:
    first, second = split_statements(ask(says(stub_llm.FOREIGN_MARKER)), quotes=4)
    assert (first.markers, first.unknown) == ((1,), ())
    assert (second.markers, second.unknown) == ((), (9,))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_invented_figure_comes_with_its_marker(language: str) -> None:
    statements = split_statements(ask(says(stub_llm.INVENTED[language], size=1)), quotes=2)
    assert [statement.markers for statement in statements] == [(1,), (2,)]


GIVEN = {"BASE_URL": "http://127.0.0.1:8080/v1", "MODEL": "gemma"}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets RAG_LLM_… variables."""

    def give(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(VARIABLES + name, value)

    return give


def test_without_variables_there_is_no_model() -> None:
    assert LlmSettings.from_environment() is None


def test_every_field_is_a_variable(given: Callable[..., None]) -> None:
    given(**GIVEN)
    assert LlmSettings.from_environment() == LlmSettings(base_url="http://127.0.0.1:8080/v1", model="gemma")
    values = {"API_KEY": f" {KEY}\n", "TIMEOUT": "2.5", "TEMPERATURE": "1", "MAX_TOKENS": "9", "RETRIES": "0"}
    assert {*values, *GIVEN} == {field.name.upper() for field in fields(LlmSettings)}
    given(**values)
    assert LlmSettings.from_environment() == LlmSettings(
        **{name.lower(): value for name, value in GIVEN.items()},
        api_key=SecretStr(KEY),
        timeout=2.5,
        temperature=1.0,
        max_tokens=9,
        retries=0,
    )


WRONG = [
    ("BASE_URL", "ftp://host", "give an address that begins with http"),
    ("BASE_URL", "127.0.0.1:8080/v1", "give an address that begins with http"),
    ("BASE_URL", "http://", "give an address that begins with http"),
    ("BASE_URL", "http://[::1", "give an address that begins with http"),
    ("BASE_URL", "http://host:99999", "give an address that begins with http"),
    ("BASE_URL", "http://me:secret@host/v1", "without user, password and query; a key goes to RAG_LLM_API_KEY"),
    ("BASE_URL", "http://host/v1?key=secret", "without user, password and query"),
    ("MODEL", "", "at least 1 character"),
    ("API_KEY", "sécret", "printable ASCII"),
    ("API_KEY", "sec\nret", "printable ASCII"),
    ("TIMEOUT", "0", "greater than 0"),
    ("TIMEOUT", "inf", "finite"),
    ("TIMEOUT", "soon", "a valid number"),
    ("TEMPERATURE", "-1", "greater than or equal to 0"),
    ("TEMPERATURE", "2.1", "less than or equal to 2"),
    ("MAX_TOKENS", "0", "greater than or equal to 1"),
    ("MAX_TOKENS", "", "a valid integer"),
    ("RETRIES", "-1", "greater than or equal to 0"),
    ("RETRIES", "11", "less than or equal to 10"),
    ("SPEED", "9", "Unexpected keyword"),
]


@pytest.mark.parametrize(("name", "value", "reason"), WRONG)
def test_a_wrong_variable_is_named_and_not_repeated(
    given: Callable[..., None], name: str, value: str, reason: str
) -> None:
    given(**{**GIVEN, name: value})
    with pytest.raises(LlmSettingError, match=f"^wrong setting RAG_LLM_{name}: .*{reason}") as raised:
        LlmSettings.from_environment()
    assert raised.value.variable == f"RAG_LLM_{name}"
    shown = "".join(traceback.format_exception(raised.value))
    assert "secret" not in shown
    assert "sécret" not in shown


@pytest.mark.parametrize("name", ["BASE_URL", "MODEL"])
def test_address_and_model_must_be_given_together(given: Callable[..., None], name: str) -> None:
    given(**{name: GIVEN[name]})
    missing = ({*GIVEN} - {name}).pop()
    with pytest.raises(LlmSettingError, match=f"RAG_LLM_{missing}: Field required"):
        LlmSettings.from_environment()


def test_settings_made_by_hand_are_checked_too() -> None:
    with pytest.raises(ValidationError) as raised:
        LlmSettings(base_url="http://me:secret@host", model="m")
    assert "secret" not in str(raised.value)
