"""Ranks passages for a question: the legs propose candidates, score them, and the scores are fused."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from index.encoders import Encoder, TokenEncoder
from index.hits import Allowed, Hits, rank
from index.reduction import LANGUAGES
from index.store import SearchIndex
from index.types import Article, Language, Passage
from rag.candidates import Candidates
from rag.config import LEGS, SearchConfig
from rag.dictionary import Dictionary
from rag.errors import UnknownArticleError
from rag.expansion import Expander
from rag.fusion import Fused, fuse
from rag.legs import LATE_LEGS, DenseLeg, LateLeg, LexicalLeg, ProposingLeg, SentenceLeg
from rag.matching import Matcher, PassageMatch, highlight
from rag.names import NameMatcher
from rag.question import Question, QuestionReader
from rag.question_map import QuestionMap
from rag.reranking import RERANKED, RERANKER, Reranked, Reranker, rerank
from rag.subjects import SubjectReader
from rag.types import (
    Explanation,
    Filters,
    LegExplanation,
    Mode,
    ParallelPassage,
    Result,
    SearchRequest,
    SearchResponse,
    SentenceScore,
)

_BLAS_THREADS = min(2, os.cpu_count() or 1)
"""Measured with two; more are unmeasured, and the products of a search are small."""
_TOKENS_IN_SENTENCE = 0.25
"""What the likeness of its tokens counts beside a sentence's cosine: enough to choose between near equals."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question as it was understood, and what was found for it."""

    question: Question
    response: SearchResponse

    def first(self, k: int) -> Found:
        """The same with no more than the best ``k`` results."""
        return replace(self, response=replace(self.response, results=self.response.results[:k]))


