"""Everything that can be wrong with a question, with the model that reranks its passages, or with the one that answers.

EngineError
├── InvalidQueryError        not a question that can be searched
├── InvalidParameterError    a value out of its range, or an unknown name
├── UnknownArticleError      no such article in this index
└── QuoteGoneError           a link's quote has left its article

SearchIndexError             of index.errors: whoever asks has done nothing wrong
├── RerankerError            the reranker cannot be used
│   ├── UnknownRerankerError     no such model
│   ├── UnsuitableRerankerError  a model, but none that gives one score per pair of texts
│   └── RerankerFailedError      it breaks off, or gives no probabilities
├── LlmSettingError          a setting of the language model is missing, wrong or unknown
└── LlmError                 the language model gave no whole answer
"""

from __future__ import annotations

from collections.abc import Sequence

from index.errors import SearchIndexError
from index.spans import Span


class EngineError(Exception):
    """Base of all errors of asking; the message says what happened and what to do."""

    code = "engine_error"


class InvalidQueryError(EngineError):
    """The query is empty, too long, or holds characters that no text has."""

    code = "invalid_query"


class InvalidParameterError(EngineError):
    """A parameter is out of range or names something that does not exist."""

    code = "invalid_parameter"

    def __init__(self, name: str, value: object, valid: str) -> None:
        self.name = name
        super().__init__(f"{name} is {value!r}; give {valid}")


class UnknownArticleError(EngineError):
    """The index has no article of that id."""

    code = "unknown_article"

    def __init__(self, article_ids: Sequence[str]) -> None:
        self.article_ids = tuple(article_ids)
        super().__init__(f"no article {', '.join(map(repr, article_ids))} in this index; GET /v1/articles lists them")


class QuoteGoneError(EngineError):
    """What a link led to no longer stands in the article."""

    code = "quote_gone"

    def __init__(self, article_id: str, span: Span) -> None:
        self.article_id, self.span = article_id, span
        super().__init__(
            f"the quote that stood at {span.start}-{span.end} has left {article_id!r}; leave the digest out to see what "
            "stands there now, or ask again"
        )


_RERANKERS = "give a sentence-transformers CrossEncoder with one label by name or folder, or leave the reranker out"


class RerankerError(SearchIndexError):
    """The reranker cannot be used."""

    code = "reranker_error"

    def __init__(self, reranker: str, what: str) -> None:
        self.reranker = reranker
        super().__init__(f"reranker {reranker!r} {what}")


class UnknownRerankerError(RerankerError):
    """The model is neither on this machine nor reachable."""

    code = "unknown_reranker"

    def __init__(self, reranker: str, reason: str) -> None:
        super().__init__(reranker, f"cannot be loaded: {reason}; {_RERANKERS}")


class UnsuitableRerankerError(RerankerError):
    """The model does not give one score per pair of texts."""

    code = "unsuitable_reranker"

    def __init__(self, reranker: str, reason: str) -> None:
        super().__init__(reranker, f"cannot rank: {reason}; {_RERANKERS}")


class RerankerFailedError(RerankerError):
    """The model was loaded but cannot score these texts."""

    code = "reranker_failed"

    def __init__(self, reranker: str, reason: str) -> None:
        super().__init__(reranker, f"failed: {reason}; choose another one or another device, or leave the reranker out")


class LlmSettingError(SearchIndexError):
    """A variable that describes the language model cannot be used; no model is asked."""

    code = "llm_setting"

    def __init__(self, variable: str, reason: str) -> None:
        self.variable = variable
        super().__init__(f"wrong setting {variable}: {reason} (see docs/settings.md)")


class LlmError(SearchIndexError):
    """The language model gave no whole answer. Whatever it has said so far is not to be relied upon."""

    code = "llm_failed"

    def __init__(self, model: str, what: str, remedy: str) -> None:
        self.model = model
        super().__init__(f"language model {model!r} {what}; {remedy}")
