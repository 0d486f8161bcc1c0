"""Fits what decides about answers: which sentences are evidence, whether the articles answer, and from when on they do.

A question that has an answer shows what one without looks like, too: the same question put to the collection without the
documents that answer it. That is how data sets without unanswerable questions take part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from eval.candidates import temporary_index
from eval.dataset import Dataset
from eval.errors import EvalError
from eval.evidence import EvidenceJudgements
from eval.fit import VERSION
from eval.logistic import fit_listwise, fit_network
from eval.places import Place
from eval.question_set import QuestionSet
from eval.statistics import auroc
from index.encoders import BUNDLED, Encoder
from index.types import Language
from rag.answering.answerer import Answerer
from rag.answering.confidence import FEATURES, OF_THE_ENCODER
from rag.answering.draft import Inspection
from rag.answering.evidence import FEATURES as SENTENCE_FEATURES
from rag.answering.model import ANY_ENCODER, AnswerModel, Network, Weighing, direction
from rag.answering.small_talk import is_small_talk
from rag.answering.types import AskRequest
from rag.config import SearchConfig
from rag.errors import InvalidQueryError
from rag.retriever import Retriever
from rag.types import Filters

_REFUSED = 0.04
"""Share of the answerable questions of a direction that its threshold refuses; readers are promised 5 %."""
_OWN_SHARE = 0.7
"""What question sets count, which have unanswerable questions of their own; the rest is shared by the other data sets."""

_ENOUGH = 20
"""Answerable questions of one direction below which they say nothing about its threshold."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """What the confidence is made of, whether there is an answer, and the languages of question and best passage."""

    features: tuple[float, ...]
    answerable: bool
    direction: str


@dataclass(frozen=True, slots=True)
class JudgedSentences:
    """All sentences of one question's results, shape ``(n, n_features)``, and which hold evidence."""

    features: Floats
    holds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class JudgedAnswers:
    """A data set as the fit sees it. ``own`` says that it has unanswerable questions of its own."""

    name: str
    own: bool
    questions: tuple[JudgedQuestion, ...]
    sentences: tuple[JudgedSentences, ...]
    checksum: str


def judge_answers(dataset: Dataset, encoder: Encoder) -> JudgedAnswers:
    """Asks every question that is one, from an index in a temporary home."""
    with temporary_index(dataset, encoder) as index:
        answerer = Answerer(index, encoder, Retriever(index, encoder, SearchConfig()))
        judgements, qrels = dataset.judgements(index), dataset.qrels(index)
        questions: list[JudgedQuestion] = []
        sentences: list[JudgedSentences] = []
        for asked in dataset.questions:
            try:
                request = AskRequest(asked.text)
            except InvalidQueryError:  # public data holds empty questions; nothing can be learnt from them
                continue
            if is_small_talk(asked.text):
                continue
            inspection = answerer.inspect(request, request.question)
            questions.append(_judged(inspection, bool(qrels.get(asked.id))))
            if isinstance(judgements, EvidenceJudgements):
                sentences.append(_judged_sentences(answerer, inspection, judgements, asked.id))
            else:
                left = tuple(name for name in index.columns.article_ids if name not in qrels.get(asked.id, {}))
                if left:
                    without = replace(request, filters=Filters(article_ids=left))
                    questions.append(_judged(answerer.inspect(without, request.question), answerable=False))
        told = json.dumps([sorted(index.database.checksums().items()), [(q.id, q.text) for q in dataset.questions]])
    checksum = hashlib.sha256(told.encode()).hexdigest()
    return JudgedAnswers(dataset.name, isinstance(dataset, QuestionSet), tuple(questions), tuple(sentences), checksum)


def _judged(inspection: Inspection, answerable: bool) -> JudgedQuestion:
    response = inspection.found.response
    best = response.results[0].passage.language
    return JudgedQuestion(inspection.features, answerable, direction(response.query_language, best))


def _judged_sentences(
    answerer: Answerer, inspection: Inspection, judgements: EvidenceJudgements, question_id: str
) -> JudgedSentences:
    features, holds = [], []
    for result in inspection.found.response.results:
        features.append(answerer.evidence.features(result, inspection.asked))
        places = (Place(result.article.id, sentence.span) for sentence in result.passage.sentences)
        holds += [bool(judgements.parts_met(question_id, place)) for place in places]
    return JudgedSentences(np.concatenate(features), np.array(holds))


