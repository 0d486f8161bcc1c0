"""Everything that can go wrong while articles become an index, and what to do about it.

SearchIndexError
├── ArticleError                 an article cannot be read; the others still can
│   ├── UnreadableArticleError   missing, not permitted, a folder where a file was expected
│   └── EncodingError            neither UTF-8 nor GB18030
├── NoArticlesError              nothing to index
├── AllFailedError               there are articles, but none can be used
├── DuplicateArticleError        two files would share one id
├── GlossaryError                a glossary is not a table of terms and translations
├── MissingExtraError            a model needs an optional package that is not installed
├── EncoderError                 the encoder cannot be had
│   └── UnknownEncoderError      no such model
├── MissingIndexError            there is no index at the home folder
├── UnknownSourcesError          it no longer says what it was built from
├── DamagedIndexError            a file of the index is missing, truncated or altered
├── FormatMismatchError          the index was built by another version
├── EncoderMismatchError         the index was built with another encoder
└── IndexLockedError             another process is building this index
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class SearchIndexError(Exception):
    """Base of all errors of the index; the message says what happened and what to do."""

    code = "index_error"


class ArticleError(SearchIndexError):
    """One article cannot be used."""

    code = "article_error"

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


class UnreadableArticleError(ArticleError):
    """The file cannot be opened."""

    code = "article_unreadable"


class EncodingError(ArticleError):
    """The file's bytes are no text that we can be sure of."""

    code = "article_encoding"

    def __init__(self, path: str, guess: str | None) -> None:
        self.guess = guess
        looks = f" (it looks like {guess})" if guess else ""
        super().__init__(path, f"neither UTF-8 nor GB18030{looks}; save it as UTF-8 and index again")


class NoArticlesError(SearchIndexError):
    """The given paths hold no article."""

    code = "no_articles"

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        super().__init__(f"no .txt or .md article in {', '.join(paths)}; give a folder or files that hold some")


class AllFailedError(SearchIndexError):
    """Every article failed; the index stays as it was."""

    code = "all_articles_failed"

    def __init__(self, failed: Mapping[str, str]) -> None:
        self.failed = dict(failed)
        listed = "\n".join(f"  {article_id}: {reason}" for article_id, reason in failed.items())
        super().__init__(f"none of the articles can be indexed; the index stays as it was:\n{listed}")


class DuplicateArticleError(SearchIndexError):
    """Two files would be known by the same id."""

    code = "duplicate_article"

    def __init__(self, article_id: str, first: str, second: str) -> None:
        self.article_id = article_id
        super().__init__(
            f"{first} and {second} would both be article {article_id!r}; index their common parent folder instead"
        )


class MissingExtraError(SearchIndexError):
    """A model, of whatever ``kind``, needs packages of an extra."""

    code = "missing_extra"

    def __init__(self, model: str, extra: str, kind: str = "encoder") -> None:
        self.model, self.extra = model, extra
        super().__init__(
            f"{kind} {model!r} needs the extra {extra!r}; install it with: pip install 'cited-rag[{extra}]'"
        )


class EncoderError(SearchIndexError):
    """The encoder cannot be used."""

    code = "encoder_error"


class UnknownEncoderError(EncoderError):
    """The model is neither on this machine nor reachable."""

    code = "unknown_encoder"

    def __init__(self, encoder: str, reason: str, bundled: str) -> None:
        self.encoder = encoder
        super().__init__(
            f"encoder {encoder!r} cannot be loaded: {reason}; "
            f"give {bundled!r} (bundled), a sentence-transformers model name, or a model folder"
        )


class MissingIndexError(SearchIndexError):
    """No index has been built here."""

    code = "index_missing"

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(f"no index in {home}; build one with: rag index FOLDER")


class DamagedIndexError(SearchIndexError):
    """The published generation is not what was built."""

    code = "index_damaged"

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"the index is damaged: {path}: {reason}; repair it with: rag index --rebuild")


class UnknownSourcesError(SearchIndexError):
    """The published generation is too damaged to say which folders it was built from."""

    code = "index_sources_unknown"

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(
            f"the index in {home} is damaged and no longer says what it was built from; "
            "name the folder: rag index --rebuild FOLDER"
        )


class FormatMismatchError(SearchIndexError):
    """The index on disk has another format version."""

    code = "index_format"

    def __init__(self, found: object, expected: int) -> None:
        self.found, self.expected = found, expected
        super().__init__(
            f"the index has format {found}, this version reads format {expected}; rebuild it with: rag index --rebuild"
        )


class EncoderMismatchError(SearchIndexError):
    """The index holds vectors of another model."""

    code = "encoder_mismatch"

    def __init__(self, built_with: str, asked_for: str) -> None:
        self.built_with, self.asked_for = built_with, asked_for
        super().__init__(
            f"the index was built with encoder {built_with!r}, not {asked_for!r}; "
            f"rebuild it with: rag index --encoder {asked_for}"
        )


class IndexLockedError(SearchIndexError):
    """Another process is writing."""

    code = "index_locked"

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(f"another process is building the index in {home}; wait until it has finished and try again")


class GlossaryError(SearchIndexError):
    """A row of a glossary cannot be used."""

    code = "invalid_glossary"

    def __init__(self, line: int, row: str) -> None:
        self.line = line
        super().__init__(f"glossary line {line}: {row!r}; each line is: term,translation|translation")
