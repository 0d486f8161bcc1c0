"""Asking for answers: a real index of small articles, asked as readers do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.answers import GivenAnswer
from eval.asking import Asker, ask_for_answers
from eval.dataset import AskedQuestion
from eval.journal import Journal
from eval.places import Place
from eval.question_set import QuestionSet
from index.encoders import Encoder
from index.store import Home
from rag.answering.types import Answer, AskRequest
from rag.config import SearchConfig
from rag.retriever import Retriever
from tests.conftest import build
from tests.eval.conftest import question

UNANSWERABLE = [
    question(id="moon", pair="moon", kind="off_topic", question="Which rocket flew to the moon in 1969?", evidence=[]),
    question(id="hello", pair="hello", kind="greeting", question="Hello!", evidence=[]),
    question(id="long", pair="long", kind="off_topic", question="gulls " * 500, evidence=[]),
]


@pytest.fixture
def dataset(articles: Path, write_questions: Callable[..., Path]) -> QuestionSet:
    return QuestionSet(write_questions(question(), *UNANSWERABLE), articles)


@pytest.fixture
def asker(articles: Path, home: Path, encoder: Encoder, dataset: QuestionSet) -> Asker:
    build(home, articles, encoder)
    index = Home(home).open()
    return Asker.open(index, encoder, Retriever(index, encoder, SearchConfig()), dataset.sources)


@pytest.fixture
def given(dataset: QuestionSet, asker: Asker) -> dict[str, GivenAnswer]:
    return dict(ask_for_answers(dataset, asker))


def test_an_answer_cites_places_that_are_exact(given: dict[str, GivenAnswer], articles: Path) -> None:
    answer = given["gulls.en"]
    assert answer.reason is None
    assert answer.confidence >= answer.threshold > 0
    assert (answer.direction, answer.withheld) == ("en→en", ())
    assert all(cited.exact for cited in answer.citations)
    place = Place.parse(answer.citations[0].place)
    assert "The keeper counts gulls." in place.span.quote((articles / place.article_id).read_text("utf-8"))
    assert answer.milliseconds is not None
    assert answer.milliseconds > 0


def test_a_refusal_tells_what_it_withholds(given: dict[str, GivenAnswer]) -> None:
    answer = given["moon"]
    assert answer.reason in ("no_evidence", "weak_evidence")
    assert answer.confidence < answer.threshold
    assert answer.citations == ()
    assert answer.withheld
    assert all(cited.exact for cited in answer.withheld)


def test_what_is_no_question_withholds_nothing(given: dict[str, GivenAnswer]) -> None:
    assert (given["hello"].reason, given["hello"].withheld, given["hello"].confidence) == ("not_a_question", (), 0)


def test_a_question_that_cannot_be_asked_is_refused(given: dict[str, GivenAnswer]) -> None:
    long = given["long"]
    assert (long.reason, long.confidence, long.direction, long.citations) == ("invalid_query", 0, "", ())


@pytest.mark.parametrize("change", ["another text", "no file"])
def test_citations_are_compared_with_the_files_themselves(
    asker: Asker, dataset: QuestionSet, articles: Path, change: str
) -> None:
    """The index still holds what it was built from; the file of before is gone."""
    (articles / "gulls.md").write_text("# Gulls\n\nSomething else stands here now, and much more of it than before.\n")
    sources = dataset.sources if change == "another text" else {}
    given = replace(asker, sources=sources, _texts={}).ask(dataset.questions[0])
    assert given.citations
    assert not any(cited.exact for cited in given.citations if cited.place.startswith("gulls.md"))


class Silent:
    """An answerer that must not be asked."""

    def ask(self, request: AskRequest) -> Answer:
        raise AssertionError("asked again")


def test_answers_of_before_are_taken_from_the_journal(asker: Asker, dataset: QuestionSet, tmp_path: Path) -> None:
    def every(questions: object) -> Iterator[AskedQuestion]:
        for asked in dataset.questions:
            tracked.append(asked.id)
            yield asked

    tracked: list[str] = []
    journal = Journal(tmp_path / "answers.jsonl", {})
    first = ask_for_answers(dataset, asker, journal, every)
    journal.close()
    assert tracked == list(first) == ["gulls.en", "moon", "hello", "long"]
    again = Journal(tmp_path / "answers.jsonl", {})
    silent = replace(asker, answerer=Silent(), unbound=Silent())  # type: ignore[arg-type]
    assert ask_for_answers(dataset, silent, again) == first
    again.close()
