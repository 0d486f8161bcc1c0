"""Opens the data set that a name on the command line stands for."""

from __future__ import annotations

from pathlib import Path

from eval.beir import BeirDataset
from eval.dataset import Dataset
from eval.errors import DatasetError
from eval.question_set import SEEDS, QuestionSet

_SEEDS_ARTICLES = Path("seeds")


def open_dataset(name: str, articles: Path | None = None, split: str | None = None) -> Dataset:
    """'seeds', a folder in BEIR format, or a question set.

    Args:
        articles: the folder of a question set's articles; if left out the one of the set's name beside it, or seeds.
        split: part of the data; all of a question set and the tests of a folder if left out.

    Raises:
        DatasetError: there is no such data set, or it is malformed.
    """
    path = _path(name)
    if path.is_dir():
        return BeirDataset(path, split or "test")
    if path.suffix == ".jsonl" and path.is_file():
        return QuestionSet(path, articles or articles_of(path), split or "all")
    raise DatasetError(
        path,
        "no such folder; give 'seeds', a folder with corpus.jsonl, queries.jsonl and qrels/, "
        "or a question set (.jsonl)",
    )


def open_to_learn_from(name: str, split: str, articles: Path | None = None) -> Dataset:
    """A ``split`` of 'seeds' or of another question set; a folder in BEIR format has one part only.

    Raises:
        DatasetError: there is no such data set or split, or it is malformed.
    """
    return open_dataset(name, articles, None if _path(name).is_dir() else split)


def _path(name: str) -> Path:
    return SEEDS if name == "seeds" else Path(name)


def articles_of(path: Path) -> Path:
    """The folder of the articles that a question set is about."""
    beside = path.with_suffix("")
    return beside if beside.is_dir() else _SEEDS_ARTICLES
