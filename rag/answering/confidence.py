"""How likely it is that the articles answer a question at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.encoders.vocabulary import word_rarity
from rag.answering.evidence import Asked, Evidence
from rag.answering.model import log_odds
from rag.retriever import Found

FEATURES = ("passage", "dense", "misfit", "misfit_of_kind", "kind", "told")
"""What the confidence is made of; see ``features``."""
OF_THE_ENCODER = ("dense",)
"""Those on a scale of the encoder's own."""


def features(found: Found, asked: Asked, evidence: Sequence[Evidence]) -> tuple[float, ...]:
    """What is known of a question and of what was found for it; there must be a result.

    Of the best passage the log odds and the cosine; how much nearer the nearest sentence is than the nearest that fits
    (``Evidence.fits``); the same for questions that ask for a figure, a date or a name, and whether this one does; the log of
    how much the question tells, in nats: what says little is easily like something.
    """
    question, best = found.question, found.response.results[0]
    nearest = max((each.nearness for each in evidence), default=0.0)
    fitting = max((each.nearness for each in evidence if each.fits), default=0.0)
    misfit = max(nearest - fitting, 0.0)
    kind = float(bool(asked.kinds))
    told = math.log1p(sum(map(word_rarity, question.tokens)))
    return (log_odds(best.score), best.scores["dense"] or 0.0, misfit, misfit * kind, kind, told)
