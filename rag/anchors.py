"""Links to quotes which outlive changes of their article: a quote is found again by its digest.

A link is ``/articles/{id}#{start}-{end}-{digest}``. While the text is as it was, the positions lead to the quote. After a
change elsewhere in the file it is looked for by its length and digest. When it has left, the link says so.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote as percent

from index.spans import Span
from rag.errors import QuoteGoneError

_DIGITS = 12
"""48 bits: even a million characters hold no other stretch of the same digest but once in 200 million links."""

_LONGEST_MOVED = 2_000
"""Characters of a quote that is looked for elsewhere; citations are a few sentences, and a long search is a slow one."""


def digest(quote: str) -> str:
    """What a link keeps of the quote it leads to."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def link(article_id: str, span: Span, text: str) -> str:
    """The address of a quote on the page."""
    return f"/articles/{percent(article_id)}#{span.start}-{span.end}-{digest(span.quote(text))}"


def find_again(article_id: str, text: str, span: Span, expected: str) -> Span:
    """Where the quote stands now that stood at ``span``: there, or else at the nearest place.

    Raises:
        QuoteGoneError: it stands nowhere in ``text``.
    """
    length = span.end - span.start  # an address may ask for more than len() can say
    if length and span.end <= len(text) and digest(span.quote(text)) == expected:
        return span
    # outwards from where it was, so that of a sentence that stands twice the nearer one is found
    possible = range(len(text) - length + 1) if 0 < length <= _LONGEST_MOVED else ()
    starts = sorted(possible, key=lambda start: abs(start - span.start))
    for start in starts:
        if digest(text[start : start + length]) == expected:
            return Span(start, start + length)
    raise QuoteGoneError(article_id, span)
