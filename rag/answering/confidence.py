"""How likely it is that the articles answer a question at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.encoders.vocabulary import word_rarity
from rag.answering.evidence import Asked, Evidence
from rag.answering.model import log_odds
from rag.retriever import Found

FEATURES = ("passage", "dense", "misfit", "misfit_of_kind", "kind", "told", "rivals", "lead", "crowd")
"""What the confidence is made of; see ``features``."""
CONSIDERED = 10
"""Results that it is made of, however many are asked for."""
OF_THE_ENCODER = ("dense",)
"""Those on a scale of the encoder's own."""
_RIVAL = 0.3
"""Share of the best passage's score from which another is its rival."""
_CROWD = 5
"""Sentences that are as near, where nothing in particular answers."""


def features(found: Found, asked: Asked, evidence: Sequence[Evidence]) -> tuple[float, ...]:
    """What is known of a question and of what was found for it; there must be a result.

    Of the best passage the log odds and the cosine; how much nearer the nearest sentence is than the nearest that fits
    (``Evidence.fits``); the same for questions that ask for a figure, a date or a name, and whether this one does; the log of
    how much the question tells, in nats: what says little is easily like something; how many passages are rivals of the
    best, and by how much it leads the second; how much nearer the nearest sentence is than the fifth.
    """
    question, results = found.question, found.response.results[:CONSIDERED]
    considered = [each for each in evidence if each.result.rank <= CONSIDERED]
    near = sorted((each.nearness for each in considered), reverse=True) or [0.0]
    misfit = max(near[0] - max((each.nearness for each in considered if each.fits), default=0.0), 0.0)
    kind = float(bool(asked.kinds))
    told = math.log1p(sum(map(word_rarity, question.tokens)))
    best = results[0].score
    rivals = float(sum(each.score > _RIVAL * best for each in results))
    lead = best - results[1].score if len(results) > 1 else best
    crowd = near[0] - near[min(_CROWD, len(near)) - 1]
    dense = results[0].scores["dense"] or 0.0
    return (log_odds(best), dense, misfit, misfit * kind, kind, told, rivals, lead, crowd)
