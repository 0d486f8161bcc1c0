"""Everything that can be wrong with a question.

EngineError
├── InvalidQueryError        not a question that can be searched
├── InvalidParameterError    a value out of its range, or an unknown name
└── UnknownArticleError      no such article in this index
"""

from __future__ import annotations

from collections.abc import Sequence


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
