"""Fixtures of these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.encoders import Encoder
from rag.config import SearchConfig
from rag.dictionary import Dictionary
from rag.engine import Engine
from rag.question import Question
from rag.retriever import Retriever
from tests.conftest import share_jieba

Ask = Callable[[str], Question]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an index may be built."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    """What ships, without a user's glossary."""
    return Dictionary()


@pytest.fixture(scope="session")
def ask(seeds_engine: Engine, encoder: Encoder) -> Ask:
    """Makes questions to the seeds."""
    return Retriever(seeds_engine.index, encoder, SearchConfig()).question


@pytest.fixture(autouse=True)
def _one_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    share_jieba(monkeypatch)
