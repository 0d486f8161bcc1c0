"""Settings come from the environment when the server starts; a wrong value stops the start."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter, ValidationError

from api.settings import Settings
from rag.answering.llm import VARIABLES, LlmSettings
from rag.cli import main
from tests.conftest import ROOT

LLM = {"RAG_LLM_BASE_URL": "http://127.0.0.1:1/v1", "RAG_LLM_MODEL": "m"}


def test_every_setting_has_a_default_that_works_on_this_machine_alone() -> None:
    settings = Settings()
    assert (settings.home, settings.sources) == (Path(".rag"), Path("seeds"))
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.encoder, settings.reranker, settings.device) == (None, None, None)
    assert settings.largest_body == 1_000_000
    assert settings.llm is None
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("variable", "value", "name", "expected"),
    [
        ("RAG_HOME", "/tmp/红杉", "home", Path("/tmp/红杉")),
        ("RAG_SOURCES", "articles", "sources", Path("articles")),
        ("RAG_PORT", "0", "port", 0),
        ("RAG_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("RAG_ENCODER", "a/b", "encoder", "a/b"),
        ("RAG_RERANKER", "a/b", "reranker", "a/b"),
        ("RAG_LARGEST_BODY", "5", "largest_body", 5),
        ("RAG_REFRESH_SECONDS", "0.5", "refresh_seconds", 0.5),
    ],
)
def test_a_setting_is_a_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, name: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(Settings(), name) == expected


def test_what_is_given_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PORT", "1")
    assert Settings(port=2).port == 2


WRONG = [
    ("RAG_PORT", "abc"), ("RAG_PORT", "-1"), ("RAG_PORT", "65536"), ("RAG_PORT", ""), ("RAG_LARGEST_BODY", "0"),
    ("RAG_LARGEST_BODY", "1 MB"), ("RAG_REFRESH_SECONDS", "-1"), ("RAG_REFRESH_SECONDS", "soon"),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "value"), WRONG)
def test_a_wrong_value_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, home: Path, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings()
    result = CliRunner().invoke(main, ["--home", str(home), "serve"])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: wrong setting {variable}: ")
    assert not home.exists()


@pytest.mark.parametrize("key", ["", "sk-1"])
def test_the_variables_of_the_language_model_are_those_of_the_command_line(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    values = {"API_KEY": key, "TIMEOUT": "2.5", "TEMPERATURE": "1", "MAX_TOKENS": "9", "RETRIES": "0"}
    for name, value in {**LLM, **{VARIABLES + name: value for name, value in values.items()}}.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.llm == LlmSettings.from_environment()
    assert settings.llm is not None
    assert settings.llm.timeout == 2.5
    assert settings.llm.api_key.get_secret_value() == key
    assert "sk-1" not in repr(settings)


WRONG_LLM = [
    ({"RAG_LLM_MODEL": ""}, "RAG_LLM_MODEL"),
    ({"RAG_LLM_TIMEOUT": "soon"}, "RAG_LLM_TIMEOUT"),
    ({"RAG_LLM_SPEED": "9"}, "RAG_LLM_SPEED"),
    ({"RAG_LLM_API_KEY": "sécret"}, "RAG_LLM_API_KEY"),
    ({"RAG_LLM_BASE_URL": "http://me:sécret@host"}, "RAG_LLM_BASE_URL"),
]


@pytest.mark.parametrize(("changes", "named"), WRONG_LLM)
def test_a_wrong_variable_of_the_language_model_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, home: Path, changes: dict[str, str], named: str
) -> None:
    for name, value in {**LLM, **changes}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as raised:
        Settings()
    result = CliRunner().invoke(main, ["--home", str(home), "serve"])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: wrong setting {named}: ")
    assert "sécret" not in result.stderr + str(raised.value)


@pytest.mark.parametrize("given", ["RAG_LLM_BASE_URL", "RAG_LLM_MODEL"])
def test_half_a_language_model_stops_the_start(monkeypatch: pytest.MonkeyPatch, home: Path, given: str) -> None:
    monkeypatch.setenv(given, LLM[given])
    result = CliRunner().invoke(main, ["--home", str(home), "serve"])
    missing = ({*LLM} - {given}).pop()
    assert (result.exit_code, result.stderr.startswith(f"Error: wrong setting {missing}: Field required")) == (1, True)


def test_the_page_lists_every_setting_with_its_default_and_help() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = {row[1]: (row[2], row[3]) for row in re.finditer(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", page, re.MULTILINE)}
    llm = TypeAdapter(LlmSettings).json_schema()["properties"]
    helps = {f"RAG_{name}".upper(): field.description for name, field in Settings.model_fields.items() if name != "llm"}
    helps |= {f"{VARIABLES}{name}".upper(): field["description"] for name, field in llm.items()}
    assert list(rows) == list(helps)
    for variable, text in helps.items():
        assert rows[variable][1].replace("`", "").startswith(text.replace("`", "").rstrip(".")), variable
    defaults = {f"RAG_{name}".upper(): field.default for name, field in Settings.model_fields.items() if name != "llm"}
    defaults |= {f"{VARIABLES}{field.name}".upper(): llm[field.name].get("default") for field in fields(LlmSettings)}
    for variable, default in defaults.items():
        assert rows[variable][0] == f"`{default}`" or (default in (None, "") and "`" not in rows[variable][0]), variable


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--port", "65536"], "--port"), (["--port", "x"], "--port"), (["--speed", "9"], "No such option")],
)
def test_a_wrong_option_is_wrong_use(home: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["--home", str(home), "serve", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
