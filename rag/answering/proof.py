"""The last thing before a citation leaves: it is compared with the article as it is stored now."""

from __future__ import annotations

from index.database import Database
from index.errors import DamagedIndexError
from rag.answering.types import Citation


def prove(citation: Citation, database: Database) -> None:
    """Reads the stored article again and checks the law of positions: ``source[start:end] == cited_text``.

    Raises:
        DamagedIndexError: the quote does not stand there, or the article is another one than was searched.
    """
    stored = database.reread(citation.article.id)
    if stored.sha256 != citation.article.sha256:
        raise DamagedIndexError(database.path, f"{stored.id} is another article than was searched")
    if citation.span.end > len(stored.text) or citation.span.quote(stored.text) != citation.cited_text:
        raise DamagedIndexError(database.path, f"{stored.id} does not hold the quote at {citation.span}")
