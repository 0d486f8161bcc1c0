"""What questions were answered: kept by the journal, scored, and reported. Who answered does not matter here."""

from __future__ import annotations

from dataclasses import dataclass

ANSWERS = "answers"
"""What the answers are called beside the runs."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The id of a citation's place, and whether the article's file holds exactly the cited text there."""

    place: str
    exact: bool


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer, or a refusal: then ``reason`` says why and nothing is cited.

    ``withheld`` is what a refused question would have been answered with, had ``confidence`` been enough; nothing for what is
    refused whatever the confidence, such as a greeting. ``direction`` is that of the ``threshold``, such as ``en→zh``; empty
    if nothing was found.
    """

    confidence: float
    threshold: float
    direction: str
    reason: str | None
    citations: tuple[Cited, ...]
    withheld: tuple[Cited, ...] = ()
    milliseconds: float | None = None