def fit_answers(sets: Sequence[JudgedAnswers]) -> dict[str, Any]:
    """The models for the bundled encoder and for any, with what they were fitted on, for the file that ships.

    Raises:
        EvalError: a set has no questions, none has evidence to learn from, or none has questions without an answer.
    """
    _check(sets)
    evidence = _fit_evidence(sets)
    rows = [
        (question, share) for judged, share in zip(sets, _shares(sets), strict=True) for question in judged.questions
    ]
    x = np.array([question.features for question, _ in rows])
    y = np.array([question.answerable for question, _ in rows])
    shares = np.array([share for _, share in rows])
    models = {}
    for name, ignored in ((BUNDLED, ()), (ANY_ENCODER, OF_THE_ENCODER)):
        answerable = fit_network(x * [feature not in ignored for feature in FEATURES], y, shares)
        models[name] = AnswerModel(evidence, answerable, _thresholds(sets, answerable)).to_json()
    bundled = AnswerModel.from_json(models[BUNDLED])
    data = [{"name": s.name, "questions": len(s.questions), "sha256": s.checksum, **_figures(s, bundled)} for s in sets]
    fitted_on = {"data": data, "features": FEATURES, "sentence_features": SENTENCE_FEATURES}
    return {"version": VERSION, "fitted_on": fitted_on, "models": models}


def _fit_evidence(sets: Sequence[JudgedAnswers]) -> Weighing:
    """Every question set counts the same, however many questions it has."""
    taught = [[(s.features, s.holds) for s in judged.sentences if s.holds.any()] for judged in sets]
    shares = [1 / len(lists) for lists in taught for _ in lists]
    return fit_listwise([each for lists in taught for each in lists], shares)


def _figures(judged: JudgedAnswers, model: AnswerModel) -> dict[str, float]:
    """What the model reads in sample: which questions it tells apart, refuses and wrongly answers; and whether the likeliest
    sentence holds evidence. Small talk, which no model decides, is left out."""
    confidence = np.array([model.answerable.probability(q.features) for q in judged.questions])
    answerable = np.array([q.answerable for q in judged.questions])
    answered = confidence >= np.array([model.thresholds[q.direction] for q in judged.questions])
    figures = {"refused": 1 - answered[answerable].mean()} if answerable.any() else {}
    if not answerable.all():
        figures["false_answers"] = answered[~answerable].mean()
    if len(figures) == 2:
        figures["auroc"] = auroc(confidence[answerable], confidence[~answerable]).mean
    first = [
        each.holds[np.argmax(each.features @ model.evidence.weights)] for each in judged.sentences if each.holds.any()
    ]
    if first:
        figures["first_sentence_holds"] = np.mean(first)
    return {name: round(float(value), 4) for name, value in figures.items()}


def _check(sets: Sequence[JudgedAnswers]) -> None:
    empty = [each.name for each in sets if not each.questions]
    if empty:
        raise EvalError(f"no question to learn from in {', '.join(empty)}; give other data")
    if not any(each.holds.any() for judged in sets for each in judged.sentences):
        raise EvalError("no quotes to learn from; give a question set, such as 'seeds'")
    if len({question.answerable for judged in sets for question in judged.questions}) < 2:
        raise EvalError("refusing is learnt from questions with an answer and questions without one; give both")


def _shares(sets: Sequence[JudgedAnswers]) -> list[float]:
    """What one question of each set counts: all question sets count the same, and all other data sets."""
    own = sum(each.own for each in sets)
    others = len(sets) - own
    owned = _OWN_SHARE if own and others else float(bool(own))
    return [(owned / own if each.own else (1 - owned) / others) / len(each.questions) for each in sets]


def _thresholds(sets: Sequence[JudgedAnswers], answerable: Network) -> Mapping[str, float]:
    """For each direction the confidence that all but a few answerable questions reach.

    From question sets where there are enough, which ask as readers do; else from the other data sets; for a direction that
    has too few anywhere from all questions together, so that every direction has one.
    """
    found: dict[str, float] = {}
    every = [answerable.probability(q.features) for judged in sets for q in judged.questions if q.answerable]
    for own in (True, False):
        by_direction: dict[str, list[float]] = {}
        for question in (q for judged in sets if judged.own is own for q in judged.questions if q.answerable):
            by_direction.setdefault(question.direction, []).append(answerable.probability(question.features))
        for name, values in by_direction.items():
            if len(values) >= _ENOUGH:
                found.setdefault(name, _limit(values))
    for name in (direction(asked, best) for asked in get_args(Language) for best in get_args(Language)):
        found.setdefault(name, _limit(every))
    return dict(sorted(found.items()))


def _limit(confidences: Sequence[float]) -> float:
    """What all but a few reach."""
    return round(float(np.quantile(confidences, _REFUSED)), 4)
