"""What a name on the command line stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import DatasetError
from eval.opening import open_to_learn_from
from tests.eval.conftest import question


def test_of_the_seeds_only_what_is_not_reported_is_learnt_from() -> None:
    """Though their articles lie in a folder of that name."""
    assert Path("seeds").is_dir()
    assert open_to_learn_from("seeds", "dev").name == "seeds/dev"


def test_a_folder_is_learnt_from_as_a_whole(beir: Path) -> None:
    assert len(open_to_learn_from(str(beir), "train").questions) == 3


def test_of_a_question_set_one_split(articles: Path, write_questions: Callable[..., Path]) -> None:
    one, other = question(split="train"), question(id="b.en", pair="b", question="How many gulls?", split="dev")
    path = str(write_questions(one, "\n", other))
    for split, expected in (("train", ["gulls.en"]), ("dev", ["b.en"])):
        assert [q.id for q in open_to_learn_from(path, split, articles).questions] == expected
    with pytest.raises(DatasetError, match="no question in split 'test'; its splits are: dev, train"):
        open_to_learn_from(path, "test", articles)
