"""The progress bar: nothing in a pipe, and no question lost on a terminal."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from eval import progress
from eval.dataset import AskedQuestion
from eval.progress import progress_bar

QUESTIONS = [AskedQuestion(f"q{i}", "?", "en") for i in range(30)]


@pytest.mark.parametrize("terminal", [True, False])
def test_questions_pass_through_in_order(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(progress, "Console", lambda stderr: Console(file=shown, force_terminal=terminal, width=100))
    with progress_bar() as bar:
        bar.indexed(0, 5)
        bar.indexed(5, 5)
        passed = []
        for question in bar.asking("hybrid")(QUESTIONS):
            passed.append(question)
            time.sleep(0.01)
        assert passed == QUESTIONS
    assert bool(shown.getvalue()) is terminal
    if terminal:
        assert "hybrid" in shown.getvalue()
        assert "30/30" in shown.getvalue()
        assert "/s" in shown.getvalue(), "the rate"
