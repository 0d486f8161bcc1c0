"""The JSON of documents and glosses. Positions are 0-based, end-exclusive, in code points of the article's text."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import StrictModel
from index.spans import Span
from index.types import Language
from rag.document import Document, DocumentBlock, DocumentKind
from rag.gloss import Gloss
from rag.present import span_json
from rag.runs import Run, Runs

_START = "Where it begins in the article's text."
_END = "Where it ends; exclusive."


class RunJson(StrictModel):
    """A piece of readable text and the source positions it stands for. Runs follow one another and do not overlap."""

    text: str = Field(description="What is read. Of an image its alternative text, which may be empty.")
    start: int = Field(description=_START)
    end: int = Field(description=_END)
    verbatim: bool = Field(
        description="Whether the source from start to end is this text, so that every character maps one to one; else the "
        "text is what markup reads like: an entity, a line break, an image without words."
    )
    link: str = Field("", description="Where the text leads; left out unless that is http or https.")
    image: str = Field(
        "", description="Only of an image: its address, empty if that is not http or https. The server never loads it."
    )


class CellJson(StrictModel):
    """A cell of a table."""

    runs: list[RunJson] = Field(description="What is read in it; none if it is empty.")


class TableRowJson(StrictModel):
    """A row of a table below its head."""

    start: int = Field(description=_START)
    end: int = Field(description=_END)
    cells: list[CellJson] = Field(description="From left to right, one per column.")


class EntryJson(StrictModel):
    """An entry of front matter."""

    start: int = Field(description="Where its value begins in the article's text.")
    end: int = Field(description="Where its value ends; exclusive.")
    header: str = Field(description="Its key; empty for front matter that is no YAML.")
    runs: list[RunJson] = Field(description="What is read of its value.")


class TextBlockJson(StrictModel):
    """A heading, paragraph, item of a list (with all that is inside it) or block of code."""

    kind: Literal["heading", "paragraph", "list_item", "code"] = Field(description="What it is shown as.")
    level: int = Field(ge=0, le=7, description="Of headings 1 to 6, and 7 for a bold line that stands as one; else 0.")
    number: int | None = Field(None, description="Of an item of a numbered list; else left out.")
    start: int = Field(description=_START)
    end: int = Field(description=_END)
    runs: list[RunJson] = Field(description="What is read; `\\n` in it ends a line.")


class TableBlockJson(StrictModel):
    """A whole table."""

    kind: Literal["table"] = Field(description="What it is shown as.")
    level: Literal[0] = Field(description="0.")
    start: int = Field(description=_START)
    end: int = Field(description=_END)
    header: list[CellJson] = Field(description="The head's cells, one per column.")
    rows: list[TableRowJson] = Field(description="The rows below the head.")


class FrontMatterBlockJson(StrictModel):
    """What an article says about itself above its text."""

    kind: Literal["front_matter"] = Field(description="What it is shown as.")
    level: Literal[0] = Field(description="0.")
    start: int = Field(description=_START)
    end: int = Field(description=_END)
    rows: list[EntryJson] = Field(description="Its entries.")


BlockJson = Annotated[TextBlockJson | TableBlockJson | FrontMatterBlockJson, Field(discriminator="kind")]


class DocumentJson(StrictModel):
    """A whole article to be read, front matter and boilerplate included."""

    id: str = Field(description="The article's id.")
    title: str = Field(description="The article's title.")
    language: Language = Field(description="What the article is written in.")
    sha256: str = Field(description="Of the file's bytes: the same checksum, the same text, the same positions.")
    length: int = Field(description="Of the article's text, in code points.")
    blocks: list[BlockJson] = Field(description="From top to bottom.")


class GlossEntryJson(StrictModel):
    """A word with what it means."""

    term: str = Field(description="The word, or the longest known word at this place in it.")
    translations: list[str] = Field(description="Into the other language, likeliest first.")


class GlossJson(StrictModel):
    """What the dictionary and the glossaries say about a word."""

    word: str = Field(description="What was asked, trimmed.")
    language: Language = Field(description="Of the word: zh if it has a Chinese character.")
    entries: list[GlossEntryJson] = Field(
        description="One for the word; if it is not known, one for each of the longest known words in it; else none."
    )
    source: str = Field("CC-CEDICT", description="Where the translations come from, glossaries aside.")
    licence: str = Field("CC BY-SA 4.0", description="The source's licence, which asks to be named.")
    url: str = Field("https://cc-cedict.org/", description="The source's home.")

    @classmethod
    def of(cls, gloss: Gloss) -> GlossJson:
        entries = [GlossEntryJson(term=each.term, translations=list(each.translations)) for each in gloss.entries]
        return cls(word=gloss.word, language=gloss.language, entries=entries)


def document_json(document: Document) -> dict[str, Any]:
    """A DocumentJson, made without checking it: a test holds the two together."""
    return {
        "id": document.id,
        "title": document.title,
        "language": document.language,
        "sha256": document.sha256,
        "length": document.length,
        "blocks": [_block_json(block) for block in document.blocks],
    }


def _block_json(block: DocumentBlock) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": block.kind.value, "level": block.level, **span_json(block.span)}
    if block.kind is DocumentKind.TABLE:
        rows = [{**span_json(row.span), "cells": _cells_json(row.cells)} for row in block.rows]
        return {**body, "header": _cells_json(block.header), "rows": rows}
    if block.kind is DocumentKind.FRONT_MATTER:
        entries = [_entry_json(entry.span, entry.header, entry.runs) for entry in block.entries]
        return {**body, "rows": entries}
    if block.number is not None:
        body["number"] = block.number
    return {**body, "runs": _runs_json(block.runs)}


def _entry_json(span: Span, header: str, runs: Runs) -> dict[str, Any]:
    return {**span_json(span), "header": header, "runs": _runs_json(runs)}


def _cells_json(cells: tuple[Runs, ...]) -> list[dict[str, Any]]:
    return [{"runs": _runs_json(runs)} for runs in cells]


def _runs_json(runs: Runs) -> list[dict[str, Any]]:
    return [_run_json(run) for run in runs]


def _run_json(run: Run) -> dict[str, Any]:
    body: dict[str, Any] = {"text": run.text, **span_json(run.span), "verbatim": run.verbatim}
    if run.link is not None:
        body["link"] = run.link
    if run.image is not None:
        body["image"] = run.image
    return body
