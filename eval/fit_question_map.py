"""Learns how to turn questions towards answers: ``python -m eval.fit_question_map DATASETS…``. For maintainers only.

A linear map for each pair of languages is trained on the bundled encoder's frozen vectors, with torch: the passage that
answers should be likeliest among the candidates, by all legs together, and the sentence that answers among their sentences
(listwise cross-entropy). DATASETS are question sets, of which the ``train`` split (``eval.news_questions`` lays some out), and
folders in BEIR format, of which no more than 800 questions each take part, for they reuse the words of their passages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from eval.lessons import Lesson, lessons
from eval.opening import open_to_learn_from
from eval.question_set import QuestionSet
from index.encoders.bundled import BundledEncoder
from index.reduction import LANGUAGES
from rag.config import LEGS, FusionModels
from rag.question_map import FILE, QuestionMap

OUTPUT = Path("rag/data") / FILE
_EPOCHS, _BATCH, _RATE = 2, 16, 3e-4
_DROPOUT = 0.7
"""Share of a vector's components that the map does not see, each time others: what keeps it from learning texts by heart."""
_HARD, _OTHERS = 30, 30
"""Candidates that do not answer: the likeliest, and some of the rest."""
_OF_PUBLIC_SETS = 800
_SENTENCES = 0.5
"""What the right sentence counts beside the right passage."""
_SHARPNESS, _OF_PASSAGE = 10.0, 0.5
"""What a sentence's cosine is multiplied with among the others, and what its passage's log odds are."""
_SEED = 0
_DENSE, _SENTENCE = LEGS.index("dense"), LEGS.index("sentence")


class Turning(nn.Module):
    """The maps, and a weight of each leg by whether the languages are the same, which the fusion is fitted anew for later."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        pairs = [f"{asked}-{passages}" for asked in LANGUAGES for passages in LANGUAGES]
        self.maps = nn.ParameterDict({pair: nn.Parameter(torch.zeros(dimensions, dimensions)) for pair in pairs})
        shipped = FusionModels.load().of(LEGS)
        weights = [[model[leg] for leg in LEGS] for model in (shipped.cross_language, shipped.same_language)]
        self.weights = nn.Parameter(torch.tensor(weights))
        self.dropout = nn.Dropout(_DROPOUT)

    def turn(self, lesson: Lesson) -> Tensor:
        """The question as it is put to the lesson's passages, shape ``(d,)``."""
        vector = torch.from_numpy(lesson.vector)
        return nn.functional.normalize(
            vector + self.dropout(vector) @ self.maps[f"{lesson.asked}-{lesson.passages}"], dim=0
        )

    def loss(self, lesson: Lesson, chosen: NDArray[np.int64]) -> Tensor:
        """How unlikely the right passage and the right sentence are among the chosen candidates and their sentences."""
        question, collection, rows = self.turn(lesson), lesson.collection, lesson.rows[chosen]
        counts = collection.starts[rows + 1] - collection.starts[rows]
        owners = np.repeat(np.arange(len(rows)), counts)
        sentences = np.arange(len(owners)) + np.repeat(collection.starts[rows] - (np.cumsum(counts) - counts), counts)
        cosines = torch.from_numpy(collection.sentences[sentences]) @ question
        best = torch.zeros(len(rows)).scatter_reduce(0, torch.from_numpy(owners), cosines, "amax", include_self=False)
        legs = torch.from_numpy(lesson.legs[chosen]).clone()
        legs[:, _DENSE], legs[:, _SENTENCE] = torch.from_numpy(collection.passages[rows]) @ question, best
        odds = legs @ self.weights[int(lesson.asked == lesson.passages)]
        loss = _unlikelihood(odds, torch.from_numpy(lesson.answers[chosen]))
        holds = torch.from_numpy(np.isin(sentences, lesson.evidence))
        if holds.any():
            loss = loss + _SENTENCES * _unlikelihood(_SHARPNESS * cosines + _OF_PASSAGE * odds.detach()[owners], holds)
        return loss


def _unlikelihood(odds: Tensor, right: Tensor) -> Tensor:
    return torch.logsumexp(odds, 0) - torch.logsumexp(odds[right], 0)


def fit_question_map(learnt_from: Sequence[Lesson]) -> QuestionMap:
    """Trains the maps; the same lessons give the same maps.

    Raises:
        ValueError: there is nothing to learn from.
    """
    if not learnt_from:
        raise ValueError("no question that a candidate answers; give other data")
    torch.manual_seed(_SEED)
    random = np.random.default_rng(_SEED)
    model = Turning(len(learnt_from[0].vector))
    groups = [{"params": model.maps.parameters(), "lr": _RATE}, {"params": [model.weights], "lr": 1e-2}]
    optimiser = torch.optim.Adam(groups)
    steps = _EPOCHS * -(-len(learnt_from) // _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1, (step + 1) / 50) * (1 - step / steps))
    for _ in range(_EPOCHS):
        order = random.permutation(len(learnt_from))
        for start in range(0, len(order), _BATCH):
            batch = [learnt_from[i] for i in order[start : start + _BATCH].tolist()]
            optimiser.zero_grad()
            loss = torch.stack([model.loss(lesson, _choose(lesson, random)) for lesson in batch]).mean()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            with torch.no_grad():
                model.weights.clamp_(min=0)
    maps = {
        (asked, passages): model.maps[f"{asked}-{passages}"].detach().numpy()
        for asked in LANGUAGES
        for passages in LANGUAGES
    }
    return QuestionMap(maps)


def _choose(lesson: Lesson, random: np.random.Generator) -> NDArray[np.int64]:
    """All candidates that answer, those that most seem to, and some others."""
    wrong = np.flatnonzero(~lesson.answers)
    wrong = wrong[np.argsort(-lesson.legs[wrong].sum(axis=1), kind="stable")]
    others = random.permutation(wrong[_HARD:])[:_OTHERS]
    return np.concatenate([np.flatnonzero(lesson.answers), wrong[:_HARD], others])


if __name__ == "__main__":
    encoder, learnt_from = BundledEncoder(), list[Lesson]()
    for argument in sys.argv[1:]:
        dataset = open_to_learn_from(argument, "train")
        learnt_from += lessons(dataset, encoder, None if isinstance(dataset, QuestionSet) else _OF_PUBLIC_SETS)
    fit_question_map(learnt_from).save(OUTPUT)
