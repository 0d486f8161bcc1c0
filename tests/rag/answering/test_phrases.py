"""What an answer says in its own words."""

from __future__ import annotations

import pytest

from index.language import detect_language
from rag.answering.phrases import CONFLICT, FRAMES, REFUSALS
from rag.answering.types import Reason


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_is_said_in_the_language_it_is_for(language: str) -> None:
    said = [FRAMES, CONFLICT, *REFUSALS.values()]
    texts = [phrases[language] for phrases in said]  # type: ignore[index]
    assert [detect_language(text) for text in texts] == [language] * len(texts)
    assert len(set(texts)) == len(texts), "who reads one knows which it is"


def test_every_reason_has_its_refusal() -> None:
    assert set(REFUSALS) == set(Reason)


def test_none_looks_like_a_marker_or_a_quote() -> None:
    for phrases in (FRAMES, CONFLICT, *REFUSALS.values()):
        assert not any(mark in text for text in phrases.values() for mark in "[]“”")
