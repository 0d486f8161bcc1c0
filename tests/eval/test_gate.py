"""Seeded faults: each is made in the real pipeline over the real questions, and must trip the comparison where it bites."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.compare import Comparison, Rules, compare
from eval.dataset import Dataset
from eval.question_set import QuestionSet
from eval.report.make import make_report
from eval.report.model import Report
from eval.run import make_run
from eval.scoring import RETURNED
from eval.slices import ALL, Slice
from index.hits import Allowed, Rows, Scores
from rag.engine import Engine
from rag.legs import LexicalLeg
from rag.question import Question
from rag.types import Mode, SearchRequest, SearchResponse
from tests.conftest import SEEDS
from tests.eval.test_question_set import SEEDS_SET

pytestmark = pytest.mark.usefixtures("questions_encoded_once")

RULES = Rules(tolerance=0.02)
"""As ``make eval`` compares."""


def evaluated(dataset: Dataset, engine: Engine, modes: Sequence[Mode] = (Mode.DENSE, Mode.LEXICAL)) -> Report:
    return make_report(dataset, [make_run(dataset, engine, mode) for mode in modes], engine.index)


@pytest.fixture(scope="module")
def dataset() -> QuestionSet:
    return QuestionSet(SEEDS_SET, SEEDS)


@pytest.fixture(scope="module")
def accepted(dataset: QuestionSet, seeds_engine: Engine) -> Report:
    return evaluated(dataset, seeds_engine).abridged()


def tripped(comparison: Comparison, run: str) -> set[tuple[Slice, str]]:
    return {(change.slice, change.measure) for change in comparison.drops if change.run == run}


def test_an_identical_evaluation_never_trips(dataset: QuestionSet, seeds_engine: Engine, accepted: Report) -> None:
    found = compare(accepted, evaluated(dataset, seeds_engine), RULES)
    assert found.passed
    assert found.moved == ()


def test_a_dead_bm25_trips_the_lexical_run_and_no_other(
    dataset: QuestionSet, seeds_home: Path, accepted: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(self: LexicalLeg, question: Question, k: int, allowed: Allowed | None) -> Rows:
        return np.zeros(0, np.int64)

    def zeros(self: LexicalLeg, question: Question, rows: Rows) -> Scores:
        return np.zeros(len(rows))

    monkeypatch.setattr(LexicalLeg, "propose", nothing)
    monkeypatch.setattr(LexicalLeg, "scores", zeros)
    found = compare(accepted, evaluated(dataset, Engine(seeds_home)), RULES)
    assert not found.passed
    assert {(ALL, "nDCG@10"), (Slice("languages", "zh→zh"), "nDCG@10"), (Slice("languages", "en→zh"), "nDCG@10"),
            (ALL, RETURNED)} <= tripped(found, "lexical")  # fmt: skip
    assert tripped(found, "dense") == set()


class OneTooFew(Engine):
    """Its last result is lost."""

    def search(self, request: SearchRequest) -> SearchResponse:
        response = super().search(request)
        return replace(response, results=response.results[:-1])


class OneTooLate(Engine):
    """Its first result is lost."""

    def search(self, request: SearchRequest) -> SearchResponse:
        response = super().search(replace(request, top_k=request.top_k + 1))
        return replace(response, results=response.results[1:])


def test_a_list_that_ends_one_too_early_trips_every_slice(
    dataset: QuestionSet, seeds_home: Path, accepted: Report
) -> None:
    found = compare(accepted, evaluated(dataset, OneTooFew(seeds_home)), RULES)
    lengths = [change for change in found.changes if change.measure == RETURNED]
    assert all(change.losses == change.n for change in lengths)
    # so few questions as ten cannot be significant among a hundred tests
    assert all(change.dropped for change in lengths if change.n >= 20)


def test_a_list_that_begins_one_too_late_trips_the_ranking_and_not_the_length(
    dataset: QuestionSet, seeds_home: Path, accepted: Report
) -> None:
    found = compare(accepted, evaluated(dataset, OneTooLate(seeds_home)), RULES)
    for run in ("dense", "lexical"):
        assert {(ALL, "nDCG@10"), (Slice("form", "table"), "nDCG@10")} <= tripped(found, run)
        assert not any(measure == RETURNED for _, measure in tripped(found, run))


class Mute(Engine):
    """Finds nothing for questions in English."""

    def search(self, request: SearchRequest) -> SearchResponse:
        response = super().search(request)
        return replace(response, results=() if response.query_language == "en" else response.results)


@pytest.fixture(scope="module")
def mute(dataset: QuestionSet, seeds_home: Path) -> Report:
    return evaluated(dataset, Mute(seeds_home))


def test_questions_for_which_nothing_is_found_trip_their_language(mute: Report, accepted: Report) -> None:
    english, chinese = Slice("languages", "en→zh"), Slice("languages", "zh→zh")
    assert mute.figures()["dense"][english]["nDCG@10"].mean < 0.05, "some are taken for Chinese"
    found = compare(accepted, mute, RULES)
    assert {(english, "nDCG@10"), (english, RETURNED)} <= tripped(found, "dense")
    assert not any(each == chinese for each, _ in tripped(found, "dense"))


def test_dropping_the_questions_for_which_nothing_is_found_does_not_hide_them(mute: Report, accepted: Report) -> None:
    """The fault of other evaluations: without them the means look as good as before."""
    kept = tuple(question for question in mute.questions if question.outcomes["dense"].results)
    found = compare(accepted, replace(mute, questions=kept), RULES)
    assert {question.id for question in found.lost} == {q.id for q in mute.questions} - {q.id for q in kept}
    assert found.lost
    assert (Slice("languages", "en→zh"), "nDCG@10") in tripped(found, "dense")
    assert (Slice("languages", "zh→zh"), "nDCG@10") not in tripped(found, "dense")


def test_swapped_judgements_trip_the_slice_they_are_swapped_in(
    tmp_path: Path, dataset: QuestionSet, seeds_engine: Engine, accepted: Report
) -> None:
    """Each question about a number is given the evidence of the next."""
    rows = [json.loads(line) for line in SEEDS_SET.read_text("utf-8").splitlines()]
    numbers = [row for row in rows if row["kind"] == "number" and row["evidence"]]
    evidence = [row["evidence"] for row in numbers]
    for row, other in zip(numbers, [*evidence[3:], *evidence[:3]], strict=True):
        row["evidence"] = other
    swapped = tmp_path / "seeds.jsonl"
    swapped.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = compare(accepted, evaluated(QuestionSet(swapped, SEEDS), seeds_engine), RULES)
    assert (Slice("kind", "number"), "nDCG@10") in tripped(found, "dense")
    assert {each for each, _ in tripped(found, "dense") if each.facet == "kind"} == {Slice("kind", "number")}
