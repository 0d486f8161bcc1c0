"""Tells greetings, thanks, tests and empty talk from questions."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

_WORD = re.compile(r"[a-z0-9']+")
_NO_WORDS = re.compile(r"[\W_]+")


def is_small_talk(text: str) -> bool:
    """Whether a text asks nothing: no letters or digits at all, or only phrases of data/small_talk.txt.

    Example: "在吗？", "thanks a lot!" and "？？？" are; "谢谢，GPT-3 多大？" is not.
    """
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    words = _WORD.findall(folded)
    rest = _NO_WORDS.sub("", _WORD.sub(" ", folded))
    return _phrases().words.issuperset(words) and not _phrases().chinese.sub("", rest)


class _Phrases:
    """English words, and a pattern that finds the longest Chinese phrase at each place."""

    def __init__(self) -> None:
        text = (resources.files("rag") / "data" / "small_talk.txt").read_text(encoding="utf-8")
        phrases = {phrase for line in text.splitlines() if not line.startswith("#") for phrase in line.split()}
        self.words = frozenset(phrase for phrase in phrases if phrase.isascii())
        longest_first = sorted(phrases - self.words, key=lambda phrase: (-len(phrase), phrase))
        self.chinese = re.compile("|".join(map(re.escape, longest_first)))


@cache
def _phrases() -> _Phrases:
    return _Phrases()
