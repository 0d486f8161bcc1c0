from pathlib import Path

import pytest

from index import errors
from index.errors import SearchIndexError

ALL = [
    (errors.UnreadableArticleError("a.md", "cannot be read (denied); check the file"), "check the file"),
    (errors.EncodingError("a.md", "big5"), "save it as UTF-8"),
    (errors.EncodingError("a.md", None), "save it as UTF-8"),
    (errors.NoArticlesError(["x", "y"]), "give a folder or files"),
    (errors.AllFailedError({"a.md": "neither UTF-8 nor GB18030; save it as UTF-8"}), "save it as UTF-8"),
    (errors.GlossaryError(3, "x"), "each line is: term,translation|translation"),
    (errors.DuplicateArticleError("a", "x/a", "y/a"), "index their common parent folder"),
    (errors.MissingExtraError("m", "models"), "pip install 'cited-rag[models]'"),
    (errors.UnknownEncoderError("m", "no such file", "bundled"), "give 'bundled'"),
    (errors.MissingIndexError(Path("home")), "build one with: rag index FOLDER"),
    (errors.DamagedIndexError(Path("home/x"), "missing"), "repair it with: rag index --rebuild"),
    (errors.UnknownSourcesError(Path("home")), "name the folder: rag index --rebuild FOLDER"),
    (errors.FormatMismatchError(0, 1), "rebuild it with: rag index --rebuild"),
    (errors.EncoderMismatchError("old", "new"), "rebuild it with: rag index --encoder new"),
    (errors.IndexLockedError(Path("home")), "wait until it has finished and try again"),
]


@pytest.mark.parametrize(("error", "advice"), ALL, ids=lambda value: type(value).__name__)
def test_every_message_says_what_to_do(error: SearchIndexError, advice: str):
    assert advice in str(error)
    assert len(str(error).splitlines()) == (2 if isinstance(error, errors.AllFailedError) else 1)
    assert isinstance(error, SearchIndexError)


def test_every_concrete_error_is_in_this_list_and_has_a_code_of_its_own():
    def leaves(kind: type) -> list[type]:
        return [leaf for child in kind.__subclasses__() for leaf in leaves(child)] or [kind]

    concrete = {kind for kind in leaves(SearchIndexError) if kind.__module__ == "index.errors"}
    assert {type(error) for error, _ in ALL} == concrete
    assert len({kind.code for kind in concrete}) == len(concrete)


def test_messages_name_what_they_are_about():
    for error, names in (
        (errors.EncodingError("a.md", "big5"), ["a.md", "big5"]),
        (errors.EncoderMismatchError("old", "new"), ["'old'", "'new'"]),
        (errors.DamagedIndexError(Path("home/x"), "missing"), ["home/x", "missing"]),
        (errors.MissingIndexError(Path("home")), ["home"]),
        (errors.IndexLockedError(Path("home")), ["home"]),
    ):
        assert all(name in str(error) for name in names)
