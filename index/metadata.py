"""What an article says about itself: in front matter, or in its first and last lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.blocks import Block, BlockKind
from index.types import Metadata

_TITLE_KEYS = ("title",)
_URL_KEYS = ("source_url", "url", "link", "canonical_url", "original_url")
_SITE_KEYS = ("source", "site", "publisher")
_AUTHOR_KEYS = ("author", "authors")
_TAG_KEYS = ("tags", "categories", "keywords")
_HEAD, _TAIL = 10, 6
"""How many blocks from the top and the bottom can hold a byline."""
_BYLINE = re.compile(r"^(?:作者|文|撰文|原作者|by|author)\s*[:：|｜]\s*(?P<names>\S.{0,80})$", re.IGNORECASE)
_ISO = re.compile(r"(?P<y>(?:19|20)\d\d)[-/.年]\s*(?P<m>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})")
_MONTH_FIRST = re.compile(r"(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日?\s*,\s*(?P<y>(?:19|20)\d\d)")
_DATE_LINE = 30
"""A line this short that holds a date is a dateline, not a sentence about something that happened then."""


def read_metadata(path: str, blocks: Sequence[Block], title: str | None = None) -> Metadata:
    """Title, link, site, author, dates and tags.

    Front matter comes first, then what the text's own lines say; the file's name is the last resort for a title.
    """
    front = _front_matter(blocks)
    url = _first(front, _URL_KEYS) or _link_at_top(blocks)
    return Metadata(
        title=title or _first(front, _TITLE_KEYS) or _title(blocks) or PurePosixPath(path).stem,
        url=url,
        site=_first(front, _SITE_KEYS) or _host(url or "").removeprefix("www.") or None,
        author=_first(front, _AUTHOR_KEYS) or _byline(blocks),
        dates=_dates(front, blocks),
        tags=tuple(tag for key in _TAG_KEYS for tag in front.get(key, "").split(", ") if tag),
    )


def _front_matter(blocks: Sequence[Block]) -> dict[str, str]:
    if not blocks or blocks[0].kind is not BlockKind.FRONT_MATTER:
        return {}
    return {cell.header: cell.value.text for cell in blocks[0].cells}


def _first(front: Mapping[str, str], keys: Sequence[str]) -> str | None:
    return next((front[key] for key in keys if front.get(key)), None)


def _title(blocks: Sequence[Block]) -> str | None:
    """The first top-level heading; else the first line if it is short or written as a heading without its space."""
    for block in blocks[:_HEAD]:
        if block.kind is BlockKind.HEADING and block.level == 1:
            return block.text.text
    for block in _spoken(blocks)[:1]:
        text = block.text.text
        if text.startswith("#") or block.kind is BlockKind.HEADING:
            return text.lstrip("# ")
    return None


def _link_at_top(blocks: Sequence[Block]) -> str | None:
    """The address in ``[site](address)`` right under the title, where the label names the address's own host."""
    for block in _spoken(blocks)[:3]:
        for link in block.links:
            if link.label and link.label == _host(link.url):
                return link.url
    return None


def _host(url: str) -> str:
    """Of an address; empty where there is none, or it is none ("http://[")."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _byline(blocks: Sequence[Block]) -> str | None:
    spoken = _spoken(blocks)
    for block in (*spoken[:_HEAD], *spoken[-_TAIL:]):
        match = _BYLINE.match(block.text.text)
        if match:
            return re.sub(r"、\s+", "、", match["names"].strip())
    return None


def _dates(front: Mapping[str, str], blocks: Sequence[Block]) -> dict[str, str]:
    dates = {key: value for key, value in front.items() if _ISO.match(value) and len(value) <= _DATE_LINE}
    for block in () if dates else _spoken(blocks)[:_HEAD]:
        text = block.text.text
        match = _MONTH_FIRST.search(text) or _ISO.search(text)
        if match and len(text) <= _DATE_LINE and block.kind is BlockKind.PARAGRAPH:
            dates["published"] = f"{match['y']}-{int(match['m']):02}-{int(match['d']):02}"
            break
    return dates


def _spoken(blocks: Sequence[Block]) -> list[Block]:
    silent = (BlockKind.MARKUP, BlockKind.FRONT_MATTER)
    return [block for block in blocks if block.kind not in silent]
