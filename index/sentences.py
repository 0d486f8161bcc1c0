"""Cuts readable text into sentences, Chinese and English alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.spans import Span

_CLOSERS = "”’\"')）]】》」』〉"
_TERMINAL = re.compile(r"[。！？；!?]+|…+|\.{3,}|\.|\n")
_CONTINUES = tuple("，、,：:;；。.！？!?)）]】》」』～~")
"""What can only continue a sentence: "（……吗？），许多" does not end before the comma."""
_ABBREVIATIONS = frozenset(
    (
        "mr mrs ms dr prof sr jr st vs etc al fig eq no vol pp ed eds inc ltd co corp dept est approx cf e.g "
        "i.e a.k.a u.s u.k u.n ph.d a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec gen col sgt capt "
        "gov sen rep rev hon"
    ).split()
)
_WORD_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*$")


def split_sentences(text: str) -> list[Span]:
    """The sentences of ``text`` in order, trimmed of white space; together they hold every other character.

    A sentence ends after 。！？；… or !?. with the quotes and brackets that close there, and at a line end. A full stop
    ends one only before white space, and not inside a decimal, an abbreviation, an initial or an identifier.
    """
    spans = []
    start = 0
    for end in _ends(text):
        if end <= start:
            continue
        spans += _trimmed(text, start, end)
        start = end
    return spans + _trimmed(text, start, len(text))


def _ends(text: str) -> Iterator[int]:
    for match in _TERMINAL.finditer(text):
        mark, end = match.group(), match.end()
        if mark == "\n":
            yield end
            continue
        if mark.startswith(".") and not _full_stop(text, match.start(), end):
            continue
        end = _after_closers(text, end)
        following = text[end : end + 1]
        if following and following in _CONTINUES:
            continue
        if mark[0] in "!?…." and following.islower():
            continue
        yield end


def _full_stop(text: str, at: int, end: int) -> bool:
    """Whether the full stop at ``at`` ends a sentence."""
    after = text[_after_closers(text, end) :]
    if after and not after[0].isspace():
        # before Han text it may: "安全与自由.2022" is no sentence end, "ends.然后" is
        return end - at == 1 and not after[0].isascii() and after[0].isalnum() and not text[at - 1 : at].isdigit()
    stripped = after.lstrip()
    if stripped and stripped[0].islower():
        return False
    if end - at > 1:
        return True
    word = _WORD_BEFORE.search(text, max(0, at - 12), at)
    if word is None:
        return not re.fullmatch(r"\s*\d{1,3}", text[text.rfind("\n", 0, at) + 1 : at])  # "1. First", a list number
    return word.group().lower() not in _ABBREVIATIONS and len(word.group()) > 1


def _after_closers(text: str, end: int) -> int:
    """Past the quotes and brackets that close at ``end``; a straight quote closes only what one has opened."""
    line_start = text.rfind("\n", 0, end) + 1
    while end < len(text) and text[end] in _CLOSERS:
        if text[end] in "\"'" and text.count(text[end], line_start, end) % 2 == 0:
            break
        end += 1
    return end


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return [Span(left, left + len(piece.strip()))] if piece.strip() else []
