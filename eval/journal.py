"""Answers kept while they are made, so that an evaluation that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from pydantic import TypeAdapter

from eval.answers import GivenAnswer
from eval.dataset import RankedItem, Ranking
from eval.errors import ResumeError

_ANSWER = TypeAdapter(GivenAnswer)


class Journal:
    """A file of JSON lines: first what is evaluated, then one ranking or answer each.

    Args:
        subject: what the answers depend on; a file with another subject is refused.

    Raises:
        ResumeError: the file has another subject or is no journal.
        OSError: it cannot be read or written.
    """

    def __init__(self, path: Path, subject: Mapping[str, str]) -> None:
        self._rankings: dict[str, dict[str, Ranking]] = {}
        self._answers: dict[str, GivenAnswer] = {}
        whole = self._read(path, subject) if path.exists() else 0
        self._file: TextIO = path.open("a", encoding="utf-8")
        self._file.truncate(whole)
        if not whole:
            self._write(dict(subject))

    def rankings(self, run: str) -> Mapping[str, Ranking]:
        """What has been found in a run, by question."""
        return self._rankings.get(run, {})

    def add(self, run: str, question: str, ranking: Ranking) -> None:
        """Keeps a ranking, at once: the process may be ended at any time."""
        self._rankings.setdefault(run, {})[question] = ranking
        items = [[item.id, item.score, list(item.parallel)] for item in ranking.items]
        self._write({"run": run, "question": question, "ms": ranking.milliseconds, "items": items})

    def answers(self) -> Mapping[str, GivenAnswer]:
        """What has been answered, by question."""
        return self._answers

    def add_answer(self, question: str, answer: GivenAnswer) -> None:
        """Keeps an answer, at once."""
        self._answers[question] = answer
        self._write({"question": question, "answer": _ANSWER.dump_python(answer, mode="json")})

    def close(self) -> None:
        self._file.close()

    def _write(self, value: object) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False) + "\n")
        self._file.flush()

    def _read(self, path: Path, subject: Mapping[str, str]) -> int:
        """How many bytes are whole lines; a last line without its end was being written when the process ended."""
        data = path.read_bytes()
        whole = data.rfind(b"\n") + 1
        try:
            lines = [json.loads(line) for line in data[:whole].splitlines()]
            for line in lines[1:]:
                if "answer" in line:
                    self._answers[line["question"]] = _ANSWER.validate_python(line["answer"])
                else:
                    self._rankings.setdefault(line["run"], {})[line["question"]] = _ranking(line)
        except (ValueError, KeyError, TypeError) as error:
            raise ResumeError(path, f"no evaluation that can be read ({error!r})") from error
        if lines and lines[0] != subject:
            raise ResumeError(path, f"{lines[0]} instead of {dict(subject)}")
        return whole


def _ranking(line: dict[str, Any]) -> Ranking:
    return Ranking(
        tuple(RankedItem(name, score, tuple(parallel)) for name, score, parallel in line["items"]), line["ms"]
    )
