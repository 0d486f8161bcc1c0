"""Each leg's scores, against an independent calculation on the real index of the seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from index.encoders import Encoder, TokenEncoder
from index.interaction import Meeting
from rag.config import LEGS
from rag.engine import Engine
from rag.legs import (
    LATE_LEGS,
    BrevityLeg,
    DenseLeg,
    InteractionLeg,
    LateLeg,
    LexicalLeg,
    ProposingLeg,
    SentenceLeg,
    WindowLeg,
)
from rag.question import Question
from tests.rag.conftest import Ask

PROPOSING = (DenseLeg, SentenceLeg, LexicalLeg)
QUERIES = ("GPT-3 的训练成本是多少？", "Which model generates images from text?", "红杉资本 Sequoia 2022")


def make(leg: type, engine: Engine) -> ProposingLeg:
    made: ProposingLeg = leg() if leg is LexicalLeg else leg(engine.index)
    return made


@pytest.fixture(params=PROPOSING, ids=lambda leg: leg.name)
def proposing(request: pytest.FixtureRequest, seeds_engine: Engine) -> ProposingLeg:
    return make(request.param, seeds_engine)


@pytest.fixture(params=LATE_LEGS, ids=lambda leg: leg.name)
def late(request: pytest.FixtureRequest) -> LateLeg:
    leg: LateLeg = request.param
    return leg


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


def test_every_leg_there_is_has_its_name() -> None:
    assert tuple(leg.name for leg in (*PROPOSING, *LATE_LEGS)) == LEGS


def test_scores_follow_the_rows_they_were_asked_for(
    proposing: ProposingLeg, question: Question, seeds_engine: Engine
) -> None:
    """Few rows and many rows are calculated in different ways."""
    everything = proposing.scores(question, rows_of(seeds_engine))
    rows = np.array([17, 3, 40, 3, 0])
    assert proposing.scores(question, rows) == pytest.approx(everything[rows], abs=1e-6)
    assert proposing.scores(question, np.array([], np.int64)).shape == (0,)


def meet(question: Question, rows: np.ndarray) -> Meeting:
    meeting = question.meet(rows)
    assert meeting is not None
    return meeting


def test_late_scores_follow_the_rows_that_meet(late: LateLeg, question: Question, seeds_engine: Engine) -> None:
    everything = late.scores(meet(question, rows_of(seeds_engine)))
    rows = np.array([17, 3, 40, 0])
    assert late.scores(meet(question, rows)) == pytest.approx(everything[rows], abs=1e-6)
    assert late.scores(meet(question, np.array([], np.int64))).shape == (0,)
    assert late.normalise(np.zeros(0)).shape == (0,)


def in_order(normalised: np.ndarray, scores: np.ndarray) -> bool:
    """Whether what scores more is not less when normalised, and all lies between 0 and 1."""
    between = normalised.min() >= 0 and normalised.max() <= 1
    return bool(between and np.all(np.diff(normalised[np.argsort(scores, kind="stable")]) >= 0))


def test_normalised_scores_lie_between_0_and_1_in_the_same_order(
    proposing: ProposingLeg, question: Question, seeds_engine: Engine
) -> None:
    scores = proposing.scores(question, rows_of(seeds_engine))
    normalised = proposing.normalise(question, scores)
    assert in_order(normalised, scores)
    assert np.ptp(normalised) > 0.1


def test_normalised_late_scores_do_too_and_long_passages_have_little_brevity(
    late: LateLeg, question: Question, seeds_engine: Engine
) -> None:
    scores = late.scores(meet(question, rows_of(seeds_engine)))
    assert in_order(late.normalise(scores), -scores if late.name == "brevity" else scores)
    assert np.ptp(late.normalise(scores)) > 0.1


@pytest.mark.parametrize(
    ("leg_class", "raw", "expected"),
    [
        (DenseLeg, [-0.2, 0.5, 1.0000002], [0, 0.5, 1]),
        (SentenceLeg, [-1, 0, 0.25], [0, 0, 0.25]),
        (LexicalLeg, [0, 2, 8], [0, 0.25, 1]),
        (LexicalLeg, [0, 2], [0, 0.5]),  # the best of all has 8, and 4 is halfway
        (LexicalLeg, [0, 0], [0, 0]),
        (LexicalLeg, [-1, 8], [0, 1]),
        (LexicalLeg, [], []),
    ],
)
def test_scores_are_normalised_as_worked_by_hand(
    leg_class: type, raw: list[float], expected: list[float], question: Question, seeds_engine: Engine
) -> None:
    """Cosines are cut off at 0; BM25, which has no upper end, is divided by the geometric mean of these best and all best."""
    asked = replace(question, bm25=np.array([8.0, 1.0]))
    assert make(leg_class, seeds_engine).normalise(asked, np.array(raw, np.float64)).tolist() == expected


@pytest.mark.parametrize(
    ("leg", "raw", "expected"),
    [
        (InteractionLeg(), [-0.2, 0.5, 1.1], [0, 0.5, 1]),
        (WindowLeg(), [-0.2, 0.5, 1.1], [0, 0.5, 1]),
        (BrevityLeg(), [0, 1000, 5000], [1, 0, 0]),
        (BrevityLeg(), [30.6386], [0.5]),  # 1 + 30.6386 is the root of 1 + 1000
    ],
)
def test_late_scores_are_normalised_as_worked_by_hand(leg: LateLeg, raw: list[float], expected: list[float]) -> None:
    assert leg.normalise(np.array(raw, np.float64)) == pytest.approx(expected, abs=1e-4)


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
    assert isinstance(encoder, TokenEncoder)
    leg = SentenceLeg(seeds_engine.index)
    rows = np.arange(5, 60, 9)
    for row, score in zip(rows.tolist(), leg.scores(question, rows), strict=True):
        passage = seeds_engine.index.database.passage(row)
        places = passage.sentence_places()
        [encoded] = encoder.encode_tokens([passage.searched], parts=[[each for each in places if each is not None]])
        parts = iter(encoded.parts)
        vectors = [
            next(parts) if place is not None else encoder.encode_passages([sentence.text])[0]
            for sentence, place in zip(passage.sentences, places, strict=True)
        ]
        cosines = np.array(vectors) @ encoder.encode_queries([question.text])[0]
        assert score == pytest.approx(cosines.max(), abs=1e-4)
        assert leg.sentence_scores(question, row) == pytest.approx(cosines, abs=1e-4)


def test_lexical_is_bm25_of_the_words_and_their_translations(question: Question, seeds_engine: Engine) -> None:
    bm25 = BM25Okapi(list(seeds_engine.index.database.tokens()))
    scores = LexicalLeg().scores(question, rows_of(seeds_engine))
    expected = bm25.get_scores(list(question.tokens))
    assert question.expansion.terms
    for term, weight in question.expansion.terms.items():
        expected = expected + weight * bm25.get_scores([term])
    assert scores == pytest.approx(expected, abs=1e-6)


def test_interaction_matches_each_token_with_its_nearest(ask: Ask, seeds_engine: Engine) -> None:
    """For a passage of at most two blocks the best window is the whole passage: both are MaxSim."""
    tokens, question = seeds_engine.index.tokens, ask("Who founded Stability AI?")
    assert tokens is not None
    short = [row for row in rows_of(seeds_engine).tolist() if 0 < len(tokens.tokens(row)) <= 48]
    assert len(short) > 10
    asked = question.pieces
    assert asked is not None
    expected = []
    for row in short:
        nearest = (tokens.tokens(row).astype(float) / 127 @ asked.vectors.T).max(axis=0)
        expected.append(float(nearest @ asked.rarity / asked.rarity.sum()))
    meeting = meet(question, np.array(short))
    assert InteractionLeg().scores(meeting) == pytest.approx(expected, abs=1e-4)
    assert WindowLeg().scores(meeting) == pytest.approx(expected, abs=1e-4)


def test_brevity_counts_the_tokens(ask: Ask, seeds_engine: Engine) -> None:
    tokens, rows = seeds_engine.index.tokens, np.array([40, 3, 17])
    assert tokens is not None
    expected = [len(tokens.tokens(row)) for row in rows.tolist()]
    assert BrevityLeg().scores(meet(ask("Who?"), rows)).tolist() == expected
