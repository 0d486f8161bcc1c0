"""Property tests are the same in every run; jieba's dictionary is compiled and read once."""

from __future__ import annotations

import functools
import marshal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import jieba
import pytest
from hypothesis import HealthCheck, settings

from index.tokens import Tokenizer

settings.register_profile(
    "index", derandomize=True, deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("index")


@pytest.fixture(scope="session", autouse=True)
def _shared_dictionary() -> Iterator[None]:
    """Every tokenizer gets a copy of jieba's dictionary instead of compiling or reading it for half a second."""

    @functools.cache
    def compiled() -> tuple[dict[str, int], int]:
        return compile_dictionary(jieba.get_module_res("dict.txt"))

    def copied(file: BinaryIO) -> tuple[dict[str, int], int]:
        file.close()
        words, total = compiled()
        return dict(words), total

    compile_dictionary: Any = jieba.Tokenizer.gen_pfdict
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jieba.Tokenizer, "gen_pfdict", staticmethod(copied))
        patch.setattr(jieba, "marshal", SimpleNamespace(load=copied, dump=marshal.dump))
        yield


@pytest.fixture(scope="session")
def jieba_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with jieba's compiled dictionary. Read only: it is shared."""
    folder = tmp_path_factory.mktemp("jieba")
    Tokenizer(cache=folder).tokens("中文")
    return folder
