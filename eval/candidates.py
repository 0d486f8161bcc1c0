"""What the legs put up for the questions of a data set, and which of it answers: what the fits learn from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.dataset import AskedQuestion, Dataset
from index.build import build_index
from index.encoders import Encoder
from index.store import Home, SearchIndex
from rag.candidates import Candidates
from rag.config import SearchConfig
from rag.errors import InvalidQueryError
from rag.question import Question
from rag.retriever import Retriever
from rag.types import Mode, SearchRequest


@dataclass(frozen=True, slots=True)
class JudgedCandidates:
    """A question as the legs take it, its candidates, and which of them answer: at least one."""

    asked: AskedQuestion
    question: Question
    found: Candidates
    relevant: NDArray[np.bool_]


@contextmanager
def temporary_index(dataset: Dataset, encoder: Encoder) -> Iterator[SearchIndex]:
    """An index of the data set's texts, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        build_index(home, dataset.sources, encoder)
        yield home.open()


def judged_candidates(
    dataset: Dataset, questions: Sequence[AskedQuestion], index: SearchIndex, encoder: Encoder, config: SearchConfig
) -> Iterator[JudgedCandidates]:
    """The candidates of some of its questions; those that no candidate answers are left out, and empty ones."""
    retriever, qrels, articles = Retriever(index, encoder, config), dataset.qrels(index), index.columns.article_ids
    for asked in questions:
        try:
            request = SearchRequest(asked.text, mode=Mode.HYBRID)
        except InvalidQueryError:
            continue
        question = retriever.question(request.query)
        found, gold = retriever.candidates(question, request), qrels.get(asked.id, {})
        names = ((index.database.passage(row).id, articles[index.columns.articles[row]]) for row in found.rows.tolist())
        relevant = np.array([passage in gold or article in gold for passage, article in names], np.bool_)
        if relevant.any():
            yield JudgedCandidates(asked, question, found, relevant)
