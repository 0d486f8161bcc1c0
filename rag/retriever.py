"""Ranks passages for a question: every leg proposes candidates, all legs score all of them, the scores are fused."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from index.encoders import Encoder
from index.hits import Allowed, Rows, Scores, rank
from index.store import SearchIndex
from rag.config import SearchConfig
from rag.errors import UnknownArticleError
from rag.fusion import Fused, fuse
from rag.highlights import highlight
from rag.legs import DenseLeg, Leg, LexicalLeg, Question, SentenceLeg
from rag.types import Explanation, Filters, LegExplanation, Mode, Result, SearchRequest, SearchResponse

LEGS = ("dense", "sentence", "lexical", "interaction")
"""Every leg a result reports, whether or not it took part."""


class Retriever:
    """Searches one opened generation with the encoder that built it."""

    def __init__(self, index: SearchIndex, encoder: Encoder, config: SearchConfig) -> None:
        self._index, self._encoder, self._config = index, encoder, config
        dense, lexical = DenseLeg(index), LexicalLeg(index)
        self._sentences = SentenceLeg(index)
        self._legs: Mapping[Mode, tuple[Leg, ...]] = {
            Mode.HYBRID: (dense, self._sentences, lexical),
            Mode.DENSE: (dense, self._sentences),
            Mode.LEXICAL: (lexical,),
        }

    def search(self, request: SearchRequest) -> SearchResponse:
        """The best ``top_k`` passages. Equal scores rank by position in the index.

        Raises:
            UnknownArticleError: a filter names an article that is not here.
        """
        began = time.perf_counter()
        question = Question(request.query, self._index, self._encoder)
        allowed = self._allowed(request.filters)
        legs = self._legs[request.mode]
        proposed = [leg.propose(question, max(self._config.candidates, request.top_k), allowed) for leg in legs]
        rows = np.unique(np.concatenate(proposed)).astype(np.int64)
        raw = {leg.name: leg.scores(question, rows) for leg in legs}
        normalised = {leg.name: leg.normalise(raw[leg.name]) for leg in legs}
        same = self._index.columns.languages[rows] == question.language
        fused = fuse(normalised, same, self._config.weights)
        hits = rank(np.arange(len(rows)), fused.scores, request.top_k)
        results = self._results(question, rows[hits.rows], hits.scores, {n: s[hits.rows] for n, s in raw.items()})
        return SearchResponse(
            query=request.query,
            query_language=question.language,
            results=results,
            index_version=self._index.version,
            degraded=fused.degraded,
            took_ms=(time.perf_counter() - began) * 1000,
            explanation=self._explain(question, raw, normalised, fused, hits.rows) if request.explain else None,
        )

    def _allowed(self, filters: Filters) -> Allowed | None:
        """Which rows pass the filters; None if all do."""
        columns = self._index.columns
        allowed = np.ones(len(columns.languages), np.bool_)
        if filters.article_ids is not None:
            numbers = {article_id: i for i, article_id in enumerate(columns.article_ids)}
            unknown = [article_id for article_id in filters.article_ids if article_id not in numbers]
            if unknown:
                raise UnknownArticleError(unknown)
            allowed &= np.isin(columns.articles, [numbers[article_id] for article_id in filters.article_ids])
        if filters.language is not None:
            allowed &= columns.languages == filters.language
        return None if filters == Filters() else allowed

    def _results(self, question: Question, rows: Rows, scores: Scores, raw: Mapping[str, Scores]) -> tuple[Result, ...]:
        results = []
        for i, row in enumerate(rows.tolist()):
            passage = self._index.database.passage(row)
            found = self._index.database.article(passage.article_id)
            assert found is not None, "every passage belongs to an article"
            article, _ = found
            legs = {name: float(raw[name][i]) if name in raw else None for name in LEGS}
            results.append(
                Result(
                    i + 1, float(scores[i]), legs, passage, article, passage.sentences[self._sentences.nearest(question, row)],
                    highlight(passage.readable, question.tokens), passage.span.quote(article.text),
                )
            )  # fmt: skip
        return tuple(results)

    def _explain(
        self,
        question: Question,
        raw: Mapping[str, Scores],
        normalised: Mapping[str, Scores],
        fused: Fused,
        chosen: Rows,
    ) -> Explanation:
        results = [
            {
                name: LegExplanation(
                    float(raw[name][i]),
                    float(normalised[name][i]),
                    float(fused.weights[name][i]) if name in fused.weights else 0.0,
                )
                for name in raw
            }
            for i in chosen.tolist()
        ]
        return Explanation(question.tokens, asdict(self._config.weights), tuple(results))
