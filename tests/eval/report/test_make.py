"""Making a report from runs, whoever made them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eval.answers import Cited, GivenAnswer
from eval.beir import BeirDataset
from eval.dataset import RankedItem, Ranking
from eval.errors import UnknownItemError
from eval.question_set import QuestionSet
from eval.report.beside import beside
from eval.report.make import make_report
from eval.report.model import ShownCitation, load_report
from eval.run import Run, make_run
from index.build import build_index
from index.encoders import Encoder
from index.spans import Span
from index.store import Home
from rag.engine import Engine
from rag.types import Mode
from tests.conftest import build
from tests.eval.conftest import QRELS, QUERIES, question, write_beir

Write = Callable[..., Path]


@pytest.fixture
def data(tmp_path: Path) -> BeirDataset:
    queries = [*QUERIES, {"_id": "broken", "text": "half \ud800 a character"}]
    return BeirDataset(write_beir(tmp_path / "harbour", queries=queries, qrels=QRELS + "broken\tgulls\t1\n"))


@pytest.fixture
def engine(home: Path, data: BeirDataset, encoder: Encoder) -> Engine:
    build_index(Home(home), data.sources, encoder)
    return Engine(home)


def theirs(**rankings: str) -> Run:
    """Somebody else's run: words are items."""
    return Run(
        "theirs", {q: Ranking(tuple(RankedItem(i, 0.5) for i in items.split())) for q, items in rankings.items()}
    )


def test_runs_of_any_origin_stand_side_by_side(data: BeirDataset, engine: Engine, tmp_path: Path) -> None:
    """Theirs has only one of four questions; the others count 0."""
    runs = [make_run(data, engine, Mode.HYBRID, index_bytes=5), theirs(q1="tea gulls", unknown="gulls")]
    report = make_report(data, runs, engine.index)
    assert [(run.name, run.index_bytes, run.p50 is None) for run in report.runs] == [
        ("hybrid", 5, False),
        ("theirs", None, True),
    ]
    values = {question.id: question.outcomes["theirs"].scores["RR@10"] for question in report.questions}
    assert values == {"q1": 0.5, "q2": 0, "q3": 0, "broken": 0}
    assert {q.id: q.outcomes["hybrid"].scores["RR@10"] for q in report.questions} == {
        "q1": 1, "q2": 1, "q3": 1, "broken": 0,
    }  # fmt: skip
    assert set(report.items) <= {"gulls", "bread", "tides", "tea"}
    assert report.index.articles == 4
    report.save(tmp_path / "report.json")
    assert load_report(tmp_path / "report.json") == report


def test_the_same_evaluation_twice_differs_only_in_its_times(data: BeirDataset, engine: Engine, tmp_path: Path) -> None:
    def timeless(path: Path) -> dict[str, object]:
        body = json.loads(path.read_text("utf-8"))
        assert body.pop("created")
        for run in body["runs"]:
            del run["p50"], run["p95"]
        for each in body["questions"]:
            for outcome in each["outcomes"].values():
                del outcome["milliseconds"]
        return body  # type: ignore[no-any-return]

    bodies = []
    for name in ("a", "b"):
        report = make_report(data, [make_run(data, engine, mode) for mode in Mode], engine.index)
        report.save(tmp_path / name, beside(report, report.figures()))
        bodies.append(timeless(tmp_path / name))
    assert bodies[0] == bodies[1]


def test_stale_questions_are_named_and_in_no_mean(
    articles: Path, home: Path, encoder: Encoder, write_questions: Write
) -> None:
    build(home, articles, encoder)
    engine = Engine(home)
    gone = question(id="gone", question="Who left?", evidence=[{"file": "gulls.md", "quote": "gone"}])
    data = QuestionSet(write_questions(question(), gone), articles)
    report = make_report(data, [make_run(data, engine, Mode.HYBRID)], engine.index)
    assert report.stale == {"gone": ("gulls.md: gone",)}
    assert [q.id for q in report.questions] == ["gulls.en"]
    assert report.figures()["hybrid"][next(iter(report.figures()["hybrid"]))]["Success@1"].n == 1


def test_answers_are_scored_and_what_they_cite_is_shown_with_its_evidence_marked(
    articles: Path, home: Path, encoder: Encoder, write_questions: Write
) -> None:
    """The first sentence of the article and half of the next."""
    build(home, articles, encoder)
    engine = Engine(home)
    data = QuestionSet(write_questions(question()), articles)
    start = (articles / "gulls.md").read_text("utf-8").index("The keeper")
    place = f"gulls.md#{start}-{start + len('The keeper counts gulls. He is')}"
    given = GivenAnswer(0.87654321, 0.5, "en→en", None, (Cited(place, True),), (), 1.23456)
    report = make_report(data, [Run("none", {})], engine.index, answers={"gulls.en": given})
    asked = report.questions[0]
    assert asked.answer is not None
    assert asked.answer.scores == {"Hit@1": 1, "Hit@3": 1, "Precision": 1, "Recall": 1, "Refused": 0}
    assert (asked.answer.confidence, asked.answer.milliseconds) == (0.876543, 1.235)
    assert asked.answer.citations == (ShownCitation(place, (1,), True),)
    assert report.items[place].text == "The keeper counts gulls. He is"
    assert asked.marks[place] == (Span(0, len("The keeper counts gulls")),)


def test_what_cannot_be_judged_or_told_apart_is_an_error(
    data: BeirDataset, engine: Engine, articles: Path, write_questions: Write
) -> None:
    run = make_run(data, engine, Mode.HYBRID)
    with pytest.raises(ValueError, match="names of their own: hybrid, hybrid"):
        make_report(data, [run, run], engine.index)
    with pytest.raises(ValueError, match="names of their own: answers"):
        make_report(data, [replace(run, name="answers")], engine.index)
    assert make_report(data, [run, replace(run, name="again")], engine.index).figures().keys() == {"hybrid", "again"}
    places = QuestionSet(write_questions(question()), articles)
    with pytest.raises(UnknownItemError, match="'gulls', which cannot be judged"):
        make_report(places, [Run("theirs", {"gulls.en": Ranking((RankedItem("gulls", 1.0),))})], engine.index)
