"""Finds article files and turns bytes into articles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import charset_normalizer

from index.blocks import Block, BlockKind
from index.errors import DuplicateArticleError, EncodingError, NoArticlesError, UnreadableArticleError
from index.language import detect_language
from index.markdown import parse_markdown
from index.metadata import read_metadata
from index.types import Article

SUFFIXES = (".txt", ".md")
_RIVAL_ENCODINGS = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251"]
_TOO_SHORT_TO_GUESS = 64
"""Bytes; statistics on fewer are a coin toss, so the plain characters of GB2312 decide there."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The raw material of one article. ``title`` overrides what the text says, for collections that know better."""

    id: str
    data: bytes
    title: str | None = None

    @property
    def sha256(self) -> str:
        """Of the bytes and, where given, the title: a change of either means reading again."""
        digest = hashlib.sha256(self.data)
        if self.title is not None:
            digest.update(b"\0" + self.title.encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article and the blocks it was read from."""

    article: Article
    blocks: tuple[Block, ...]


def find_files(paths: Sequence[Path]) -> dict[str, Path]:
    """Article id -> file, for every .txt and .md below ``paths``, hidden files and folders left out.

    An id is the path relative to the folder given, or to the folders' names when several are given.

    Raises:
        UnreadableArticleError: a path does not exist.
        DuplicateArticleError: two files would get one id.
        NoArticlesError: there is nothing to index.
    """
    found: dict[str, Path] = {}
    for root in paths:
        if not root.exists():
            raise UnreadableArticleError(str(root), "no such file or folder; check the path")
        for file in _article_files(root):
            parts = file.relative_to(root).parts if root.is_dir() else (file.name,)
            article_id = "/".join((root.resolve().name, *parts) if len(paths) > 1 and root.is_dir() else parts)
            if article_id in found:
                raise DuplicateArticleError(article_id, str(found[article_id]), str(file))
            found[article_id] = file
    if not found:
        raise NoArticlesError([str(path) for path in paths])
    return dict(sorted(found.items()))


def read_file(article_id: str, path: Path) -> SourceFile:
    """The file's bytes.

    Raises:
        UnreadableArticleError: it cannot be opened.
    """
    try:
        return SourceFile(article_id, path.read_bytes())
    except OSError as error:
        raise UnreadableArticleError(str(path), f"cannot be read ({error.strerror}); check the file") from error


def read_article(source: SourceFile) -> ReadArticle:
    """Decodes and parses one article.

    Raises:
        EncodingError: the bytes are neither UTF-8 nor GB18030.
    """
    text = decode(source.data, source.id)
    blocks = parse_markdown(text)
    language = detect_language("\n".join(block.text.text for block in blocks))
    metadata = read_metadata(source.id, blocks, source.title)
    blocks = _promote_title(blocks, metadata.title)
    return ReadArticle(Article(source.id, source.id, text, source.sha256, language, metadata), blocks)


def _promote_title(blocks: tuple[Block, ...], title: str) -> tuple[Block, ...]:
    """A first paragraph that is nothing but the title ("#Title", where the space is missing) is the main heading."""
    for i, block in enumerate(blocks):
        if block.kind is BlockKind.PARAGRAPH and block.text.text.lstrip("# ") == title:
            return (*blocks[:i], replace(block, kind=BlockKind.HEADING, level=1), *blocks[i + 1 :])
        if block.kind not in (BlockKind.MARKUP, BlockKind.FRONT_MATTER):
            break
    return blocks


def decode(data: bytes, name: str) -> str:
    """The text of ``data``: UTF-8, with or without a byte order mark (which is no part of the text), or GB18030.

    GB18030 maps almost any bytes to some character, so it is believed only where the result is plausible.

    Raises:
        EncodingError: it is neither.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decode_gb18030(data, name)
    if "\0" in text:
        raise EncodingError(name, "a binary file or UTF-16")
    return text


def _decode_gb18030(data: bytes, name: str) -> str:
    guess = charset_normalizer.from_bytes(data, cp_isolation=_RIVAL_ENCODINGS).best()
    guessed = guess.encoding if guess is not None else None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise EncodingError(name, guessed) from None
    long_enough = sum(byte > 0x7F for byte in data) >= _TOO_SHORT_TO_GUESS
    if not (guessed == "gb18030" if long_enough else _is_gb2312(data)):
        raise EncodingError(name, guessed)
    return text


def _is_gb2312(data: bytes) -> bool:
    try:
        data.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def _article_files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    for path in _sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.suffix.lower() in SUFFIXES and not hidden and path.is_file():
            yield path


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: path.as_posix())
