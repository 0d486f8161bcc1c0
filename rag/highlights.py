"""Where the words of a question stand in a passage."""

from __future__ import annotations

from collections.abc import Iterable

from index.source_text import SourceText
from index.spans import Span
from index.tokens import locate


def highlight(readable: SourceText, tokens: Iterable[str]) -> tuple[Span, ...]:
    """The source positions of the tokens' occurrences, in order, overlapping and adjacent ones merged."""
    merged: list[Span] = []
    for found in locate(readable.text, frozenset(tokens)):
        span = readable.span(found.start, found.end)
        if span is None:
            continue  # the word stands in an inserted table header
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
