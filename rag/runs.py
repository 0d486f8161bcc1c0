"""Readable text in runs, each with the source positions it stands for and where it leads."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from index.source_text import SourceText
from index.spans import Span
from rag.layout import ImagePlace, Layout, LinkPlace, Placed

_SCHEME = re.compile(r"https?://$")
_LONGEST_SCHEME = len("https://")
_HOST = re.compile(r"[\w.-]*\w", re.ASCII)
_REST_OF_URL = re.compile(r"[!-;=-{}~]*")
P = TypeVar("P", bound=Placed)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of readable text and the source positions it stands for.

    ``verbatim`` is whether they hold just that text, so that each character stands at a position of its own. Otherwise the
    text is what markup reads like: an entity, a line break, two words joined. ``link`` is where it leads, on the web only.
    ``image`` is not None for an image, whose alternative text the run is: its address, empty if that is not on the web.
    """

    text: str
    span: Span
    verbatim: bool
    link: str | None = None
    image: str | None = None


Runs = tuple[Run, ...]


def web_address(url: str | None) -> str | None:
    """The address if it leads to the web, else None: articles may say ``javascript:…``."""
    try:
        parts = urlsplit(url or "")
    except ValueError:  # a broken IPv6 address, say
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def place_at(places: Sequence[P], position: int) -> P | None:
    """The one of some places apart, by position, that holds ``position``."""
    i = bisect_right(places, position, key=lambda place: place.span.start)
    return places[i - 1] if i and position < places[i - 1].span.end else None


def places_in(places: Sequence[P], span: Span) -> Sequence[P]:
    """Those that begin in ``span``."""
    starts = [bisect_left(places, at, key=lambda place: place.span.start) for at in (span.start, span.end)]
    return places[starts[0] : starts[1]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment of the readable text, at ``at``, or an image."""

    text: str
    span: Span
    at: int = 0
    image: ImagePlace | None = None


class RunReader:
    """Makes runs of the readable texts of one article."""

    def __init__(self, source: str, layout: Layout) -> None:
        self._source, self._layout = source, layout
        self._read = [image.read.start for image in layout.images]

    def runs(self, text: SourceText, span: Span) -> Runs:
        """What is read of ``text``, and the images that stand in ``span``, in the order of the source.

        An image stands on a line of its own.
        """
        first, last = bisect_left(self._read, span.start), bisect_left(self._read, span.end)
        images = [image.within(span) for image in self._layout.images[first:last]]
        pieces = self._pieces(text, images)
        runs: list[Run] = []
        for i, piece in enumerate(pieces):
            if i:
                joint = self._joint(text.text, pieces[i - 1], piece)
                if joint.text:
                    _append(runs, joint)
            limit = pieces[i + 1].span.start if i + 1 < len(pieces) else max(span.end, piece.span.end)
            for run in self._piece_runs(piece, limit):
                _append(runs, run)
        return tuple(runs)

    def verbatim(self, text: SourceText) -> Runs:
        """What is read of ``text`` as it stands, addresses too."""
        runs: list[Run] = []
        for s in text.segments:
            _append(runs, self._run(text.text[s.start : s.end], Span(s.source_start, s.source_end)))
        return tuple(runs)

    def _pieces(self, text: SourceText, images: Sequence[ImagePlace]) -> list[_Piece]:
        pieces = [
            _Piece(text.text[s.start : s.end], Span(s.source_start, s.source_end), s.start)
            for s in text.segments
            if place_at(images, s.source_start) is None
        ]
        pieces += [_Piece(image.alt.text, image.read, image=image) for image in images]
        return sorted(pieces, key=lambda piece: piece.span)

    def _joint(self, text: str, before: _Piece, after: _Piece) -> Run:
        """What is read between two neighbours that the source does not say, or nothing."""
        span = Span(before.span.end, after.span.start)
        if before.image is not None or after.image is not None:
            return replace(self._run("\n", span), link=None)
        return self._run(text[before.at + len(before.text) : after.at], span)

    def _piece_runs(self, piece: _Piece, limit: int) -> Iterator[Run]:
        """One run, or several where links begin and end inside. Args: ``limit``: where the next piece begins."""
        run = self._run(piece.text, piece.span)
        if piece.image is not None:
            link = place_at(self._layout.links, piece.span.start)
            yield replace(run, link=_target(link), image=web_address(piece.image.url) or "")
        elif run.verbatim:
            yield from self._linked(run.span, limit)
        else:
            yield run

    def _linked(self, span: Span, limit: int) -> Iterator[Run]:
        """Verbatim text, cut where links begin and end."""
        at = span.start
        while at < span.end:
            link = place_at(self._layout.links, at)
            if link is not None:
                end = min(link.span.end, span.end)
                yield Run(self._source[at:end], Span(at, end), True, _target(link))
            else:
                following = places_in(self._layout.links, Span(at, span.end))
                end = following[0].span.start if following else span.end
                yield from self._bare(Span(at, end), limit)
            at = end

    def _bare(self, span: Span, limit: int) -> Iterator[Run]:
        """Text outside of links. Of an address that stands by itself the host is read, and leads to the whole of it."""
        scheme = _SCHEME.search(self._source, max(0, span.start - _LONGEST_SCHEME), span.start)
        host = _HOST.match(self._source, span.start, span.end) if scheme is not None else None
        start = span.start
        if scheme is not None and host is not None:
            stop = host.end()
            if stop == span.end:
                rest = _REST_OF_URL.match(self._source, stop, max(stop, limit))
                stop = rest.end() if rest is not None else stop
            url = web_address(self._source[scheme.start() : stop])
            yield Run(host.group(), Span(*host.span()), True, url)
            start = host.end()
        if start < span.end:
            yield Run(self._source[start : span.end], Span(start, span.end), True)

    def _run(self, text: str, span: Span) -> Run:
        """A run as it is; inside a link it leads there."""
        link = place_at(self._layout.links, span.start)
        inside = link is not None and link.span.covers(span)
        return Run(text, span, text == span.quote(self._source), _target(link) if inside else None)


def _target(link: LinkPlace | None) -> str | None:
    return web_address(link.url) if link is not None else None


def _append(runs: list[Run], run: Run) -> None:
    """Adds a run; verbatim ones that touch and lead to the same place become one."""
    last = runs[-1] if runs else None
    if (
        last is not None
        and last.verbatim
        and run.verbatim
        and last.span.end == run.span.start
        and (last.link, last.image, run.image) == (run.link, None, None)
    ):
        runs[-1] = replace(last, text=last.text + run.text, span=Span(last.span.start, run.span.end))
    else:
        runs.append(run)