class Retriever:
    """Searches one opened generation with the encoder that built it, and has the best re-sorted by a reranker if given."""

    def __init__(
        self, index: SearchIndex, encoder: Encoder, config: SearchConfig, reranker: Reranker | None = None
    ) -> None:
        self._index, self._config, self._reranker = index, config, reranker
        self.dictionary = Dictionary(index.manifest.recipe.glossary)
        names = NameMatcher(index.lexical, self.dictionary, index.tokenizer)
        self.subjects = SubjectReader(index, self.dictionary, names)
        expander = Expander(self.dictionary, names, index, config)
        question_map = QuestionMap.shipped(encoder.name) if config.turned else QuestionMap()
        self._reader = QuestionReader(index, encoder, expander, question_map)
        self._sentences = SentenceLeg(index)
        self._matcher = Matcher(index, encoder)
        self._blas, self._searching = ThreadpoolController(), threading.Lock()
        late = LATE_LEGS if index.tokens is not None and isinstance(encoder, TokenEncoder) else ()
        dense, lexical = (DenseLeg(index), self._sentences), (LexicalLeg(),)
        proposing = {Mode.HYBRID: (*dense, *lexical), Mode.DENSE: dense, Mode.LEXICAL: lexical}
        self._proposing: Mapping[Mode, tuple[ProposingLeg, ...]] = {
            mode: tuple(leg for leg in legs if leg.name in config.legs) for mode, legs in proposing.items()
        }
        looking = tuple(leg for leg in late if leg.name in config.legs)
        self._late: Mapping[Mode, tuple[LateLeg, ...]] = {**dict.fromkeys(Mode, ()), Mode.HYBRID: looking}

    def search(self, request: SearchRequest) -> SearchResponse:
        """The best ``top_k`` passages. Equal scores rank by position in the index.

        Raises:
            UnknownArticleError: a filter names an article that is not here.
            RerankerError: the reranker failed.
        """
        return self.read_and_search(request).response

    def read_and_search(self, request: SearchRequest) -> Found:
        """The same with the question as the legs took it."""
        # one after the other, each on two cores: side by side they would wait for the interpreter (docs/measurements.md)
        with self._searching, self._blas.limit(limits=_BLAS_THREADS, user_api="blas"):
            began = time.perf_counter()
            question = self.question(request.query)
            return Found(question, self._search(question, request, began))

    def _search(self, question: Question, request: SearchRequest, began: float) -> SearchResponse:
        candidates = self.candidates(question, request)
        fused = self._fuse(candidates)
        ranked = rank(np.arange(len(candidates.rows)), fused.scores, len(candidates.rows))
        listed = self._listed(question, ranked, candidates, request)
        hits = listed.hits
        chosen = candidates.keep(hits.rows)
        matches = [self._matcher.match(question, chosen.meetings, row) for row in chosen.rows.tolist()]
        return SearchResponse(
            query=request.query,
            query_language=question.language,
            results=self._results(question, chosen, listed, matches, request),
            index_version=self._index.version,
            degraded=fused.degraded,
            took_ms=(time.perf_counter() - began) * 1000,
            explanation=self._explain(question, chosen, fused, hits.rows, matches) if request.explain else None,
        )

    def question(self, query: str) -> Question:
        """A query as the legs take it."""
        return self._reader.read(query)

    def candidates(self, question: Question, request: SearchRequest) -> Candidates:
        """The passages that may be results, scored by every leg of the mode.

        Each language of the collection is searched as a collection of its own, so that passages in the question's language
        do not bury the others; what is compared between languages are probabilities.
        """
        allowed = self._allowed(request.filters)
        if allowed is not None:
            question = question.within(allowed)
        asked = request.filters.language
        searched = {asked} if asked is not None else self._index.languages or {question.language}
        languages = [each for each in LANGUAGES if each in searched]
        return Candidates.join([self._candidates_in(language, question, request) for language in languages])

    def _candidates_in(self, language: Language, question: Question, request: SearchRequest) -> Candidates:
        proposing, late = self._proposing[request.mode], self._late[request.mode]
        question = question.facing(language)
        allowed = self._allowed(replace(request.filters, language=language))
        depth = max(self._config.candidates, request.top_k)
        rows = np.unique(np.concatenate([leg.propose(question, depth, allowed) for leg in proposing])).astype(np.int64)
        same = np.full(len(rows), language == question.language)
        raw = {leg.name: leg.scores(question, rows) for leg in proposing}
        first = Candidates(rows, same, raw, {leg.name: leg.normalise(question, raw[leg.name]) for leg in proposing})
        if not late:
            return first
        best = rank(np.arange(len(rows)), self._fuse(first).scores, self._depth(request))
        kept = first.keep(best.rows)
        meeting = question.meet(kept.rows)
        assert meeting is not None, "late legs come with token vectors"
        scores = {leg.name: leg.scores(meeting) for leg in late}
        normal = {leg.name: leg.normalise(scores[leg.name]) for leg in late}
        return Candidates(
            kept.rows, kept.same_language, {**kept.raw, **scores}, {**kept.normalised, **normal}, (meeting,)
        )

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
        if filters.language is not None and self._index.languages != {filters.language}:
            allowed &= columns.languages == filters.language
        return None if allowed.all() else allowed

    def _listed(self, question: Question, ranked: Hits, candidates: Candidates, request: SearchRequest) -> Reranked:
        """The ``top_k`` that are shown, in their final order."""
        if self._reranker is None or not len(ranked):
            return Reranked(self._ungrouped(ranked, candidates, request))
        # after grouping, so that no reading is spent on a translation that will be folded away, and which translation
        # stands for a group stays a matter of languages; always as many, so that top_k cuts a ranking and changes nothing
        hits = self._ungrouped(ranked, candidates, replace(request, top_k=max(request.top_k, RERANKED)))
        rows = candidates.rows[hits.rows[:RERANKED]]
        texts = [self._index.database.passage(row).searched for row in rows.tolist()]
        return rerank(self._reranker, question.text, hits, texts).first(request.top_k)

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

    def _parallel(self, row: int, allowed: Allowed | None) -> tuple[ParallelPassage, ...]:
        found = [p for p in self._index.database.parallels(row) if allowed is None or allowed[p.other]]
        return tuple(ParallelPassage(*self._passage(p.other), p.score) for p in found)

    def _passage(self, row: int) -> tuple[Passage, Article]:
        passage = self._index.database.passage(row)
        found = self._index.database.article(passage.article_id)
        assert found is not None, "every passage belongs to an article"
        return passage, found[0]

    def _results(
        self,
        question: Question,
        chosen: Candidates,
        listed: Reranked,
        matches: Sequence[PassageMatch],
        request: SearchRequest,
    ) -> tuple[Result, ...]:
        results = []
        allowed = self._allowed(request.filters)
        for i, row in enumerate(chosen.rows.tolist()):
            passage, article = self._passage(row)
            legs = {name: float(chosen.raw[name][i]) if name in chosen.raw else None for name in LEGS}
            cosines = self._sentences.sentence_scores(question.facing(passage.language), row)
            met = matches[i].sentence_scores
            results.append(
                Result(
                    rank=i + 1,
                    score=float(listed.hits.scores[i]),
                    scores={**legs, RERANKER: listed.own_score(i)},
                    passage=passage,
                    article=article,
                    sentence_scores=tuple(map(SentenceScore, cosines.tolist(), met.tolist())),
                    best_sentence=passage.sentences[int(np.argmax(cosines + _TOKENS_IN_SENTENCE * met))],
                    highlights=highlight(question, passage.readable, matches[i].matches),
                    quote=passage.span.quote(article.text),
                    parallel=self._parallel(row, allowed) if request.group_parallel else (),
                )
            )
        return tuple(results)

    def _explain(
        self,
        question: Question,
        chosen: Candidates,
        fused: Fused,
        places: NDArray[np.int64],
        matches: Sequence[PassageMatch],
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
            expansion=dict(question.expansion.terms),
            weights=asdict(self._config.fusion.of(tuple(chosen.normalised))),
            biases=tuple(fused.biases[places].tolist()),
            results=tuple(legs),
            matches=tuple(each.matches for each in matches),
            reranker=self._reranker.name if self._reranker is not None else None,
        )
