"""Each leg's scores, against an independent calculation on the real index of the seeds."""

from __future__ import annotations

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from index.encoders import Encoder
from rag.engine import Engine
from rag.legs import DenseLeg, InteractionLeg, Leg, LexicalLeg, ProposingLeg, SentenceLeg
from rag.question import Question
from tests.rag.conftest import Ask

PROPOSING = (DenseLeg, SentenceLeg, LexicalLeg)
QUERIES = ("GPT-3 的训练成本是多少？", "Which model generates images from text?", "红杉资本 Sequoia 2022")


def make(leg: type, engine: Engine) -> Leg:
    made: Leg = leg(engine.index.tokens if leg is InteractionLeg else engine.index)
    return made


@pytest.fixture(params=PROPOSING, ids=lambda leg: leg.name)
def proposing(request: pytest.FixtureRequest, seeds_engine: Engine) -> ProposingLeg:
    leg = make(request.param, seeds_engine)
    assert isinstance(leg, ProposingLeg)
    return leg


@pytest.fixture(params=(*PROPOSING, InteractionLeg), ids=lambda leg: leg.name)
def leg(request: pytest.FixtureRequest, seeds_engine: Engine) -> Leg:
    return make(request.param, seeds_engine)


@pytest.fixture(params=QUERIES)
def question(request: pytest.FixtureRequest, ask: Ask) -> Question:
    return ask(request.param)


def rows_of(engine: Engine) -> np.ndarray:
    return np.arange(engine.index.manifest.passages)


def test_a_leg_proposes_its_own_best(proposing: ProposingLeg, question: Question, seeds_engine: Engine) -> None:
    """A leg may propose fewer than asked for: several of the best sentences can stand in one passage."""
    scores = proposing.scores(question, rows_of(seeds_engine))
    proposed = proposing.propose(question, 20, None)
    assert 0 < len(proposed) <= 20
    assert len(set(proposed.tolist())) == len(proposed)
    assert scores[proposed].min() >= np.delete(scores, proposed).max() - 1e-6


def test_a_leg_proposes_only_what_is_allowed(proposing: ProposingLeg, question: Question, seeds_engine: Engine) -> None:
    allowed = rows_of(seeds_engine) % 3 == 0
    proposed = proposing.propose(question, 50, allowed)
    assert len(proposed)
    assert np.all(allowed[proposed])
    assert len(proposing.propose(question, 50, np.zeros_like(allowed))) == 0


def test_late_interaction_proposes_nothing(seeds_engine: Engine) -> None:
    assert not isinstance(make(InteractionLeg, seeds_engine), ProposingLeg)


def test_scores_follow_the_rows_they_were_asked_for(leg: Leg, question: Question, seeds_engine: Engine) -> None:
    """Few rows and many rows are calculated in different ways."""
    everything = leg.scores(question, rows_of(seeds_engine))
    rows = np.array([17, 3, 40, 3, 0])
    assert leg.scores(question, rows) == pytest.approx(everything[rows], abs=1e-6)
    assert leg.scores(question, np.array([], np.int64)).shape == (0,)


def test_normalised_scores_lie_between_0_and_1_in_the_same_order(
    leg: Leg, question: Question, seeds_engine: Engine
) -> None:
    scores = leg.scores(question, rows_of(seeds_engine))
    normalised = leg.normalise(scores)
    assert normalised.min() >= 0
    assert normalised.max() <= 1
    order = np.argsort(scores, kind="stable")
    assert np.all(np.diff(normalised[order]) >= 0)


@pytest.mark.parametrize(
    ("leg_class", "raw", "expected"),
    [
        (DenseLeg, [-0.2, 0.5, 1.0000002], [0, 0.5, 1]),
        (SentenceLeg, [-1, 0, 0.25], [0, 0, 0.25]),
        (LexicalLeg, [0, 2, 8], [0, 0.25, 1]),
        (LexicalLeg, [0, 0], [0, 0]),
        (LexicalLeg, [-1, 4], [0, 1]),
        (LexicalLeg, [], []),
    ],
)
def test_scores_are_normalised_as_worked_by_hand(
    leg_class: type, raw: list[float], expected: list[float], seeds_engine: Engine
) -> None:
    """Cosines are cut off at 0; BM25, which has no upper end, is divided by the best passage's score."""
    assert leg_class(seeds_engine.index).normalise(np.array(raw, np.float64)).tolist() == expected


def test_dense_is_the_cosine_of_question_and_passage(
    question: Question, seeds_engine: Engine, encoder: Encoder
) -> None:
    rows = np.arange(0, 60, 7)
    texts = [seeds_engine.index.database.passage(int(row)).searched for row in rows]
    expected = encoder.encode_passages(texts) @ encoder.encode_queries([question.text])[0]
    assert DenseLeg(seeds_engine.index).scores(question, rows) == pytest.approx(expected, abs=1e-4)


def test_sentence_is_the_cosine_of_question_and_nearest_sentence(
    question: Question, seeds_engine: Engine, encoder: Encoder
) -> None:
    leg = SentenceLeg(seeds_engine.index)
    rows = np.arange(5, 60, 9)
    for row, score in zip(rows.tolist(), leg.scores(question, rows), strict=True):
        sentences = seeds_engine.index.database.passage(row).sentences
        cosines = encoder.encode_passages([s.text for s in sentences]) @ encoder.encode_queries([question.text])[0]
        assert score == pytest.approx(cosines.max(), abs=1e-4)
        assert leg.sentence_scores(question, row) == pytest.approx(cosines, abs=1e-4)


def test_lexical_is_bm25_of_the_words_and_their_translations(question: Question, seeds_engine: Engine) -> None:
    bm25 = BM25Okapi(list(seeds_engine.index.database.tokens()))
    scores = LexicalLeg(seeds_engine.index).scores(question, rows_of(seeds_engine))
    expected = bm25.get_scores(list(question.tokens))
    assert question.expansion
    for term, weight in question.expansion.items():
        expected = expected + weight * bm25.get_scores([term])
    assert scores == pytest.approx(expected, abs=1e-6)


def test_interaction_matches_each_token_with_its_nearest(ask: Ask, seeds_engine: Engine) -> None:
    """For a passage of at most two blocks the best window is the whole passage: both means are MaxSim."""
    tokens = seeds_engine.index.tokens
    assert tokens is not None
    question = ask("Who founded Stability AI?")
    short = [row for row in rows_of(seeds_engine).tolist() if 0 < len(tokens.tokens(row)) <= 48]
    assert len(short) > 10
    asked = question.token_vectors
    expected = []
    for row in short:
        nearest = (tokens.tokens(row).astype(float) / 127 @ asked.vectors.T).max(axis=0)
        expected.append(float(nearest @ asked.rarity / asked.rarity.sum()))
    assert InteractionLeg(tokens).scores(question, np.array(short)) == pytest.approx(expected, abs=1e-4)
