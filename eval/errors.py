"""What can be wrong with the data of an evaluation.

EvalError
├── DatasetError        a file is missing, or a line is not what the format says
└── StaleEvidenceError  a gold quote does not stand in its article
"""

from __future__ import annotations

from pathlib import Path


class EvalError(Exception):
    """Base of all errors of evaluation."""


class DatasetError(EvalError):
    """The data cannot be read."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        self.path, self.line = path, line
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {reason}")


class StaleEvidenceError(EvalError):
    """Questions whose evidence has left its article."""

    def __init__(self, path: Path, stale: list[str]) -> None:
        self.stale = stale
        listed = "\n".join(f"  {each}" for each in stale)
        super().__init__(f"{path}: {len(stale)} quotes do not stand in their articles; correct them:\n{listed}")
