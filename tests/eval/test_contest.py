"""Contests: all contenders answer every question, on equal terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.beir import BeirDataset
from eval.contest import Contender, contest
from eval.journal import Journal
from eval.progress import progress_bar
from eval.survey import Survey
from index.build import build_index
from index.encoders import Encoder
from index.store import Home
from rag.candidates import Candidates
from rag.config import SearchConfig
from rag.question import Question
from rag.retriever import Retriever
from tests.eval.conftest import QRELS, QUERIES, write_beir

LEXICAL = SearchConfig(legs=("lexical",))
WORDS = Contender("words", LEXICAL, lambda found: found.raw["lexical"], 3)
BACKWARDS = Contender("backwards", LEXICAL, lambda found: -found.raw["lexical"], 3)
PLAIN = Contender("plain", replace(LEXICAL, translated=False), lambda found: found.raw["lexical"], 1)


@pytest.fixture
def survey(tmp_path: Path, home: Path, encoder: Encoder) -> Iterator[Survey]:
    queries = [*QUERIES, {"_id": "empty", "text": " "}]
    data = BeirDataset(write_beir(tmp_path / "harbour", queries=queries, qrels=QRELS + "empty\tgulls\t1\n"))
    build_index(Home(home), data.sources, encoder)
    journal = Journal(tmp_path / "answers.jsonl", {})
    with progress_bar() as bar:
        yield Survey(data, Home(home), Home(home).open(), encoder, journal, bar)
    journal.close()


def test_each_ranks_by_its_own_scores_to_its_own_depth(survey: Survey) -> None:
    found = contest(survey, [WORDS, BACKWARDS, PLAIN])
    assert list(found) == ["words", "backwards", "plain"]
    ids = {name: [item.id for item in rankings["q1"].items] for name, rankings in found.items()}
    assert ids["words"][0] == ids["plain"][0] == "gulls"
    assert ids["backwards"] == ids["words"][::-1]
    assert len(ids["plain"]) == 1


def test_what_the_search_refuses_has_found_nothing(survey: Survey) -> None:
    assert contest(survey, [WORDS])["words"]["empty"].items == ()
    assert list(contest(survey, [WORDS])["words"]) == [question.id for question in survey.dataset.questions]


def test_a_question_is_read_once_for_all_that_take_the_same_of_it(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    question = Retriever.question

    def counted(self: Retriever, query: str) -> Question:
        read.append(query)
        return question(self, query)

    monkeypatch.setattr(Retriever, "question", counted)
    found = contest(survey, [WORDS, BACKWARDS, PLAIN])
    asked = QUERIES[0]["text"]
    assert read.count(asked) == 2, "with translations and without"
    assert all((rankings["q1"].milliseconds or 0) > 0 for rankings in found.values())


def test_answers_of_before_are_not_asked_for_again(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    first = contest(survey, [WORDS])
    asked: list[str] = []

    def scoring(found: Candidates) -> object:
        asked.append("backwards")
        return found.raw["lexical"]

    again = contest(survey, [replace(WORDS, scoring=_never), replace(BACKWARDS, scoring=scoring)])  # type: ignore[arg-type]
    assert again["words"] == first["words"]
    assert len(asked) == 3, "only what is new"


def _never(found: Candidates) -> object:
    raise AssertionError("asked again")
