"""Asking from the command line: starting up, printing, and the conversation."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.errors import DamagedIndexError, MissingIndexError
from rag.answering.present import answer_json
from rag.answering.types import Answer, AskRequest, Turn
from rag.asking import converse, print_as, start_engine
from rag.engine import Engine
from rag.errors import LlmSettingError
from tests.rag.answering.checks import alter_stored
from tests.rag.answering.stub_llm import running, says

ZH = "GPT-3 的训练成本是多少？"


@dataclass
class Listening:
    """A real engine that remembers what it was asked."""

    engine: Engine
    asked: list[AskRequest] = field(default_factory=list)

    def ask(self, request: AskRequest) -> Answer:
        self.asked.append(request)
        return self.engine.ask(request)


def talk(engine: Engine | Listening, typed: str, as_json: bool = False) -> tuple[str, str]:
    """What is answered on the two streams when lines are piped in."""
    with CliRunner().isolation(input=typed.encode()) as streams:
        converse(engine, AskRequest, as_json)  # type: ignore[arg-type]
        return streams[0].getvalue().decode(), streams[1].getvalue().decode()


# --- starting ---


def test_without_settings_there_is_no_language_model(seeds_home: Path) -> None:
    answer = start_engine(seeds_home, None, None, None).ask(AskRequest(ZH))
    assert (answer.generated, answer.fallback) == (False, None)


def test_the_language_model_of_the_environment_writes(seeds_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(says("GPT-3 的训练成本高达 1200 万美元[1][2][3]。")) as stub:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("RAG_LLM_BASE_URL", stub.settings().base_url)
        monkeypatch.setenv("RAG_LLM_MODEL", "stub")
        assert start_engine(seeds_home, None, None, None).ask(AskRequest(ZH)).generated
        assert start_engine(seeds_home, None, None, "llm").ask(AskRequest(ZH)).generated
        assert len(stub.asked) == 2
        assert not start_engine(seeds_home, None, None, "extractive").ask(AskRequest(ZH)).generated
        assert len(stub.asked) == 2


def test_who_wants_quotes_is_not_bothered_by_a_wrong_setting_of_the_language_model(
    seeds_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_LLM_MODEL", "stub")
    with pytest.raises(LlmSettingError, match="wrong setting RAG_LLM_BASE_URL: Field required"):
        start_engine(seeds_home, None, None, None)
    assert start_engine(seeds_home, None, None, "extractive")


def test_without_an_index_it_says_how_to_build_one(home: Path) -> None:
    with pytest.raises(MissingIndexError, match=r"no index in .*; build one with: rag index FOLDER"):
        start_engine(home, None, None, None)


# --- printing ---


def test_an_answer_is_printed_as_json_or_for_people(seeds_engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    answer = seeds_engine.ask(AskRequest(ZH))
    print_as(answer, as_json=True)
    shown = capsys.readouterr().out
    assert json.loads(shown) == json.loads(json.dumps(answer_json(answer)))
    assert ZH in shown, "Chinese stays readable in JSON"
    print_as(answer, as_json=False)
    assert capsys.readouterr().out.startswith(answer.text)


# --- the conversation ---


def test_one_question_after_the_other_is_answered(seeds_engine: Engine) -> None:
    out, err = talk(seeds_engine, f"{ZH}\nWhat is Copilot?\n")
    for question in (ZH, "What is Copilot?"):
        assert seeds_engine.ask(AskRequest(question)).text in out
    assert err.splitlines()[-1] == "? ", "the prompt stays out of what is piped on"


def test_earlier_questions_explain_later_ones(seeds_engine: Engine) -> None:
    listening = Listening(seeds_engine)
    out, _ = talk(listening, "Midjourney 有多少用户？\n它怎么收费？\n", as_json=True)
    first, second = listening.asked
    answer = seeds_engine.ask(first)
    assert first.history == ()
    assert second.history == (Turn("Midjourney 有多少用户？", answer.text),)
    assert '"searched": "Midjourney 有多少用户？ 它怎么收费？"' in out


def test_no_more_than_five_turns_are_remembered(seeds_engine: Engine) -> None:
    listening = Listening(seeds_engine)
    talk(listening, "".join(f"Midjourney v{number}?\n" for number in range(8)))
    assert [len(request.history) for request in listening.asked] == [0, 1, 2, 3, 4, 5, 5, 5]
    assert [turn.question for turn in listening.asked[-1].history] == [f"Midjourney v{n}?" for n in range(2, 7)]


@pytest.mark.parametrize("typed", ["", "\n", "  \n", "\n谁？\n"])
def test_an_empty_line_or_the_end_ends_it(seeds_engine: Engine, typed: str) -> None:
    listening = Listening(seeds_engine)
    out, _ = talk(listening, typed)
    assert (out, listening.asked) == ("", [])


def test_the_last_line_needs_no_end(seeds_engine: Engine) -> None:
    out, err = talk(seeds_engine, "hello")
    assert out.startswith("This doesn't look like a question.")
    assert err.endswith("\n"), "the shell's prompt gets a line of its own"


def test_what_is_no_question_is_said_and_does_not_end_it(seeds_engine: Engine) -> None:
    listening = Listening(seeds_engine)
    out, err = talk(listening, f"a\x07b\n{'x' * 2001}\nhello\n")
    assert "the query holds the control character U+0007; remove it\n" in err
    assert "2,001 characters; shorten it to at most 2,000\n" in err
    assert out.startswith("This doesn't look like a question.")
    (request,) = listening.asked
    assert request.history == (), "it was never asked"


def test_a_damaged_index_ends_it(seeds_home: Path, tmp_path: Path) -> None:
    """It does not get better by itself."""
    shutil.copytree(seeds_home, tmp_path / "copy")
    engine = Engine(tmp_path / "copy")
    alter_stored(tmp_path / "copy", "1200", "1300")
    with pytest.raises(DamagedIndexError, match="repair it with: rag index --rebuild"):
        talk(engine, f"{ZH}\nhello\n")
