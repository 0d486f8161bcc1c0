"""What several of the tests below share: reading a text, cutting it, and the law of positions."""

from __future__ import annotations

from functools import cache

from index.blocks import Block, BlockKind
from index.passages import CutSettings, cut_passages
from index.reading import ReadArticle, SourceFile, read_article
from index.types import Article, Passage, PassageKind
from tests.conftest import SEEDS

SEED_FILES = sorted(SEEDS.iterdir())
DEFAULT = CutSettings()


def read(text: str, article_id: str = "article.md") -> ReadArticle:
    """The article that a UTF-8 file with this text is."""
    return read_article(SourceFile(article_id, text.encode()))


def blocks(text: str, kind: BlockKind | None = None) -> list[Block]:
    return [block for block in read(text).blocks if kind is None or block.kind is kind]


def texts(text: str, kind: BlockKind) -> list[str]:
    """The readable texts of all blocks of one kind."""
    return [block.text.text for block in blocks(text, kind)]


def cut(text: str, settings: CutSettings = DEFAULT) -> list[Passage]:
    return cut_passages(read(text), settings)


@cache
def seed(number: int) -> ReadArticle:
    """One of the five articles that ship."""
    path = SEED_FILES[number]
    return read_article(SourceFile(path.name, path.read_bytes()))


@cache
def seed_passages(number: int) -> tuple[Passage, ...]:
    return tuple(cut_passages(seed(number)))


def check_positions(article: Article, passages: list[Passage] | tuple[Passage, ...]) -> None:
    """Fails unless every position of every passage and sentence is what the law of positions says."""
    source = article.text
    end = 0
    for passage in passages:
        span, readable = passage.span, passage.readable
        assert end <= span.start < span.end <= len(source), "passages are in order, apart, and inside the source"
        end = span.end
        assert readable.text.strip(), "a passage says something"
        for s in readable.segments:
            assert 0 <= s.start < s.end <= len(readable.text)
            assert span.start <= s.source_start < s.source_end <= span.end, "a segment stands inside its passage"
            if s.verbatim:
                assert readable.text[s.start : s.end] == source[s.source_start : s.source_end]
        assert passage.sentences, "a passage has sentences"
        for sentence in passage.sentences:
            assert sentence.text.strip()
            assert len(sentence.span) > 0
            assert span.covers(sentence.span), "a sentence stands inside its passage"
        check_places(passage)
        if passage.kind is not PassageKind.METADATA:
            spans = [sentence.span for sentence in passage.sentences]
            assert [s.start for s in spans] == sorted(s.start for s in spans)
            assert [s.end for s in spans] == sorted(s.end for s in spans)


def check_places(passage: Passage) -> None:
    """Fails unless each sentence stands in the searched text where it is said to, and in running text it does stand."""
    end = len(passage.searched) - len(passage.readable.text)
    for sentence, place in zip(passage.sentences, passage.sentence_places(), strict=True):
        if place is None:
            assert passage.kind in (PassageKind.TABLE_ROW, PassageKind.METADATA), "only cells say more than they hold"
            continue
        assert end <= place.start < place.end <= len(passage.searched), "sentences are in order and apart"
        end = place.end
        assert place.quote(passage.searched) == sentence.text
        if passage.kind not in (PassageKind.TABLE_ROW, PassageKind.METADATA):
            assert passage.span_of_searched(place.start, place.end) == sentence.span


def uncovered(read: ReadArticle, passages: list[Passage] | tuple[Passage, ...]) -> list[str]:
    """The stretches of the source that no passage, heading, table head, front matter or markup block holds."""
    silent = (BlockKind.HEADING, BlockKind.TABLE_HEAD, BlockKind.FRONT_MATTER, BlockKind.MARKUP)
    spans = [p.span for p in passages] + [b.span for b in read.blocks if b.kind in silent]
    covered = bytearray(len(read.article.text))
    for span in spans:
        covered[span.start : span.end] = b"\1" * len(span)
    text = "".join(" " if done else c for c, done in zip(read.article.text, covered, strict=True))
    return text.split()
