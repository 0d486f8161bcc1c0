"""What can be wrong with the data of an evaluation.

EvalError
├── DatasetError          a file is missing, or a line is not what the format says
├── StaleEvidenceError    no question is left whose gold quotes stand in the articles
├── UnknownItemError      a run ranks something that the data set cannot judge
├── ReportError           a file is no report, or not one of this version
├── IncomparableError     two reports have nothing in common
└── ResumeError           the answers kept so far belong to another evaluation
"""

from __future__ import annotations

from pathlib import Path


class EvalError(Exception):
    """Base of all errors of evaluation."""


class DatasetError(EvalError):
    """The data cannot be read."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        self.path, self.reason, self.line = path, reason, line
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {reason}")


class StaleEvidenceError(EvalError):
    """The evidence of every question has left its article, or these are other articles."""

    def __init__(self, path: Path, articles: Path) -> None:
        self.path, self.articles = path, articles
        super().__init__(
            f"{path}: no question's quotes stand in the articles of {articles}; "
            "give their folder with --articles, or list them with: rag eval check"
        )


class UnknownItemError(EvalError):
    """An item of a run has an id that this data set does not use."""

    def __init__(self, item_id: str, expected: str) -> None:
        self.item_id = item_id
        super().__init__(
            f"a run ranks {item_id!r}, which cannot be judged; items of this data set are named {expected}"
        )


class ReportError(EvalError):
    """The file is not a report that can be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}; write one with: rag eval --json FILE")


class IncomparableError(EvalError):
    """Two reports cannot be paired."""


class ResumeError(EvalError):
    """The folder holds answers of another evaluation."""

    def __init__(self, path: Path, difference: str) -> None:
        self.path = path
        super().__init__(f"{path} holds answers for {difference}; delete it or give another folder with --resume")
