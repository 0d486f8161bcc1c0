"""A ceiling for every way of weighing the legs: each question gets the weights that suit it best.

They are chosen by its own answers, which no system knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product

from eval.dataset import AskedQuestion, Judgements, Ranking
from eval.run import Run, distinct
from eval.scoring import MAIN, measure
from eval.survey import Survey
from index.hits import rank
from rag.config import FusionModel, SearchConfig
from rag.errors import InvalidQueryError
from rag.fusion import fuse

Factors = Mapping[str, float]
"""What the weight of a leg is multiplied by; 1 where it is not named."""

_SHOWN = 10
"""Items; the main measure looks at no more."""
_STEPS = (1, 0, 0.5, 2, 4)
GRID: Sequence[Factors] = [
    {"lexical": words, "interaction": tokens, "window": tokens} for words, tokens in product(_STEPS, _STEPS)
]
"""The weights as they are come first: others must be better to be taken."""


def oracle(survey: Survey, full: Run, config: SearchConfig) -> Mapping[str, Ranking]:
    """The best ranking of each question among ``full``, which is retrieval as it is, and all weights of the grid."""
    find, top_k = survey.candidates(config), survey.by_itself.top_k
    judgements = survey.dataset.judgements(survey.index)
    tried = {question: [Ranking(ranking.items[:_SHOWN])] for question, ranking in full.rankings.items()}

    def reweighted_rankings(asked: AskedQuestion) -> Iterator[Ranking]:
        found = find(asked)
        model = config.fusion.of(tuple(found.normalised))
        for factors in GRID:
            fused = fuse(found.normalised, found.same_language, reweighted(model, factors))
            yield Ranking(distinct(survey.items(rank(found.rows, fused.scores, top_k)))[:_SHOWN])

    answerable = [asked for asked in survey.dataset.questions if judgements.answerable(asked.id)]
    for asked in survey.bar.asking("oracle")(answerable):
        with suppress(InvalidQueryError):  # nobody can answer it, whatever the weights
            tried[asked.id] += reweighted_rankings(asked)
    return best_rankings(tried, judgements)


def reweighted(model: FusionModel, factors: Factors) -> FusionModel:
    """Example: lexical 2 of a model with lexical 1.5 in the same language and 3 in another gives 3 and 6."""

    def scaled(weights: Mapping[str, float]) -> Mapping[str, float]:
        return {leg: weight * factors.get(leg, 1) for leg, weight in weights.items()}

    return FusionModel(scaled(model.same_language), scaled(model.cross_language))


def best_rankings(tried: Mapping[str, Sequence[Ranking]], judgements: Judgements) -> Mapping[str, Ranking]:
    """Of each question's rankings the one with the best main measure; of equals, and where nothing answers, the first."""
    different = {question: _different(rankings) for question, rankings in tried.items()}
    scores = measure(
        {
            f"{place} {question}": judgements.judge(question, ranking.items)
            for question, rankings in different.items()
            if judgements.answerable(question)
            for place, ranking in enumerate(rankings)
        }
    )
    return {
        question: max(enumerate(rankings), key=lambda each: scores.get(f"{each[0]} {question}", {}).get(MAIN, 0.0))[1]
        for question, rankings in different.items()
    }


def _different(rankings: Sequence[Ranking]) -> Sequence[Ranking]:
    """Without those that list the same items in the same order as one before."""
    found: dict[tuple[str, ...], Ranking] = {}
    for ranking in rankings:
        found.setdefault(tuple(item.id for item in ranking.items), ranking)
    return list(found.values())
