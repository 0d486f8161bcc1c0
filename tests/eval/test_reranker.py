"""``rag eval --reranker``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.report.model import load_report
from rag.cli import main


def evaluate(*arguments: str | Path) -> Result:
    """Runs ``rag eval``; an exception other than an exit is a failure of the test."""
    result = CliRunner().invoke(main, ["eval", "run", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.models
def test_every_mode_is_reranked_and_the_report_says_by_what(beir: Path, word_counter: Path, tmp_path: Path) -> None:
    plain, reranked = tmp_path / "plain.json", tmp_path / "reranked.json"
    assert evaluate(beir, "--json", plain).exit_code == 0
    result = evaluate(beir, "--reranker", word_counter, "--json", reranked)
    assert result.exit_code == 0, result.output
    before, after = load_report(plain), load_report(reranked)
    assert (before.reranker, before.models) == (None, "use-multilingual-3")
    assert (after.reranker, after.models) == (str(word_counter), f"use-multilingual-3 + {word_counter}")
    assert [run.name for run in after.runs] == [run.name for run in before.runs], "so that the two can be compared"
    assert set(json.loads(reranked.read_text("utf-8"))["figures"]) == {"hybrid", "dense", "lexical"}


@pytest.mark.models
def test_answers_with_and_without_it_are_not_mixed(beir: Path, word_counter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert evaluate(beir, "--mode", "dense", "--resume", folder).exit_code == 0
    refused = evaluate(beir, "--mode", "dense", "--resume", folder, "--reranker", word_counter)
    assert refused.exit_code == 2
    assert "reranker" in refused.stderr
    assert evaluate(beir, "--mode", "dense", "--resume", folder).exit_code == 0


@pytest.mark.models
def test_an_unknown_one_is_no_failed_check(beir: Path, word_counter: Path) -> None:
    result = evaluate(beir, "--reranker", "no-such/model")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: reranker 'no-such/model' cannot be loaded" in result.stderr


def test_without_the_extra_it_says_how_to_install_it(beir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    result = evaluate(beir, "--reranker", "a/b")
    assert result.exit_code == 2
    assert "reranker 'a/b' needs the extra 'models'; install it with: pip install" in result.stderr
