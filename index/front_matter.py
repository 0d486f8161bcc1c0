"""YAML front matter: its extent by the markdown parser, its entries and their positions by PyYAML."""

from __future__ import annotations

from collections.abc import Iterator

import pyromark
import yaml

from index.blocks import Block, BlockKind, Cell, record_text
from index.source_text import SourceTextBuilder
from index.spans import Span

_OPTIONS = pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS


def _front_matter_end(source: str) -> int:
    """Where the article's body begins: after YAML front matter at the very top, else 0."""
    if not source.startswith("---"):
        return 0
    for event, byte_range in pyromark.events_with_range(source, options=_OPTIONS):
        if event == {"End": {"MetadataBlock": "YamlStyle"}} and byte_range["start"] == 0:
            return len(source.encode()[: byte_range["end"]].decode())
        if event != {"Start": {"MetadataBlock": "YamlStyle"}} and "Text" not in event:
            return 0
    return 0


def front_matter_block(source: str) -> Block | None:
    """The front matter at the very top as a record of its entries, or as it stands if it is no YAML; None if none."""
    end = _front_matter_end(source)
    if not end:
        return None
    start = source.index("\n") + 1
    stop = source.rfind("---", start, end)
    cells = tuple(_cells(source, start, stop))
    if cells:
        return Block(BlockKind.FRONT_MATTER, Span(0, end), record_text(cells), cells=cells)
    builder = SourceTextBuilder()
    builder.copy(source[start:stop], start, stop)
    text = builder.build().strip()
    return Block(BlockKind.FRONT_MATTER if text.text else BlockKind.MARKUP, Span(0, end), text)


def _cells(source: str, start: int, stop: int) -> Iterator[Cell]:
    """The entries whose value is text or a list of texts; nothing if the YAML is broken."""
    try:
        root = yaml.compose(source[start:stop], Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):  # the last three: absurd escapes and nesting
        return
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
        builder = SourceTextBuilder()
        for node in nodes:
            if isinstance(node, yaml.ScalarNode) and node.value:
                if len(builder):
                    builder.insert(", ")
                low, high = start + node.start_mark.index, start + node.end_mark.index
                at = source.find(node.value, low, high)
                # a folded or escaped scalar reads unlike its source: then the whole scalar is one atomic segment
                builder.copy(_unicode(node.value), *((at, at + len(node.value)) if at >= 0 else (low, high)))
        if len(builder):
            yield Cell(_unicode(str(key.value)), builder.build())


def _unicode(text: str) -> str:
    """Without lone surrogates, which an escape can write and no text can hold."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if "\ud800" <= character <= "\udfff" else character for character in text
    )
