"""The Markdown parser's events with their places, for whoever reads something out of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyromark

from index.spans import Span

_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_FOOTNOTES


class EventReader:
    """One pass over the events of a text.

    A subclass takes ``Start`` and ``End`` of a tag by methods such as ``_start_paragraph(span, data)``; tags that it has no
    method for pass by. Spans are in code points of ``source``.

    Args:
        offset: where the Markdown begins, after front matter.
    """

    def __init__(self, source: str, offset: int) -> None:
        self._source = source
        body = source[offset:]
        self._events: Any = pyromark.events_with_range(body, options=_OPTIONS)
        # code point index of every byte index, so that byte ranges become positions in the source
        encoded = np.frombuffer(body.encode(), dtype=np.uint8)
        starts = np.concatenate([(encoded & 0xC0) != 0x80, [True]])
        self._position = offset + np.cumsum(starts) - 1

    def _walk(self) -> None:
        for event, byte_range in self._events:
            span = Span(int(self._position[byte_range["start"]]), int(self._position[byte_range["end"]]))
            if isinstance(event, str):
                self._mark(event, span)
                continue
            name, value = next(iter(event.items()))
            if name in ("Start", "End"):
                tag, data = (value, None) if isinstance(value, str) else next(iter(value.items()))
                handler = getattr(self, f"_{name.lower()}_{tag.lower()}", None)
                if handler is not None:
                    handler(span, data)
            else:
                self._leaf(name, value, span)

    def _mark(self, name: str, span: Span) -> None:
        """A line break, or a rule."""
        raise NotImplementedError

    def _leaf(self, name: str, value: str, span: Span) -> None:
        """Text, code, or HTML."""
        raise NotImplementedError
