"""What the confidence is made of, and that it tells what the articles answer from what they do not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from index.encoders.vocabulary import word_rarity
from rag.answering.confidence import FEATURES, OF_THE_ENCODER, features
from rag.answering.draft import Inspection
from rag.answering.types import AskRequest
from rag.engine import Engine
from tests.rag.answering.conftest import EngineOn
from tests.rag.test_retriever import QUESTIONS

UNANSWERABLE = ("greeting", "near_topic", "off_topic")
WHALE = {"a.md": "Whale is a language model.\n\nShark was released in May 2021."}


def inspect(engine: Engine, question: str) -> Inspection:
    return engine._asking.answerer.inspect(AskRequest(question), question)


def known(engine: Engine, question: str) -> dict[str, float]:
    return dict(zip(FEATURES, inspect(engine, question).features, strict=True))


def test_the_best_passage_and_the_question_are_measured(seeds_engine: Engine) -> None:
    question = "GPT-3 的训练成本是多少？"
    inspection, features = inspect(seeds_engine, question), known(seeds_engine, question)
    best = inspection.found.response.results[0]
    assert features["passage"] == pytest.approx(math.log(best.score / (1 - best.score)))
    assert features["dense"] == best.scores["dense"]
    assert features["kind"] == 1
    rarity = sum(map(word_rarity, seeds_engine.index.tokenizer.tokens(question)))
    assert features["told"] == pytest.approx(math.log1p(rarity))


def test_a_question_that_says_little_tells_little(seeds_engine: Engine) -> None:
    told = [
        known(seeds_engine, text)["told"]
        for text in ("the of", "models", "models by Midjourney", "Midjourney v4 models")
    ]
    assert told[0] == 0
    assert told == sorted(told)
    assert known(seeds_engine, "the of")["kind"] == 0


def test_what_fits_as_well_as_the_nearest_misfits_by_nothing(engine_on: EngineOn) -> None:
    features = known(engine_on(WHALE), "When was Shark released?")
    assert (features["misfit"], features["misfit_of_kind"], features["kind"]) == (0, 0, 1)


@pytest.mark.parametrize(("question", "kind"), [("When was Whale released?", 1), ("Is Dolphin a language model?", 0)])
def test_what_is_near_but_does_not_fit_misfits(engine_on: EngineOn, question: str, kind: int) -> None:
    """The one holds no date, the other names another thing."""
    features = known(engine_on(WHALE), question)
    assert features["misfit"] > 0.01
    assert features["misfit_of_kind"] == features["misfit"] * kind
    assert features["kind"] == kind


@pytest.mark.parametrize(("score", "odds"), [(0.0, -25.0), (1.0, 25.0), (0.5, 0.0)])
def test_a_score_of_0_or_1_has_odds_too(seeds_engine: Engine, score: float, odds: float) -> None:
    inspection = inspect(seeds_engine, "GPT-3?")
    response = inspection.found.response
    best = replace(response.results[0], score=score, scores={"dense": None})
    found = replace(inspection.found, response=replace(response, results=(best,)))
    assert features(found, inspection.asked, ())[:3] == (odds, 0.0, 0.0)


def test_rivals_come_near_the_best_passage_which_leads_the_second(seeds_engine: Engine) -> None:
    inspection = inspect(seeds_engine, "GPT-3?")
    response = inspection.found.response
    for scores, rivals, lead in (((0.8, 0.3, 0.2), 2, 0.5), ((0.8,), 1, 0.8), ((0.5,) * 12, 10, 0)):
        results = tuple(replace(response.results[0], rank=i + 1, score=score) for i, score in enumerate(scores))
        found = replace(inspection.found, response=replace(response, results=results))
        known = dict(zip(FEATURES, features(found, inspection.asked, ()), strict=True))
        assert (known["rivals"], known["lead"]) == (rivals, pytest.approx(lead)), scores


def test_a_crowd_of_sentences_is_as_near_as_the_nearest(seeds_engine: Engine) -> None:
    """Only those of the ten best passages count."""
    inspection = inspect(seeds_engine, "GPT-3?")
    one = inspection.evidence[0]
    near = [replace(one, nearness=value) for value in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)]
    far = replace(one, nearness=2.0, result=replace(one.result, rank=11))
    for evidence, crowd in ((near, 0.4), ([*near, far], 0.4), (near[:2], 0.1), ([], 0.0)):
        known = dict(zip(FEATURES, features(inspection.found, inspection.asked, evidence), strict=True))
        assert known["crowd"] == pytest.approx(crowd)


def test_only_the_cosine_is_measured_by_the_encoder() -> None:
    assert set(OF_THE_ENCODER) == {"dense"} < set(FEATURES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_ranks_what_the_articles_answer_above_what_they_do_not(seeds_engine: Engine, language: str) -> None:
    """By a fair margin on all questions about the seeds; how good it is exactly is measured by ``rag eval``."""
    answerer = seeds_engine._asking.answerer
    yes, no = [], []
    for question in QUESTIONS:
        if question["language"] == language:
            verdict = answerer.verdict(question["question"], inspect(seeds_engine, question["question"]))
            (no if question["kind"] in UNANSWERABLE else yes).append(verdict.confidence)
    above = sum((one > other) + (one == other) / 2 for one in yes for other in no) / (len(yes) * len(no))
    assert len(no) > 30
    assert above > 0.75
