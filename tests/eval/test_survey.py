"""Surveys: one index, asked in several ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from eval.journal import Journal
from eval.progress import progress_bar
from eval.question_set import QuestionSet
from eval.survey import Survey
from index.encoders import Encoder
from index.hits import Hits
from index.store import Home
from rag.config import SearchConfig
from rag.types import Mode
from tests.conftest import build
from tests.eval.conftest import question

Open = Callable[[], Survey]


@pytest.fixture
def survey(
    articles: Path, home: Path, encoder: Encoder, write_questions: Callable[..., Path], tmp_path: Path
) -> Iterator[Survey]:
    build(home, articles, encoder)
    data = QuestionSet(write_questions(question()), articles)
    journal = Journal(tmp_path / "answers.jsonl", {})
    with progress_bar() as bar:
        yield Survey(data, Home(home), Home(home).open(), encoder, journal, bar)
    journal.close()


def test_every_mode_is_asked_in_every_presentation(survey: Survey) -> None:
    assert [run.name for run in survey.modes([Mode.LEXICAL, Mode.DENSE])] == [
        "lexical", "dense", "lexical ungrouped", "dense ungrouped",
    ]  # fmt: skip
    assert survey.modes([]) == []


def test_answers_of_before_are_taken_from_the_journal(survey: Survey) -> None:
    def broken(_: object) -> list[object]:
        raise AssertionError("asked again")

    first = survey.run("mine", lambda _: survey.items(Hits(np.array([0]), np.ones(1))))
    again = survey.run("mine", broken)  # type: ignore[arg-type]
    assert again == first
    assert [item.id for item in first.rankings["gulls.en"].items] == [survey.index.database.passage(0).id]
    assert first.index_bytes == survey.index_bytes() > survey.index_bytes({"lexical"})


def test_every_question_is_asked_for_an_answer(survey: Survey) -> None:
    answer = survey.answers()["gulls.en"]
    assert answer.reason is None
    assert survey.journal.answers() == {"gulls.en": answer}


def test_candidates_are_those_of_the_list_that_folds_nothing(survey: Survey) -> None:
    assert survey.by_itself.label == " ungrouped"
    found = survey.candidates(SearchConfig(legs=("lexical",)))(survey.dataset.questions[0])
    assert list(found.raw) == ["lexical"]
    assert len(found.rows) == 2, "the passages that speak of the keeper"
