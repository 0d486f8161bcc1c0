"""Answers that are kept, and picked up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.answers import Cited, GivenAnswer
from eval.dataset import RankedItem, Ranking
from eval.errors import ResumeError
from eval.journal import Journal

SUBJECT = {"data set": "harbour", "index": "abc"}
FOUND = Ranking((RankedItem("海.md#0-9", 0.1 + 0.2, ("b", "c")), RankedItem("d", 0.0)), 12.5)


def written(path: Path) -> None:
    journal = Journal(path, SUBJECT)
    journal.add("hybrid", "q1", FOUND)
    journal.add("hybrid", "q2", Ranking(()))
    journal.add("dense", "q1", Ranking((RankedItem("a", 1.0),), 1.0))
    journal.close()


def test_answers_are_read_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    written(path)
    journal = Journal(path, SUBJECT)
    assert journal.rankings("hybrid") == {"q1": FOUND, "q2": Ranking(())}
    assert list(journal.rankings("dense")) == ["q1"]
    assert journal.rankings("lexical") == {}
    journal.close()


@pytest.mark.parametrize("lost", [1, 2, 30])
def test_a_line_that_was_being_written_is_asked_again(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "answers.jsonl"
    written(path)
    path.write_bytes(path.read_bytes()[:-lost])
    journal = Journal(path, SUBJECT)
    assert "q1" not in journal.rankings("dense")
    journal.add("dense", "q1", FOUND)
    journal.close()
    again = Journal(path, SUBJECT)
    assert again.rankings("dense") == {"q1": FOUND}
    again.close()


def test_a_file_that_ends_before_its_first_line_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"data set": "har')
    Journal(path, SUBJECT).close()
    Journal(path, SUBJECT).close()
    assert len(path.read_text().splitlines()) == 1


def test_answers_of_another_evaluation_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    written(path)
    with pytest.raises(
        ResumeError, match=r"holds answers for .*'abc'.* instead of .*'xyz'.*; delete it or give another"
    ):
        Journal(path, {**SUBJECT, "index": "xyz"})


@pytest.mark.parametrize("text", ["not JSON\n", '{"data set": "harbour", "index": "abc"}\n{"run": 1}\n', "[]\n"])
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(text)
    with pytest.raises(ResumeError, match="holds answers for"):
        Journal(path, SUBJECT)


ANSWER = GivenAnswer(0.1 + 0.2, 0.25, "en→zh", None, (Cited("海.md#0-9", True), Cited("海.md#9-12", False)), (), 12.5)
REFUSED = GivenAnswer(0.0, 1.0, "", "no_evidence", (), (Cited("d#1-2", True),))


def test_answers_to_questions_are_kept_beside_rankings(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    written(path)
    journal = Journal(path, SUBJECT)
    assert journal.answers() == {}
    journal.add_answer("q1", ANSWER)
    journal.add_answer("q2", REFUSED)
    journal.close()
    again = Journal(path, SUBJECT)
    assert again.answers() == {"q1": ANSWER, "q2": REFUSED}
    assert again.rankings("hybrid") == {"q1": FOUND, "q2": Ranking(())}
    again.close()


def test_an_answer_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"data set": "harbour", "index": "abc"}\n{"question": "q1", "answer": {"confidence": "high"}}\n')
    with pytest.raises(ResumeError, match="holds answers for no evaluation that can be read"):
        Journal(path, SUBJECT)
