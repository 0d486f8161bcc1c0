"""Understands a follow-up by the questions before it, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.encoders.vocabulary import word_rarity
from index.language import detect_language
from index.tokens import Tokenizer
from rag.answering.types import Turn
from rag.subjects import SubjectReader
from rag.types import LONGEST_QUERY

_BEGINS = re.compile(
    r"^\W*(?:那么?(?=[\s，,]|[A-Za-z])|那(?=.{1,12}呢)|还有|另外|and\b|or\b|but\b|what about\b|how about\b|also\b)",
    re.I,
)
_ENDS = re.compile(r"^.{1,15}呢(?:\W|$)")
_POINTS_BACK = re.compile(r"后者|前者|两者|\bthe (?:former|latter|two|same)\b", re.I)
_PRONOUN = re.compile(
    r"[它她他]|[这那]|其(?![他它实中])|\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|one)\b",
    re.I,
)
_TELLS = 8.0
"""Nats; a short question whose rarest word is commoner than this says too little to be understood alone."""
_SHORT = 12
"""Words; who says more has said what is meant."""


class FollowUps:
    """Tells follow-ups from new questions by the names and pronouns in them."""

    def __init__(self, subjects: SubjectReader, tokenizer: Tokenizer) -> None:
        self._subjects, self._tokenizer = subjects, tokenizer

    def resolve(self, question: str, history: Sequence[Turn]) -> str:
        """What to search for: the question, after the questions before it back to the last one that stands alone.

        A question that stands alone is searched for as it is, whatever went before.
        """
        asked = [question]
        for turn in reversed(history):
            if not self._leans(asked[0]):
                break
            asked.insert(0, turn.question.strip())
        while len(" ".join(asked)) > LONGEST_QUERY and len(asked) > 1:
            asked.pop(0)
        return " ".join(asked)

    def _leans(self, question: str) -> bool:
        """Whether a question leaves something unsaid: "它呢？", "and Google?", "What does it cost?"."""
        words = self._tokenizer.tokens(question)
        if _POINTS_BACK.search(question):
            return True
        if len(words) > _SHORT:
            return False
        if _BEGINS.search(question) or _ENDS.search(question):
            return True
        if self._subjects.read(question, detect_language(question)):
            return False
        return bool(_PRONOUN.search(question)) or max(map(word_rarity, words), default=0.0) < _TELLS
