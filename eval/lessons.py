"""Questions to learn from: for each the candidates of one language, which of them answer, and which of their sentences do."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.dataset import AskedQuestion, Dataset
from eval.evidence import EvidenceJudgements
from eval.fit import even_models
from eval.places import Place
from index.build import build_index
from index.encoders import Encoder
from index.hits import Rows
from index.reduction import LANGUAGES
from index.store import Home, SearchIndex
from index.types import Language
from rag.config import LEGS, SearchConfig
from rag.errors import InvalidQueryError
from rag.question import Question
from rag.retriever import Candidates, Retriever
from rag.types import Mode, SearchRequest

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
    """The lessons of a data set, from an index in a temporary home; of questions that some candidate answers.

    Args:
        most: of so many questions at most, evenly spread.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        build_index(home, dataset.sources, encoder)
        index = home.open()
        config = SearchConfig(interacting=_CANDIDATES, fusion=even_models(), turned=False)
        reader = _Reader(dataset, index, Retriever(index, encoder, config))
        questions = list(dataset.questions)
        step = max(1, -(-len(questions) // most)) if most else 1
        return [lesson for asked in questions[::step] for lesson in reader.read(asked)]


class _Reader:
    def __init__(self, dataset: Dataset, index: SearchIndex, retriever: Retriever) -> None:
        self._index, self._retriever = index, retriever
        self._qrels, self._judgements = dataset.qrels(index), dataset.judgements(index)
        columns = index.columns
        passages, sentences = (table.vectors(np.arange(table.count)) for table in (index.passages, index.sentences))
        self._collection = Collection(passages, sentences, columns.sentence_starts)
        self._names = [
            (index.database.passage(row).id, columns.article_ids[article])
            for row, article in enumerate(columns.articles.tolist())
        ]

    def read(self, asked: AskedQuestion) -> list[Lesson]:
        """One for each language that answers; none of a question that is empty, as public data has some."""
        try:
            request = SearchRequest(asked.text, mode=Mode.HYBRID)
        except InvalidQueryError:
            return []
        question = self._retriever.question(request.query)
        found = self._retriever.candidates(question, request)
        gold = self._qrels.get(asked.id, {})
        answers = np.array([not gold.keys().isdisjoint(self._names[row]) for row in found.rows.tolist()], np.bool_)
        languages = self._index.columns.languages[found.rows]
        return [
            self._lesson(asked, question, found, answers, language, np.flatnonzero(languages == language))
            for language in LANGUAGES
            if answers[languages == language].any()
        ]

    def _lesson(
        self,
        asked: AskedQuestion,
        question: Question,
        found: Candidates,
        answers: NDArray[np.bool_],
        language: Language,
        chosen: NDArray[np.int64],
    ) -> Lesson:
        rows = found.rows[chosen]
        return Lesson(
            self._collection,
            question.vector[0],
            question.language,
            language,
            rows,
            np.stack([found.normalised[leg][chosen] for leg in LEGS], axis=1).astype(np.float32),
            answers[chosen],
            self._evidence(asked.id, rows[answers[chosen]]),
        )

    def _evidence(self, question_id: str, answering: Rows) -> NDArray[np.int64]:
        """The rows of the sentences that answer."""
        if not isinstance(self._judgements, EvidenceJudgements):
            return np.empty(0, np.int64)
        found = []
        for row in answering.tolist():
            passage = self._index.database.passage(row)
            for number, sentence in enumerate(passage.sentences):
                if self._judgements.parts_met(question_id, Place(passage.article_id, sentence.span)):
                    found.append(int(self._collection.starts[row]) + number)
        return np.array(found, np.int64)


def of_several(sets: Sequence[tuple[Dataset, int | None]], encoder: Encoder) -> list[Lesson]:
    """The lessons of several data sets, of so many questions of each at most."""
    return [lesson for dataset, most in sets for lesson in lessons(dataset, encoder, most)]
