"""Which sentences of the passages that were found hold evidence: what may be quoted as the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.spans import Span
from index.types import Passage, PassageKind
from rag.answering.asked import ADDRESS, LINK, kinds_asked, kinds_held
from rag.answering.model import Weighing, log_odds
from rag.question import Question
from rag.retriever import Found
from rag.subjects import Subject, SubjectReader, mentions
from rag.types import Result

FEATURES = (
    "passage", "cosine", "interaction", "cosine_gap", "interaction_gap", "asked", "unasked", "named", "unnamed",
    "record", "length", "question",
)  # fmt: skip
"""What is known of a sentence; see ``_features``."""
_RECORDS = (PassageKind.TABLE_ROW, PassageKind.METADATA)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a result, and the probability that it holds what was asked for.

    ``fits`` is whether it is about all names of the question and holds something of a kind that is asked for.
    """

    result: Result
    number: int
    probability: float
    nearness: float
    fits: bool

    @property
    def passage(self) -> Passage:
        return self.result.passage


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for, and the names it is about."""

    kinds: frozenset[str]
    subjects: tuple[Subject, ...]


class EvidenceReader:
    """Weighs sentences of results to questions of one index."""

    def __init__(self, subjects: SubjectReader) -> None:
        self._subjects = subjects

    def asked(self, question: str, searched: Question) -> Asked:
        """What a question asks for; the names it is about may stand in what went before, and so in what was searched for."""
        return Asked(kinds_asked(question), self._subjects.read(searched.text, searched.language))

    def read(self, found: Found, asked: Asked, weighing: Weighing) -> list[Evidence]:
        """Every sentence of every result, the likeliest first; equal ones by rank and place."""
        evidence = []
        for result in found.response.results:
            features, said = self.features(result, asked), _said(result.passage)
            for i, row in enumerate(features):
                if _says_nothing(said[i], found.question.text, asked):
                    continue
                known = dict(zip(FEATURES, row.tolist(), strict=True))
                near = known["cosine"] + known["interaction"]
                fits = not known["unasked"] and not known["unnamed"]
                evidence.append(Evidence(result, i, weighing.probability(row), near, fits))
        return sorted(evidence, key=lambda each: -each.probability)

    def features(self, result: Result, asked: Asked) -> NDArray[np.float64]:
        """Shape ``(n_sentences, len(FEATURES))``.

        The log odds of its passage; cosine and token match, by themselves and below the passage's best; whether it holds
        something of a kind asked for, or lacks it; whether it is about all names of the question, or lacks one; whether
        it is a cell of a table; the log of its length in characters; whether it asks something itself.
        """
        passage, scores = result.passage, result.sentence_scores
        cosine = np.array([each.cosine for each in scores])
        interaction = np.array([each.interaction for each in scores])
        kinds = np.array([bool(asked.kinds & held) for held in map(kinds_held, _said(passage))], float)
        named = np.array(_named(passage, asked.subjects), float)
        wants, names = float(bool(asked.kinds)), float(bool(asked.subjects))
        lengths = np.array([len(sentence.span) for sentence in passage.sentences])
        asks = [sentence.text.rstrip().endswith(("？", "?")) for sentence in passage.sentences]
        return np.stack(
            [
                np.full(len(scores), log_odds(result.score)),
                cosine, interaction, cosine - cosine.max(), interaction - interaction.max(),
                wants * kinds, wants * (1 - kinds), names * named, names * (1 - named),
                np.full(len(scores), float(passage.kind in _RECORDS)), np.log1p(lengths), np.array(asks, float),
            ],
            axis=1,
        )  # fmt: skip


def _says_nothing(said: str, question: str, asked: Asked) -> bool:
    """Whether a sentence or cell is no answer: only what the question says, such as a name; or an address nobody asked for."""
    beside = ADDRESS.sub("", said)
    if beside != said and not any(map(str.isalpha, beside)):
        return LINK not in asked.kinds
    if said.strip().isdecimal():  # the 2 of a cell is not the 2 of "GPT-2"
        return False
    return "".join(filter(str.isalnum, said)).casefold() in "".join(filter(str.isalnum, question)).casefold()


def _said(passage: Passage) -> list[str]:
    """What each sentence says; a cell without its row's name and column's header."""
    record = passage.kind in _RECORDS
    return [s.text.rpartition(": ")[2] if record else s.text for s in passage.sentences]


def _named(passage: Passage, subjects: Sequence[Subject]) -> list[bool]:
    """For each sentence whether every subject is mentioned in it, the one before, or the headings; in a table in its row."""
    if passage.kind in _RECORDS:
        return [all(mentions(passage.searched, subjects))] * len(passage.sentences)
    body = len(passage.searched) - len(passage.readable.text)
    found = mentions(passage.searched, subjects)
    places = passage.sentence_places()
    result = []
    for before, place in zip((None, *places), places, strict=False):
        start, end = (before or place or Span(0, 0)).start, (place or Span(0, 0)).end
        result.append(
            all(any(at.end <= body or (start <= at.start and at.end <= end) for at in each) for each in found)
        )
    return result
