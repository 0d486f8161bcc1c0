"""Retrieval measures, as ir-measures defines them; every question counts, also one for which nothing was found."""

from __future__ import annotations

from collections.abc import Mapping

import ir_measures
from ir_measures import RR, R, nDCG

from eval.dataset import Qrels
from eval.run import Run

MEASURES = (nDCG @ 10, RR @ 10, R @ 1, R @ 5, R @ 10)
NAMES = tuple(str(measure) for measure in MEASURES)

QuestionScores = Mapping[str, Mapping[str, float]]
"""Question id -> measure name -> value."""


def score_run(run: Run, qrels: Qrels) -> QuestionScores:
    """Each question's measures. A question with no relevant item in the index, or an empty ranking, scores 0.

    Ranks decide, not scores: trec_eval would reorder equal scores by item id, so descending stand-ins are handed over.

    Example: the only relevant item at rank 2 gives nDCG@10 1 / log2(3) = 0.6309, RR@10 0.5, R@1 0 and R@5 1.
    """
    ranked = [
        ir_measures.ScoredDoc(question, item.id, float(-rank))
        for question, items in run.ranking.items()
        for rank, item in enumerate(items)
    ]
    judged = [
        ir_measures.Qrel(question, item, relevance)
        for question, items in qrels.items()
        for item, relevance in items.items()
    ]
    scores = {question: dict.fromkeys(NAMES, 0.0) for question in run.ranking}
    if judged and ranked:
        for metric in ir_measures.iter_calc(MEASURES, judged, ranked):
            if metric.query_id in scores:
                scores[metric.query_id][str(metric.measure)] = metric.value
    return scores
