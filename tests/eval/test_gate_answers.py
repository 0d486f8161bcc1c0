"""Seeded faults of answers: each is made in the real pipeline over real questions, and must trip the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval.asking import Asker, Unbound, ask_for_answers
from eval.compare import Comparison, Rules, compare
from eval.question_set import QuestionSet
from eval.report.make import make_report
from eval.report.model import Report
from eval.run import Run
from eval.slices import ALL, Slice
from index.encoders import BUNDLED, Encoder
from index.spans import Span
from index.store import Home, SearchIndex
from rag.answering.answerer import Answerer
from rag.answering.model import shipped_model
from rag.answering.types import Answer, AskRequest, Citation
from rag.config import SearchConfig
from rag.retriever import Retriever
from tests.conftest import SEEDS
from tests.eval.test_question_set import SEEDS_SET

RULES = Rules(tolerance=0.02)
"""As ``make eval`` compares."""
CHINESE, ENGLISH = Slice("language", "zh"), Slice("language", "en")

pytestmark = pytest.mark.usefixtures("questions_encoded_once")


@pytest.fixture(scope="module")
def dataset() -> QuestionSet:
    return QuestionSet(SEEDS_SET, SEEDS, "test")


class Bench:
    """Evaluates an answerer, of an index with other thresholds if wanted."""

    def __init__(self, home: Path, encoder: Encoder, dataset: QuestionSet) -> None:
        self._home, self._encoder, self._dataset = home, encoder, dataset

    def report(self, answerer: type[Answerer] = Answerer, **thresholds: float) -> Report:
        index = Home(self._home).open()
        model = shipped_model(BUNDLED)
        changed = {name.replace("_to_", "→"): value for name, value in thresholds.items()}
        answering = replace(model, thresholds={**model.thresholds, **changed}).to_json()
        index.manifest = replace(index.manifest, answering=answering)
        parts = index, self._encoder, Retriever(index, self._encoder, SearchConfig())
        asker = Asker(answerer(*parts), Unbound(*parts), self._dataset.sources)
        answers = ask_for_answers(self._dataset, asker)
        return make_report(self._dataset, [Run("none", {})], index, answers=answers)


@pytest.fixture(scope="module")
def bench(seeds_home: Path, encoder: Encoder, dataset: QuestionSet) -> Bench:
    return Bench(seeds_home, encoder, dataset)


@pytest.fixture(scope="module")
def accepted(bench: Bench) -> Report:
    return bench.report().abridged()


def tripped(comparison: Comparison) -> set[tuple[Slice, str]]:
    assert all(change.run == "answers" for change in comparison.drops)
    return {(change.slice, change.measure) for change in comparison.drops}


def every(threshold: float) -> Mapping[str, float]:
    return {f"{asked}_to_{best}": threshold for asked in ("zh", "en") for best in ("zh", "en")}


def test_an_identical_evaluation_never_trips(bench: Bench, accepted: Report) -> None:
    found = compare(accepted, bench.report(), RULES)
    assert found.passed
    assert (found.moved_answers, found.inexact) == ((), ())


def test_a_threshold_of_0_answers_what_it_should_refuse(bench: Bench, accepted: Report) -> None:
    found = compare(accepted, bench.report(**every(0.0)), RULES)
    assert not found.passed
    assert tripped(found) == {(each, "False answers") for each in (ALL, CHINESE, ENGLISH)}


def test_a_threshold_of_1_refuses_what_it_should_answer(bench: Bench, accepted: Report) -> None:
    found = compare(accepted, bench.report(**every(1.0)), RULES)
    assert tripped(found) == {
        (each, name) for each in (ALL, CHINESE, ENGLISH) for name in ("Hit@1", "Hit@3", "Refused")
    }


def test_a_fault_in_one_language_trips_that_language(bench: Bench, accepted: Report) -> None:
    found = compare(accepted, bench.report(en_to_zh=1.0), RULES)
    assert {(ENGLISH, "Hit@1"), (ENGLISH, "Hit@3"), (ENGLISH, "Refused")} <= tripped(found)
    assert not any(each == CHINESE for each, _ in tripped(found))


class OneSentenceLate(Answerer):
    """Cites the sentence after the one that it should: exactly, but for nothing."""

    def ask(self, request: AskRequest) -> Answer:
        answer = super().ask(request)
        return replace(answer, citations=tuple(_next_sentence(self._index, each) for each in answer.citations))


def _next_sentence(index: SearchIndex, citation: Citation) -> Citation:
    passages = [stored.passage for _, stored in index.database.passages_of(citation.article.id)]
    sentences = sorted({sentence.span for passage in passages for sentence in passage.sentences})
    later = next((span for span in sentences if span.start >= citation.span.end), citation.span)
    return replace(citation, span=later, cited_text=later.quote(citation.article.text))


def test_citations_one_sentence_late_hold_no_evidence(bench: Bench, accepted: Report) -> None:
    found = compare(accepted, bench.report(OneSentenceLate), RULES)
    assert found.inexact == ()
    assert tripped(found) == {(each, name) for each in (ALL, CHINESE, ENGLISH) for name in ("Hit@1", "Hit@3")}


class OneCharacterLate(Answerer):
    """Says the right words of the wrong place, as if the front matter had lost a character."""

    def ask(self, request: AskRequest) -> Answer:
        answer = super().ask(request)
        shifted = (replace(each, span=Span(each.span.start + 1, each.span.end + 1)) for each in answer.citations)
        return replace(answer, citations=tuple(shifted))


def test_citations_one_character_late_are_named_though_they_still_hold_evidence(bench: Bench, accepted: Report) -> None:
    report = bench.report(OneCharacterLate)
    found = compare(accepted, report, RULES)
    assert not found.passed
    assert tripped(found) == set()
    cited = [(q.id, each.place) for q in report.questions if q.answer is not None for each in q.answer.citations]
    assert found.inexact == tuple(f"{question}: {place}" for question, place in cited)
