"""Each leg's scores, against an independent calculation on the real index of the seeds."""

from __future__ import annotations

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from index.build import embedded_text
from index.encoders import Encoder
from rag.engine import Engine
from rag.legs import DenseLeg, Leg, LexicalLeg, Question, SentenceLeg

LEGS = (DenseLeg, SentenceLeg, LexicalLeg)
QUERIES = ("GPT-3 的训练成本是多少？", "Which model generates images from text?", "红杉资本 Sequoia 2022")


@pytest.fixture(params=LEGS, ids=lambda leg: leg.name)
def leg(request: pytest.FixtureRequest, seeds_engine: Engine) -> Leg:
    made: Leg = request.param(seeds_engine.index)
    return made


@pytest.fixture(params=QUERIES)
def question(request: pytest.FixtureRequest, seeds_engine: Engine, encoder: Encoder) -> Question:
    return Question(request.param, seeds_engine.index, encoder)


def rows_of(engine: Engine) -> np.ndarray:
    return np.arange(engine.index.manifest.passages)


def test_a_leg_proposes_its_own_best(leg: Leg, question: Question, seeds_engine: Engine) -> None:
    """A leg may propose fewer than asked for: several of the best sentences can stand in one passage."""
    scores = leg.scores(question, rows_of(seeds_engine))
    proposed = leg.propose(question, 20, None)
    assert 0 < len(proposed) <= 20
    assert len(set(proposed.tolist())) == len(proposed)
    assert scores[proposed].min() >= np.delete(scores, proposed).max() - 1e-6


def test_a_leg_proposes_only_what_is_allowed(leg: Leg, question: Question, seeds_engine: Engine) -> None:
    allowed = rows_of(seeds_engine) % 3 == 0
    proposed = leg.propose(question, 50, allowed)
    assert len(proposed)
    assert np.all(allowed[proposed])
    assert len(leg.propose(question, 50, np.zeros_like(allowed))) == 0


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
    texts = [embedded_text(seeds_engine.index.database.passage(int(row))) for row in rows]
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
        assert cosines[leg.nearest(question, row)] == pytest.approx(cosines.max(), abs=1e-4)


def test_lexical_is_bm25(question: Question, seeds_engine: Engine) -> None:
    bm25 = BM25Okapi(list(seeds_engine.index.database.tokens()))
    scores = LexicalLeg(seeds_engine.index).scores(question, rows_of(seeds_engine))
    assert scores == pytest.approx(bm25.get_scores(list(question.tokens)), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "language"), [("盗梦师 prompt", "zh"), ("What is the job of a 盗梦师?", "en"), ("42", "en")]
)
def test_a_question_knows_its_language(text: str, language: str, seeds_engine: Engine, encoder: Encoder) -> None:
    assert Question(text, seeds_engine.index, encoder).language == language


def test_a_word_asked_twice_counts_twice(seeds_engine: Engine, encoder: Encoder) -> None:
    question = Question("transformer Transformer models", seeds_engine.index, encoder)
    assert sorted(question.terms.values()) == [1, 2]
