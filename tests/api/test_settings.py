"""Settings come from the environment when the server starts; a wrong value stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from api.settings import Settings
from rag.cli import main


def test_every_setting_has_a_default_that_works_on_this_machine_alone() -> None:
    settings = Settings()
    assert (settings.home, settings.sources) == (Path(".rag"), Path("seeds"))
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.encoder, settings.reranker, settings.device) == (None, None, None)
    assert settings.largest_body == 1_000_000
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--port", "65536"], "--port"), (["--port", "x"], "--port"), (["--speed", "9"], "No such option")],
)
def test_a_wrong_option_is_wrong_use(home: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["--home", str(home), "serve", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
