"""Every setting of the server: an environment variable each, with its default and what it does.

Those of the language model are the fields of ``LlmSettings``, which the command line reads too.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.answering.llm import LlmSettings


class Settings(BaseSettings):
    """Read from the environment (``RAG_HOME``, ``RAG_PORT``, …) when constructed; a wrong value stops the start."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_",
        # RAG_LLM_MODEL is the field "model" of "llm"; no other setting has fields
        env_nested_delimiter="_",
        env_nested_max_split=1,
        hide_input_in_errors=True,  # it may be a key
    )

    home: Path = Field(Path(".rag"), description="Folder of the index.")
    sources: Path = Field(Path("seeds"), description="Folder to index when there is no index yet.")
    encoder: str | None = Field(None, description="Refuse an index that was built with another encoder.")
    reranker: str | None = Field(
        None, description="Have the best 20 passages re-sorted by this sentence-transformers CrossEncoder."
    )
    device: str | None = Field(None, description="Where sentence-transformers models run: cpu, cuda, mps.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    largest_body: int = Field(1_000_000, ge=1, description="Largest request body in bytes.")
    refresh_seconds: float = Field(1.0, ge=0, description="How often to look for a newer index, at most.")
    llm: LlmSettings | None = Field(None, description="Have a language model write the answers.")
