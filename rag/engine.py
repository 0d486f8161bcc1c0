"""One index with its encoder, ready to be asked: what the command line, the server and the evaluation share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoders import Encoder, load_encoder
from index.store import Home, SearchIndex
from index.types import Article
from rag.answering.answerer import Answerer
from rag.answering.types import Answer, AskRequest, Event
from rag.config import SearchConfig
from rag.document import Document, read_document
from rag.errors import InvalidParameterError, UnknownArticleError
from rag.gloss import Gloss, Glosser
from rag.reranking import Reranker
from rag.retriever import Retriever
from rag.types import SearchRequest, SearchResponse

if TYPE_CHECKING:
    from rag.answering.llm import Llm

_DOCUMENTS_KEPT = 32


@dataclass(frozen=True, slots=True)
class _Asking:
    """What one generation is asked through."""

    retriever: Retriever
    answerer: Answerer
    glosser: Glosser
    document: Callable[[str], Document]


class Engine:
    """Answers from the generation that is published when it is opened, until ``refresh`` finds a newer one.

    Args:
        home: the folder of the index.
        encoder: the encoder's name, to refuse an index built with another; None takes the index's own.
        device: where a sentence-transformers model runs.
        config: how retrieval is tuned.
        reranker: re-sorts the best passages; none if left out.
        llm: words answers; they are quoted if left out.

    Raises:
        SearchIndexError: there is no index, it is damaged, or it does not fit the encoder.
    """

    def __init__(
        self,
        home: Path,
        encoder: str | None = None,
        device: str | None = None,
        config: SearchConfig = SearchConfig(),  # noqa: B008  (frozen)
        reranker: Reranker | None = None,
        llm: Llm | None = None,
    ) -> None:
        self._reranker, self._llm = reranker, llm
        self._home, self._asked_for, self._device, self._config = Home(home), encoder, device, config
        self._lock = threading.Lock()
        self._index = self._home.open(encoder)
        self._encoder = self._load_encoder(self._index)
        self._asking = self._prepared(self._index, self._encoder)

    @property
    def index(self) -> SearchIndex:
        """The generation that answers now."""
        return self._index

    @property
    def reranker(self) -> str | None:
        """The name of the reranker, None if there is none."""
        return self._reranker.name if self._reranker is not None else None

    def warm_up(self) -> None:
        """Loads the encoder and the Chinese dictionary side by side, then wakes the reranker."""
        with ThreadPoolExecutor(2) as pool:
            for loading in (
                pool.submit(self._encoder.encode_queries, ["warm"]),
                pool.submit(self._index.tokenizer.tokens, "预热"),
            ):
                loading.result()
        if self._reranker is not None:
            self._reranker.scores("warm", ["warm"])

    def search(self, request: SearchRequest) -> SearchResponse:
        """Ranked passages, all from one generation.

        Raises:
            UnknownArticleError: a filter names an article that is not here.
            RerankerError: the reranker failed.
        """
        return self._asking.retriever.search(request)

    def ask(self, request: AskRequest) -> Answer:
        """An answer with proven citations, or a refusal; all from one generation.

        Raises:
            UnknownArticleError: a filter names an article that is not here.
            InvalidParameterError: a language model is wanted and there is none.
            RerankerError: the reranker failed.
            DamagedIndexError: a quote does not stand in the stored article.
        """
        return self._asking.answerer.ask(request)

    def ask_events(self, request: AskRequest) -> Generator[Event, None, None]:
        """The same while it happens; see ``rag.answering.types.Event``. Closing the generator stops the work."""
        return self._asking.answerer.events(request)

    def article(self, article_id: str) -> tuple[Article, int]:
        """An article with its number of passages.

        Raises:
            UnknownArticleError: there is none of that id.
        """
        return _article(self._index, article_id)

    def document(self, article_id: str) -> Document:
        """An article as a readable document with exact positions; the last few are kept.

        Raises:
            UnknownArticleError: there is none of that id.
        """
        return self._asking.document(article_id)

    def gloss(self, word: str) -> Gloss:
        """What a Chinese or English word means in the other language; without entries if it is not known.

        Raises:
            InvalidParameterError: it is empty or longer than 40 characters.
        """
        return self._asking.glosser.gloss(word)

    def articles(self, offset: int = 0, limit: int = 100) -> list[tuple[Article, int]]:
        """Articles by id, each with its number of passages.

        Raises:
            InvalidParameterError: a negative offset or limit.
        """
        for name, value in (("offset", offset), ("limit", limit)):
            if value < 0:
                raise InvalidParameterError(name, value, "a whole number from 0 up")
        return self._index.database.articles(offset, limit)

    def refresh(self) -> bool:
        """Switches to a newer generation if one has been published; searches under way finish on the old one.

        Raises:
            SearchIndexError: the newer generation cannot be used; the old one goes on answering.
        """
        if self._home.current() == self._index.version:
            return False
        with self._lock:
            index = self._home.open(self._asked_for)
            encoder = self._encoder if _same_encoder(index, self._index) else self._load_encoder(index)
            self._asking = self._prepared(index, encoder)
            self._index, self._encoder = index, encoder
        return True

    def _prepared(self, index: SearchIndex, encoder: Encoder) -> _Asking:
        retriever = Retriever(index, encoder, self._config, self._reranker)
        return _Asking(
            retriever,
            Answerer(index, encoder, retriever, self._llm),
            Glosser(retriever.dictionary, index.tokenizer, index.manifest.recipe.glossary),
            lru_cache(_DOCUMENTS_KEPT)(lambda article_id: read_document(_article(index, article_id)[0])),
        )

    def _load_encoder(self, index: SearchIndex) -> Encoder:
        return load_encoder(index.manifest.recipe.encoder.name, self._device)


def _article(index: SearchIndex, article_id: str) -> tuple[Article, int]:
    found = index.database.article(article_id)
    if found is None:
        raise UnknownArticleError([article_id])
    return found


def _same_encoder(a: SearchIndex, b: SearchIndex) -> bool:
    return a.manifest.recipe.encoder == b.manifest.recipe.encoder
