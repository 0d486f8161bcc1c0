"""Fitting what decides about answers, on data whose answer is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eval.beir import BeirDataset
from eval.errors import EvalError
from eval.fit import VERSION
from eval.fit_answers import JudgedAnswers, JudgedQuestion, JudgedSentences, fit_answers, judge_answers
from eval.question_set import QuestionSet
from index.encoders import BUNDLED, Encoder
from rag.answering.confidence import FEATURES, OF_THE_ENCODER
from rag.answering.evidence import FEATURES as OF_SENTENCES
from rag.answering.model import ANY_ENCODER, AnswerModel
from tests.eval.conftest import question

Write = Callable[..., Path]
KNOWS = FEATURES.index("passage")
"""The feature that tells, in these data."""


def sentences(seed: int, count: int = 30) -> tuple[JudgedSentences, ...]:
    """Lists of six; the one with the highest cosine holds the evidence."""
    generator = np.random.default_rng(seed)
    lists = []
    for _ in range(count):
        x = generator.normal(size=(6, len(OF_SENTENCES)))
        lists.append(JudgedSentences(x, x[:, OF_SENTENCES.index("cosine")] == x[:, OF_SENTENCES.index("cosine")].max()))
    return tuple(lists)


def judged(
    name: str,
    own: bool,
    count: int = 100,
    sign: int = 1,
    direction: str = "en→zh",
    seed: int = 0,
    evidence: bool = True,
) -> JudgedAnswers:
    """As many with an answer as without; these have more of the feature that tells if ``sign`` is 1, less if it is -1."""
    generator = np.random.default_rng(seed)
    questions = []
    for i in range(count):
        features = generator.normal(size=len(FEATURES)) * 0.5
        features[KNOWS] += sign * (1 if i % 2 else -1)
        questions.append(JudgedQuestion(tuple(features.tolist()), bool(i % 2), direction))
    return JudgedAnswers(name, own, tuple(questions), sentences(seed) if evidence else (), "0" * 64)


def model(*sets: JudgedAnswers, encoder: str = BUNDLED) -> AnswerModel:
    return AnswerModel.from_json(json.loads(json.dumps(fit_answers(sets)["models"][encoder])))


def confidences(fitted: AnswerModel, data: JudgedAnswers) -> list[float]:
    return [fitted.answerable.probability(q.features) for q in data.questions if q.answerable]


def effect(fitted: AnswerModel, feature: int) -> float:
    """By how much the confidence rises as one feature goes from -1 to 1, all others being 0."""
    low, high = (
        fitted.answerable.probability([value * (i == feature) for i in range(len(FEATURES))]) for value in (-1.0, 1.0)
    )
    return high - low


def test_what_tells_gets_the_weight() -> None:
    fitted = model(judged("own", True, count=1_000))
    assert effect(fitted, KNOWS) > 0.5
    assert all(abs(effect(fitted, i)) < 0.5 * effect(fitted, KNOWS) for i in range(len(FEATURES)) if i != KNOWS)
    cosine = OF_SENTENCES.index("cosine")
    assert fitted.evidence.weights[cosine] > 3 * max(
        abs(w) for i, w in enumerate(fitted.evidence.weights) if i != cosine
    )


def test_the_model_for_any_encoder_does_not_look_at_what_is_the_encoders_own() -> None:
    for name, looks in ((BUNDLED, True), (ANY_ENCODER, False)):
        fitted = model(judged("own", True), encoder=name)
        assert [effect(fitted, FEATURES.index(each)) != 0 for each in OF_THE_ENCODER] == [looks] * len(OF_THE_ENCODER)


def test_a_threshold_refuses_four_in_a_hundred_of_its_direction() -> None:
    own = judged("own", True, count=400)
    fitted = model(own)
    values = confidences(fitted, own)
    assert fitted.thresholds["en→zh"] == pytest.approx(np.quantile(values, 0.04), abs=1e-4)
    assert sum(value < fitted.thresholds["en→zh"] for value in values) == 8, "of two hundred"


def test_thresholds_are_those_of_question_sets_where_they_have_enough_and_else_of_other_data() -> None:
    """The question set has ten answerable questions in Chinese, the other data fifty, in both directions."""
    own, few = judged("own", True), judged("few", True, count=20, direction="zh→zh", seed=1)
    other = judged("other", False, direction="en→zh", seed=2, evidence=False)
    zh = judged("zh", False, direction="zh→zh", seed=3, evidence=False)
    for sets in ((own, few, other, zh), (zh, other, few, own)):
        fitted = model(*sets)
        assert fitted.thresholds["en→zh"] == pytest.approx(np.quantile(confidences(fitted, own), 0.04), abs=1e-4)
        assert fitted.thresholds["zh→zh"] == pytest.approx(np.quantile(confidences(fitted, zh), 0.04), abs=1e-4)


def test_several_question_sets_set_a_threshold_together() -> None:
    """However they are ordered, and though one of them alone would have had enough."""
    sets = [judged("one", True, seed=1), judged("other", True, seed=2)]
    for order in (sets, sets[::-1]):
        fitted = model(*order)
        values = [value for each in order for value in confidences(fitted, each)]
        assert fitted.thresholds["en→zh"] == pytest.approx(np.quantile(values, 0.04), abs=1e-4)


def test_every_direction_has_a_threshold() -> None:
    """Those that nobody asked in are given that of all questions together."""
    own = judged("own", True)
    fitted = model(own)
    assert set(fitted.thresholds) == {"zh→zh", "zh→en", "en→zh", "en→en"}
    assert len(set(fitted.thresholds.values())) == 1
    assert model(judged("few", True, count=20)).thresholds["zh→zh"] > 0


def test_question_sets_outweigh_other_data_however_much_there_is() -> None:
    """They count .7 together, the rest .3: what other data say the other way round does not turn the effect."""
    own = judged("own", True, count=400)
    against = [judged(f"against {i}", False, count=1_000, sign=-1, seed=5 + i, evidence=False) for i in range(2)]
    for sets in ([own, *against], [*against, own]):
        assert effect(model(*sets), KNOWS) > 0.2
    asked = judged("asked as well", True, count=4_000, sign=-1, seed=9)
    assert abs(effect(model(own, asked), KNOWS)) < 0.25, "two question sets count the same"


def test_the_file_says_what_it_was_fitted_on() -> None:
    body = fit_answers([judged("own", True), judged("other", False, count=10, evidence=False)])
    own, other = body["fitted_on"]["data"]
    assert [(each["name"], each["questions"], each["sha256"]) for each in (own, other)] == [
        ("own", 100, "0" * 64), ("other", 10, "0" * 64),
    ]  # fmt: skip
    assert own["auroc"] > 0.8
    assert own["refused"] <= 0.05
    assert {"false_answers", "first_sentence_holds"} <= set(own)
    assert "first_sentence_holds" not in other
    assert body["version"] == VERSION
    assert tuple(body["fitted_on"]["features"]) == FEATURES
    assert tuple(body["fitted_on"]["sentence_features"]) == OF_SENTENCES
    assert set(body["models"]) == {BUNDLED, ANY_ENCODER}


def test_data_that_teach_nothing_are_told() -> None:
    whole = judged("own", True)
    answered = JudgedAnswers("own", True, tuple(q for q in whole.questions if q.answerable), whole.sentences, "")
    empty = JudgedAnswers("empty", False, (), (), "")
    for sets, message in (
        ([judged("beir", False, evidence=False)], "no quotes to learn from; give a question set, such as 'seeds'"),
        ([whole, empty], "no question to learn from in empty; give other data"),
        ([answered], "questions with an answer and questions without one; give both"),
        ([], "no quotes to learn from"),
    ):
        with pytest.raises(EvalError, match=message):
            fit_answers(sets)


def test_a_question_set_is_judged_by_its_quotes(articles: Path, write_questions: Write, encoder: Encoder) -> None:
    """Greetings and what cannot be asked teach nothing."""
    data = QuestionSet(
        write_questions(
            question(),
            question(id="trap", pair="trap", kind="near_topic", question="Who bakes the bread?", evidence=[]),
            question(id="hello", pair="hello", kind="greeting", question="Hello!", evidence=[]),
            question(id="long", pair="long", kind="off_topic", question="gulls " * 500, evidence=[]),
        ),
        articles,
    )
    found = judge_answers(data, encoder)
    assert (found.name, found.own) == ("questions", True)
    assert [(q.answerable, q.direction, len(q.features)) for q in found.questions] == [
        (True, "en→en", len(FEATURES)), (False, "en→en", len(FEATURES)),
    ]  # fmt: skip
    holds, none = (each.holds for each in found.sentences)
    assert 2 <= holds.sum() < len(holds), "it is said twice"
    assert not none.any()
    assert found.sentences[0].features.shape == (len(holds), len(OF_SENTENCES))
    assert judge_answers(data, encoder).checksum == found.checksum


def test_other_data_are_asked_again_without_the_documents_that_answer(beir: Path, encoder: Encoder) -> None:
    found = judge_answers(BeirDataset(beir), encoder)
    assert (found.name, found.own, found.sentences) == ("harbour", False, ())
    assert [q.answerable for q in found.questions] == [True, False] * 3
    odds = [q.features[KNOWS] for q in found.questions]
    assert all(with_ > without for with_, without in zip(odds[::2], odds[1::2], strict=True))
