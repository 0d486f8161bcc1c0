"""Questions to learn from: for each the candidates of one language, which of them answer, and which of their sentences do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.candidates import JudgedCandidates, judged_candidates, temporary_index
from eval.dataset import Dataset, Judgements
from eval.evidence import EvidenceJudgements
from eval.fit import even_models
from eval.places import Place
from index.encoders import Encoder
from index.hits import Rows
from index.reduction import LANGUAGES
from index.store import SearchIndex
from index.types import Language
from rag.config import LEGS, SearchConfig

_CANDIDATES = 80

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Collection:
    """The vectors of an index: passages ``(n, d)``, sentences ``(m, d)``; those of passage ``i`` begin at ``starts[i]``."""

    passages: Floats
    sentences: Floats
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question as it is put to passages of one language, with ``n`` candidates there.

    ``legs`` has shape ``(n, len(LEGS))``. ``answers`` says which candidates do; ``evidence`` are rows of sentences, none
    where only passages were judged.
    """

    collection: Collection
    vector: Floats
    asked: Language
    passages: Language
    rows: Rows
    legs: Floats
    answers: NDArray[np.bool_]
    evidence: NDArray[np.int64]


def lessons(dataset: Dataset, encoder: Encoder, most: int | None = None) -> list[Lesson]:
    """The lessons of a data set, one for each language that answers a question, from an index in a temporary home.

    Args:
        most: of so many questions at most, evenly spread.
    """
    step = max(1, -(-len(dataset.questions) // most)) if most else 1
    config = SearchConfig(interacting=_CANDIDATES, fusion=even_models(), turned=False)
    with temporary_index(dataset, encoder) as index:
        passages, sentences = (table.vectors(np.arange(table.count)) for table in (index.passages, index.sentences))
        collection = Collection(passages, sentences, index.columns.sentence_starts)
        judgements = dataset.judgements(index)
        judged = judged_candidates(dataset, dataset.questions[::step], index, encoder, config)
        return [lesson for each in judged for lesson in _lessons(each, collection, index, judgements)]


def _lessons(
    judged: JudgedCandidates, collection: Collection, index: SearchIndex, judgements: Judgements
) -> Iterator[Lesson]:
    found, languages = judged.found, index.columns.languages[judged.found.rows]
    for language in LANGUAGES:
        chosen = np.flatnonzero(languages == language)
        rows, answers = found.rows[chosen], judged.relevant[chosen]
        if answers.any():
            legs = np.stack([found.normalised[leg][chosen] for leg in LEGS], axis=1).astype(np.float32)
            evidence = _evidence(judged.asked.id, rows[answers], index, judgements)
            vector, asked = judged.question.vector[0], judged.question.language
            yield Lesson(collection, vector, asked, language, rows, legs, answers, evidence)


def _evidence(question_id: str, answering: Rows, index: SearchIndex, judgements: Judgements) -> NDArray[np.int64]:
    """The rows of the sentences that answer."""
    if not isinstance(judgements, EvidenceJudgements):
        return np.empty(0, np.int64)
    found = []
    for row in answering.tolist():
        passage, start = index.database.passage(row), int(index.columns.sentence_starts[row])
        places = (Place(passage.article_id, sentence.span) for sentence in passage.sentences)
        found += [start + i for i, place in enumerate(places) if judgements.parts_met(question_id, place)]
    return np.array(found, np.int64)
