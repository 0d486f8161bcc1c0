"""Ranks passages for a question: the legs propose candidates, score them, and the scores are fused."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from index.encoders import Encoder, TokenEncoder
from index.hits import Allowed, Hits, Rows, Scores, rank
from index.store import SearchIndex
from rag.config import SearchConfig
from rag.dictionary import Dictionary
from rag.errors import UnknownArticleError
from rag.fusion import Fused, fuse
from rag.legs import DenseLeg, InteractionLeg, Leg, LexicalLeg, ProposingLeg, SentenceLeg
from rag.matching import Matcher, PassageMatch, highlight
from rag.question import Question
from rag.types import (
    Explanation,
    Filters,
    LegExplanation,
    Mode,
    ParallelPassage,
    Result,
    SearchRequest,
    SearchResponse,
)

LEGS = ("dense", "sentence", "lexical", "interaction")
"""Every leg a result reports, whether or not it took part."""
_TOKENS_IN_SENTENCE = 0.25
"""What the likeness of its tokens counts beside a sentence's cosine: enough to choose between near equals."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages with each leg's raw and normalised scores of them."""

    rows: Rows
    same_language: NDArray[np.bool_]
    raw: Mapping[str, Scores]
    normalised: Mapping[str, Scores]

    def keep(self, chosen: NDArray[np.int64]) -> Candidates:
        """Only some of them, in the order given."""
        raw = {name: scores[chosen] for name, scores in self.raw.items()}
        normalised = {name: scores[chosen] for name, scores in self.normalised.items()}
        return Candidates(self.rows[chosen], self.same_language[chosen], raw, normalised)


class Retriever:
    """Searches one opened generation with the encoder that built it."""

    def __init__(self, index: SearchIndex, encoder: Encoder, config: SearchConfig) -> None:
        self._index, self._encoder, self._config = index, encoder, config
        self._dictionary = Dictionary(index.manifest.recipe.glossary)
        self._sentences = SentenceLeg(index)
        self._matcher = Matcher(index, encoder)
        self._blas = ThreadpoolController()
        dense, lexical = DenseLeg(index), LexicalLeg(index)
        late = index.tokens is not None and isinstance(encoder, TokenEncoder)
        interactions = (InteractionLeg(index.tokens),) if late and index.tokens is not None else ()
        self._proposing: Mapping[Mode, tuple[ProposingLeg, ...]] = {
            Mode.HYBRID: (dense, self._sentences, lexical),
            Mode.DENSE: (dense, self._sentences),
            Mode.LEXICAL: (lexical,),
        }
        self._late: Mapping[Mode, tuple[Leg, ...]] = {Mode.HYBRID: interactions, Mode.DENSE: (), Mode.LEXICAL: ()}

    def search(self, request: SearchRequest) -> SearchResponse:
        """The best ``top_k`` passages. Equal scores rank by position in the index.

        Raises:
            UnknownArticleError: a filter names an article that is not here.
        """
        # these products are small: more threads would wait for each other, and for other requests
        with self._blas.limit(limits=1, user_api="blas"):
            return self._search(request)

    def _search(self, request: SearchRequest) -> SearchResponse:
        began = time.perf_counter()
        question = Question(request.query, self._index, self._encoder, self._dictionary)
        candidates = self.candidates(question, request)
        fused = self._fuse(candidates)
        ranked = rank(np.arange(len(candidates.rows)), fused.scores, len(candidates.rows))
        hits = self._ungrouped(ranked, candidates, request)
        chosen = candidates.keep(hits.rows)
        # only the hybrid mode looks at tokens
        matches = self._matcher.match(question, chosen.rows) if request.mode is Mode.HYBRID else None
        return SearchResponse(
            query=request.query,
            query_language=question.language,
            results=self._results(question, chosen, hits.scores, matches, request),
            index_version=self._index.version,
            degraded=fused.degraded,
            took_ms=(time.perf_counter() - began) * 1000,
            explanation=self._explain(question, chosen, fused, hits.rows, matches) if request.explain else None,
        )

    def candidates(self, question: Question, request: SearchRequest) -> Candidates:
        """The passages that may be results, scored by every leg of the mode."""
        proposing, late = self._proposing[request.mode], self._late[request.mode]
        allowed = self._allowed(request.filters)
        depth = max(self._config.candidates, request.top_k)
        rows = np.unique(np.concatenate([leg.propose(question, depth, allowed) for leg in proposing])).astype(np.int64)
        same = self._index.columns.languages[rows] == question.language
        raw = {leg.name: leg.scores(question, rows) for leg in proposing}
        first = Candidates(rows, same, raw, {leg.name: leg.normalise(raw[leg.name]) for leg in proposing})
        if not late:
            return first
        best = rank(np.arange(len(rows)), self._fuse(first).scores, self._depth(request))
        kept = first.keep(best.rows)
        scores = {leg.name: leg.scores(question, kept.rows) for leg in late}
        normal = {leg.name: leg.normalise(scores[leg.name]) for leg in late}
        return Candidates(kept.rows, kept.same_language, {**kept.raw, **scores}, {**kept.normalised, **normal})

    def _depth(self, request: SearchRequest) -> int:
        """How many candidates are looked at closely; as many again as are asked for where some will be folded away."""
        return max(self._config.interacting, request.top_k * (2 if request.group_parallel else 1))

    def _fuse(self, candidates: Candidates) -> Fused:
        model = self._config.fusion.of(tuple(candidates.normalised))
        return fuse(candidates.normalised, candidates.same_language, model)

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

    def _ungrouped(self, ranked: Hits, candidates: Candidates, request: SearchRequest) -> Hits:
        """The best ``top_k``, leaving out what an earlier one is parallel to, if asked."""
        if not request.group_parallel:
            return Hits(ranked.rows[: request.top_k], ranked.scores[: request.top_k])
        kept: list[int] = []
        told: set[int] = set()
        for place, candidate in enumerate(ranked.rows.tolist()):
            row = int(candidates.rows[candidate])
            if row not in told:
                kept.append(place)
                told.update(parallel.other for parallel in self._index.database.parallels(row))
            if len(kept) == request.top_k:
                break
        return Hits(ranked.rows[kept], ranked.scores[kept])

    def _parallel(self, row: int, filters: Filters) -> tuple[ParallelPassage, ...]:
        allowed = self._allowed(filters)
        found = [p for p in self._index.database.parallels(row) if allowed is None or allowed[p.other]]
        others = ((p, self._index.database.passage(p.other)) for p in found)
        return tuple(ParallelPassage(passage.article_id, passage.span, p.score) for p, passage in others)

    def _results(
        self,
        question: Question,
        chosen: Candidates,
        scores: Scores,
        matches: Sequence[PassageMatch] | None,
        request: SearchRequest,
    ) -> tuple[Result, ...]:
        results = []
        for i, row in enumerate(chosen.rows.tolist()):
            passage = self._index.database.passage(row)
            found = self._index.database.article(passage.article_id)
            assert found is not None, "every passage belongs to an article"
            legs = {name: float(chosen.raw[name][i]) if name in chosen.raw else None for name in LEGS}
            near = self._sentences.sentence_scores(question, row)
            if matches is not None:
                near = near + _TOKENS_IN_SENTENCE * matches[i].sentence_scores
            results.append(
                Result(
                    rank=i + 1,
                    score=float(scores[i]),
                    scores=legs,
                    passage=passage,
                    article=found[0],
                    best_sentence=passage.sentences[int(np.argmax(near))],
                    highlights=highlight(question, passage.readable, matches[i].matches if matches is not None else ()),
                    quote=passage.span.quote(found[0].text),
                    parallel=self._parallel(row, request.filters) if request.group_parallel else (),
                )
            )
        return tuple(results)

    def _explain(
        self,
        question: Question,
        chosen: Candidates,
        fused: Fused,
        places: NDArray[np.int64],
        matches: Sequence[PassageMatch] | None,
    ) -> Explanation:
        legs = [
            {
                name: LegExplanation(
                    float(chosen.raw[name][i]), float(chosen.normalised[name][i]), float(fused.weights[name][place])
                )
                for name in chosen.raw
            }
            for i, place in enumerate(places.tolist())
        ]
        return Explanation(
            tokens=question.tokens,
            expansion=dict(question.expansion),
            weights=asdict(self._config.fusion.of(tuple(chosen.normalised))),
            biases=tuple(fused.biases[places].tolist()),
            results=tuple(legs),
            matches=tuple(each.matches for each in matches) if matches is not None else ((),) * len(places),
        )
