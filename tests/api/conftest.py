"""The application on the seeds, in this process and as a real server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.conftest import ROOT, share_jieba

RAG = Path(sys.executable).with_name("rag")
PATIENCE = 60
"""Seconds, for slow machines."""


def settings(home: Path, **changes: object) -> Settings:
    """As of an empty environment."""
    values: dict[str, object] = {
        "home": home,
        "encoder": None,
        "reranker": None,
        "device": None,
        "refresh_seconds": 0.0,
        "largest_body": 1_000_000,
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def client(seeds_home: Path) -> Iterator[TestClient]:
    """A client of the application on the seeds; an error of the server is an answer, as it is outside."""
    with TestClient(create_app(settings(seeds_home)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an index may be built."""
    return tmp_path / "home"


@dataclass(frozen=True)
class Served:
    """A running ``rag serve``."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def stop(self) -> int:
        """Asks it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(home: Path, log: Path, **environment: str) -> Iterator[Served]:
    """``rag serve`` on a free port, until the block ends."""
    environ = {**{name: value for name, value in os.environ.items() if not name.startswith("RAG_")}, **environment}
    with log.open("wb") as file:
        process = subprocess.Popen([RAG, "--home", home, "serve", "--port", "0"], cwd=ROOT, env=environ, stderr=file)
    try:
        yield Served(process, log, _port(process, log))
    finally:
        process.kill()
        process.wait()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8")):
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(f"not serving: {log.read_text(encoding='utf-8')}")


def wait_until(true: Callable[[], bool]) -> None:
    """Until it is, or the test fails."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="session")
def served(seeds_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server on the seeds, shared."""
    with serving(seeds_home, tmp_path_factory.mktemp("server") / "log") as served:
        yield served


@pytest.fixture(autouse=True)
def _one_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    share_jieba(monkeypatch)
