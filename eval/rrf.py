"""Reciprocal rank fusion, the baseline that most hybrid systems ship."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from eval.dataset import RankedItem, Ranking
from eval.run import Run

K = 60
"""The constant of the paper."""


def reciprocal_rank_fusion(runs: Sequence[Run], k: int = K) -> Mapping[str, Ranking]:
    """Scores every item by the sum of ``1 / (k + rank)`` over the runs that list it (Cormack, Clarke and Buettcher 2009,
    "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods"). Equal scores rank by id.

    An item that a run does not list gets nothing from it. A question takes as long as in all runs together.

    Example with k = 60: lists ``a b c`` and ``c a`` give a 1/61 + 1/62 = .0325, c 1/63 + 1/61 = .0323, b 1/62 = .0161.
    """
    questions = dict.fromkeys(question for run in runs for question in run.rankings)
    return {question: _fused([run.rankings.get(question, Ranking(())) for run in runs], k) for question in questions}


def _fused(rankings: Sequence[Ranking], k: int) -> Ranking:
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking.items, 1):
            scores[item.id] += 1 / (k + rank)
    best_first = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return Ranking(tuple(RankedItem(*pair) for pair in best_first), _total(each.milliseconds for each in rankings))


def _total(times: Iterable[float | None]) -> float | None:
    known = [time for time in times if time is not None]
    return sum(known) if known else None
