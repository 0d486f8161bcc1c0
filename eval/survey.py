"""A survey: the questions of a data set, put to one index in as many ways as wanted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from eval.answers import ANSWERS, GivenAnswer
from eval.asking import Asker, ask_for_answers
from eval.dataset import AskedQuestion, Dataset, Presentation, RankedItem
from eval.journal import Journal
from eval.progress import Bar
from eval.run import Answer, Run, ask_all, by_search, bytes_on_disk
from index.encoders import Encoder
from index.hits import Hits
from index.store import Home, SearchIndex
from rag.candidates import Candidates
from rag.config import SearchConfig
from rag.reranking import Reranker
from rag.retriever import Retriever
from rag.types import Mode, SearchRequest


@dataclass(frozen=True, slots=True)
class Survey:
    """What all runs of an evaluation share. Answers that the journal has are not asked for again."""

    dataset: Dataset
    home: Home
    index: SearchIndex
    encoder: Encoder
    journal: Journal
    bar: Bar
    reranker: Reranker | None = None

    def retriever(self, config: SearchConfig) -> Retriever:
        """One that has answered a question: the first costs more than others, in every configuration."""
        retriever = Retriever(self.index, self.encoder, config, self.reranker)
        retriever.search(SearchRequest("预热 warm up"))
        return retriever

    def run(self, name: str, answer: Answer) -> Run:
        """Asks every question."""
        rankings = ask_all(self.dataset, answer, name, self.journal, self.bar.asking(name))
        return Run(name, rankings, self.index_bytes())

    def index_bytes(self, without: Collection[str] = ()) -> int:
        """What the index takes on disk, some of its files and folders left out."""
        return bytes_on_disk(self.home, without)

    def modes(self, modes: Collection[Mode]) -> list[Run]:
        """A run for every mode, in each of the data set's presentations."""
        retriever = self.retriever(SearchConfig())
        return [
            self.run(mode.value + presentation.label, by_search(self.dataset, retriever, mode, presentation))
            for presentation in self.dataset.presentations
            for mode in modes
        ]

    def answers(self) -> Mapping[str, GivenAnswer]:
        """Asks every question for an answer."""
        asker = Asker.open(self.index, self.encoder, self.retriever(SearchConfig()), self.dataset.sources)
        return ask_for_answers(self.dataset, asker, self.journal, self.bar.asking(ANSWERS))

    @property
    def by_itself(self) -> Presentation:
        """The presentation that folds nothing: fused ranks know of no passage that stands for others."""
        return next(each for each in self.dataset.presentations if not each.group_parallel)

    def request(self, asked: AskedQuestion) -> SearchRequest:
        """A search for every passage by itself.

        Raises:
            InvalidQueryError: nobody can answer such a question.
        """
        return SearchRequest(asked.text, self.by_itself.top_k, group_parallel=False)

    def candidates(self, config: SearchConfig) -> Callable[[AskedQuestion], Candidates]:
        """What the legs put up for a question when every passage is listed by itself, and how they score it."""
        retriever = self.retriever(config)

        def find(asked: AskedQuestion) -> Candidates:
            request = self.request(asked)
            return retriever.candidates(retriever.question(request.query), request)

        return find

    def items(self, hits: Hits) -> Iterator[RankedItem]:
        """What the passages in these rows stand for."""
        for row, score in zip(hits.rows.tolist(), hits.scores.tolist(), strict=True):
            passage = self.index.database.passage(row)
            yield RankedItem(self.dataset.item(passage.article_id, passage.span), score)
