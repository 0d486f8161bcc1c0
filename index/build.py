"""Builds an index generation from articles, reading and embedding only what changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from index.database import StoredPassage, write_database
from index.dense import DenseIndex, DenseSettings
from index.encoders import Encoder, Vectors
from index.errors import AllFailedError, ArticleError, NoArticlesError
from index.lexical import LexicalIndex
from index.manifest import EncoderRecord, Manifest, Recipe
from index.parallel import SentenceTable, find_parallels
from index.passages import CutSettings, cut_passages
from index.reading import SourceFile, read_article
from index.store import DATABASE, LEXICAL, PASSAGES, SENTENCES, Home, SearchIndex, checksums
from index.token_build import EncodedPassages, TokenBuild
from index.tokens import Tokenizer
from index.types import Article, Passage

Sources = Mapping[str, Callable[[], SourceFile]]
"""Article id -> how to get its bytes; the call may raise ArticleError."""
Progress = Callable[[int, int], None]
"""Told how many of how many articles are done."""
_SAMPLED_ARTICLES, _SAMPLED_PASSAGES = 20, 25


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """Choices of whoever builds an index. ``answering`` is kept in the manifest for whoever answers from it."""

    cut: CutSettings = field(default_factory=CutSettings)
    dense: DenseSettings = field(default_factory=DenseSettings)
    user_dictionary: str = ""
    glossary: str = ""
    answering: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, by article id, and the generation that is now published."""

    version: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: Mapping[str, str]
    passages: int
    sentences: int
    truncated: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An article ready to be written: ranked passages and sentences have a vector each, in order.

    Its words may still be being cut, beside the encoding of the next article.
    """

    article: Article
    passages: Future[tuple[StoredPassage, ...]]
    encoded: EncodedPassages


def build_index(
    home: Home,
    sources: Sources,
    encoder: Encoder,
    settings: BuildSettings = BuildSettings(),
    *,
    roots: Sequence[str] = (),
    rebuild: bool = False,
    progress: Progress = lambda done, total: None,
) -> BuildReport:
    """Publishes an index of exactly ``sources``; an article that fails is left out and reported.

    Args:
        roots: where the sources came from, remembered for the next build.
        rebuild: use nothing of the index that is there, not even to look at it.

    Raises:
        IndexLockedError: another process is building here.
        NoArticlesError: there are no sources.
        AllFailedError: none of them could be read.
        DamagedIndexError, FormatMismatchError: the present index cannot be continued; ``rebuild`` replaces it.
    """
    began = time.perf_counter()
    record = EncoderRecord(encoder.name, encoder.dimensions, dict(encoder.settings))
    recipe = Recipe(record, settings.cut, settings.dense, settings.user_dictionary, settings.glossary)
    with home.writer():
        present = None if rebuild or home.current() is None else home.open()
        old = present if present is not None and present.manifest.recipe == recipe else None
        before = present.database.checksums() if present is not None else {}
        build = _Build(old, encoder, Tokenizer(settings.user_dictionary, home.cache, settings.glossary), recipe)
        build.read(sources, before, progress)
        if not build.prepared:
            raise AllFailedError(build.failed) if build.failed else NoArticlesError(list(roots))
        manifest = build.write(home, present, tuple(roots), settings.answering)
        if present is not None:
            present.close()
    removed = tuple(sorted(before.keys() - {each.article.id for each in build.prepared}))
    return BuildReport(
        manifest.version, tuple(build.added), tuple(build.changed), removed, tuple(build.unchanged), build.failed,
        manifest.passages, manifest.sentences, encoder.truncated, time.perf_counter() - began,
    )  # fmt: skip


class _Build:
    """One run: reads and prepares articles, then writes a generation."""

    def __init__(self, old: SearchIndex | None, encoder: Encoder, tokenizer: Tokenizer, recipe: Recipe) -> None:
        self._old, self._encoder, self._tokenizer, self._recipe = old, encoder, tokenizer, recipe
        self._tokens = TokenBuild(encoder, old.reduction if old is not None else None)
        self._cutting = ThreadPoolExecutor(1)
        self.prepared: list[_Prepared] = []
        self.added: list[str] = []
        self.changed: list[str] = []
        self.unchanged: list[str] = []
        self.failed: dict[str, str] = {}

    def read(self, sources: Sources, before: Mapping[str, str], progress: Progress) -> None:
        """Prepares every source, from the old generation where its bytes are the same."""
        if self._tokens.needs_fitting:
            self._tokens.fit(self._sample(sources))
        for done, (article_id, get) in enumerate(sorted(sources.items())):
            progress(done, len(sources))
            try:
                source = get()
                same = before.get(article_id) == source.sha256
                reusable = self._old if same else None
                self.prepared.append(self._reuse(reusable, article_id) if reusable else self._prepare(source))
            except ArticleError as error:
                self.failed[article_id] = error.reason
                continue
            kind = self.unchanged if same else self.changed if article_id in before else self.added
            kind.append(article_id)
        progress(len(sources), len(sources))

    def _sample(self, sources: Sources) -> list[Passage]:
        """Some passages of articles from all over the collection."""
        passages: list[Passage] = []
        for article_id in sorted(sources)[:: max(1, len(sources) // _SAMPLED_ARTICLES)]:
            with suppress(ArticleError):  # reported when its turn comes
                cut = cut_passages(read_article(sources[article_id]()), self._recipe.cut)
                passages += [passage for passage in cut if passage.ranked][:_SAMPLED_PASSAGES]
        return passages

    def _prepare(self, source: SourceFile) -> _Prepared:
        read = read_article(source)
        passages = cut_passages(read, self._recipe.cut)
        stored = self._cutting.submit(self._cut_words, passages)
        ranked = [p for p in passages if p.ranked]
        encoded = self._tokens.encode(ranked)
        return _Prepared(read.article, stored, encoded)

    def _cut_words(self, passages: Sequence[Passage]) -> tuple[StoredPassage, ...]:
        return tuple(StoredPassage(p, tuple(self._tokenizer.tokens(p.searched))) for p in passages)

    @staticmethod
    def _reuse(old: SearchIndex, article_id: str) -> _Prepared:
        found = old.database.article(article_id)
        assert found is not None, "its checksum was read from the same database"
        pairs = list(old.database.passages_of(article_id))
        rows = np.array([row for row, _ in pairs if row is not None], np.int64)
        starts = old.columns.sentence_starts
        sentences = [np.arange(starts[row], starts[row + 1]) for row in rows]
        stored: Future[tuple[StoredPassage, ...]] = Future()
        stored.set_result(tuple(each for _, each in pairs))
        encoded = EncodedPassages(
            old.passages.vectors(rows),
            old.sentences.vectors(np.concatenate(sentences) if sentences else rows),
            [old.tokens.tokens(row) for row in rows.tolist()] if old.tokens is not None else [],
        )
        return _Prepared(found[0], stored, encoded)

    def write(
        self, home: Home, present: SearchIndex | None, roots: tuple[str, ...], answering: Mapping[str, Any]
    ) -> Manifest:
        """Publishes what was prepared, unless it is what is published already."""
        content = self._content(answering)
        if present is not None and present.manifest.content == content and present.manifest.sources == roots:
            return present.manifest
        created = datetime.now(UTC)
        version = f"{created:%Y%m%dT%H%M%S%f}-{content[:8]}"
        folder = home.generation(version)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / LEXICAL).mkdir(parents=True)
        passages = np.concatenate([each.encoded.passages for each in self.prepared])
        sentences = np.concatenate([each.encoded.sentences for each in self.prepared])
        DenseIndex.build(passages, self._recipe.dense).save(folder / PASSAGES)
        sentence_index = DenseIndex.build(sentences, self._recipe.dense)
        sentence_index.save(folder / SENTENCES)
        parallels = find_parallels(self._sentence_table(sentences), sentence_index)
        write_database(folder / DATABASE, ((each.article, each.passages.result()) for each in self.prepared), parallels)
        tokens = [stored.tokens for each in self.prepared for stored in each.passages.result() if stored.passage.ranked]
        LexicalIndex.build(tokens).save(folder / LEXICAL)
        self._tokens.save(folder, [tokens for each in self.prepared for tokens in each.encoded.tokens])
        manifest = Manifest(
            version, created.isoformat(timespec="seconds"), content, roots, len(self.prepared),
            len(passages), len(sentences), self._recipe, checksums(folder), answering=answering,
        )  # fmt: skip
        home.publish(manifest)
        return manifest

    def _sentence_table(self, vectors: Vectors) -> SentenceTable:
        articles, passages, lengths = [], [], []
        row = 0
        for number, each in enumerate(self.prepared):
            for stored in each.passages.result():
                if stored.passage.ranked:
                    lengths += [len(sentence.text) for sentence in stored.passage.sentences]
                    articles += [number] * len(stored.passage.sentences)
                    passages += [row] * len(stored.passage.sentences)
                    row += 1
        return SentenceTable(vectors, np.array(articles), np.array(passages), np.array(lengths))

    def _content(self, answering: Mapping[str, Any]) -> str:
        articles = [(each.article.id, each.article.sha256) for each in self.prepared]
        text = json.dumps([asdict(self._recipe), articles, answering], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
