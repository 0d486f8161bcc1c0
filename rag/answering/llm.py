"""A language model behind any OpenAI-compatible endpoint: messages go in, text comes out piece by piece.

Off unless an endpoint and a model are named; the client library is imported only then.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import pydantic
from pydantic import AfterValidator, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from index.errors import MissingExtraError
from rag.errors import LlmError, LlmSettingError

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk

VARIABLES = "RAG_LLM_"
"""What the environment variables begin with; the rest of a name is that of a field of ``LlmSettings``."""
_CONNECT = 5.0
"""Seconds within which an endpoint must take the connection, however long its answers may take."""
_NEW_LIMIT = "max_completion_tokens"
_QUOTED = 200
"""Characters of a server's own message that an error repeats."""
_NOT_OPENAI = "check that RAG_LLM_BASE_URL is the address of an OpenAI-compatible API; it usually ends in /v1"


def _address(url: str) -> str:
    """Without what is secret: errors and logs name it."""
    try:
        parts = urlsplit(url)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, a bracket that does not close
        complete = False
    if not complete:
        raise PydanticCustomError("address", "give an address that begins with http:// or https://")
    if parts.username is not None or parts.query or parts.fragment:
        raise PydanticCustomError(
            "address", "give an address without user, password and query; a key goes to RAG_LLM_API_KEY"
        )
    return url


def _header(key: SecretStr) -> SecretStr:
    """Without the line end that a file or a paste adds: a client that refuses the header would quote the key in its error."""
    stripped = key.get_secret_value().strip()
    if not (stripped.isascii() and stripped.isprintable()):
        raise PydanticCustomError("key", "give a key of printable ASCII characters")
    return SecretStr(stripped)


@pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class LlmSettings:
    """An endpoint, a model there, and how it is asked.

    The server and the command line read each field from the variable ``RAG_LLM_`` and its name in capitals: nothing else
    names these variables.
    """

    base_url: Annotated[
        str,
        AfterValidator(_address),
        Field(description="Address of an OpenAI-compatible endpoint, which usually ends in `/v1`."),
    ]
    model: Annotated[str, Field(min_length=1, description="Name of the language model there.")]
    api_key: Annotated[
        SecretStr, AfterValidator(_header), Field(description="Its API key; a local server needs none.")
    ] = SecretStr("")
    timeout: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="Longest wait for the next piece of text, in seconds.")
    ] = 30.0
    temperature: Annotated[
        float, Field(ge=0, le=2, description="0 for the likeliest words, up to 2 for more varied ones.")
    ] = 0.0
    max_tokens: Annotated[int, Field(ge=1, description="Longest answer in tokens.")] = 800
    retries: Annotated[
        int, Field(ge=0, le=10, description="How often to ask again, ever more slowly, when it is busy or fails.")
    ] = 2

    @classmethod
    def from_environment(cls) -> LlmSettings | None:
        """What the variables say; None where not one is set.

        Raises:
            LlmSettingError: one is missing, wrong or unknown.
        """
        given = {
            name.removeprefix(VARIABLES).lower(): value
            for name, value in os.environ.items()
            if name.startswith(VARIABLES)
        }
        try:
            return TypeAdapter(cls).validate_python(given) if given else None
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise LlmSettingError(f"{VARIABLES}{first['loc'][0]}".upper(), first["msg"]) from None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation that the model continues."""

    role: Literal["system", "user"]
    content: str


class Llm:
    """Writes an answer. May be asked from several threads at once.

    Raises:
        MissingExtraError: the client library is not installed.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self.name = settings.model
        self._settings = settings
        self._client = _client(settings)
        self._limit = "max_tokens"

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """The text as it comes. The model is asked at the first ``next``; ``close`` hangs up at once.

        A request that meets a busy, failing or unreachable server is made again. Once text has begun to come it never is.

        Raises:
            LlmError: the model cannot be asked, breaks off, or says nothing; perhaps after some text.
        """
        chunks: openai.Stream[ChatCompletionChunk] | None = None
        finish, empty = None, True
        try:
            chunks = self._ask(messages)
            for chunk in chunks:
                for choice in chunk.choices or ():
                    finish = choice.finish_reason or finish
                    if text := choice.delta.content:
                        empty = empty and not text.strip()
                        yield text
        except Exception as error:  # the client passes on whatever its transport and its parsers raise
            raise self._failed(*_explained(error, self._settings, begun=chunks is not None)) from None
        finally:
            if chunks is not None:
                chunks.close()
        if finish is None:
            what = "did not end its answer"
            raise self._failed(what, _NOT_OPENAI if empty else "ask again; if it recurs, look at the server's log")
        if finish == "content_filter":
            raise self._failed("was stopped by the content filter of its server", "ask differently")
        if empty:
            raise self._failed("gave an empty answer", "ask again, raise RAG_LLM_MAX_TOKENS, or choose another model")

    def _ask(self, messages: Sequence[Message]) -> openai.Stream[ChatCompletionChunk]:
        from openai import BadRequestError

        limit = self._limit
        try:
            return self._create(messages, limit)
        except BadRequestError as error:
            # OpenAI's newer models take the limit by this name only, most other servers by the old one only
            if limit == _NEW_LIMIT or _NEW_LIMIT not in str(error):
                raise
            self._limit = _NEW_LIMIT
            return self._create(messages, _NEW_LIMIT)

    def _create(self, messages: Sequence[Message], limit: str) -> openai.Stream[ChatCompletionChunk]:
        request: dict[str, Any] = {
            "model": self._settings.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": self._settings.temperature,
            limit: self._settings.max_tokens,
        }
        chunks: openai.Stream[ChatCompletionChunk] = self._client.chat.completions.create(**request, stream=True)
        return chunks

    def _failed(self, what: str, remedy: str) -> LlmError:
        key = self._settings.api_key.get_secret_value()
        return LlmError(self.name, what.replace(key, "***") if key else what, remedy)


def _client(settings: LlmSettings) -> openai.OpenAI:
    try:
        import openai
    except ImportError as error:
        raise MissingExtraError(settings.model, "llm", "language model") from error
    client = openai.OpenAI(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value() or "none",  # it insists on one
        timeout=openai.Timeout(settings.timeout, connect=min(_CONNECT, settings.timeout)),
        max_retries=settings.retries,
        default_headers={"Connection": "close"},  # questions are too rare for a connection to be worth keeping
    )
    # these it took from OPENAI_… variables, which are meant for another server
    client.organization = client.project = None
    return client


def _explained(error: Exception, settings: LlmSettings, begun: bool) -> tuple[str, str]:
    """What happened, and what to do about it."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refused(error.status_code, _said(error), settings)
    unconnected = type(error.__cause__).__name__ == "ConnectTimeout"  # by name: the transport is the client's affair
    if isinstance(error, openai.APITimeoutError) and not unconnected:
        remedy = "wait longer with RAG_LLM_TIMEOUT, or choose a faster model"
        return f"sent nothing for {settings.timeout:g} seconds", remedy
    if isinstance(error, openai.APIConnectionError):
        if begun:
            return "broke off in mid-answer", "ask again; if it recurs, look at the server's log"
        return f"cannot be reached at {settings.base_url}", "start its server, or correct RAG_LLM_BASE_URL"
    if isinstance(error, openai.APIError):
        return f"broke off with an error{_said(error)}", "ask again; if it recurs, look at the server's log"
    return f"answers what is no OpenAI stream: {type(error).__name__}", _NOT_OPENAI


def _refused(status: int, said: str, settings: LlmSettings) -> tuple[str, str]:
    says = f"HTTP {status}{said}"
    if status in (401, 403):
        return f"may not be used with this API key: {says}", "set RAG_LLM_API_KEY to a key of this server"
    if status == 404:
        remedy = "check RAG_LLM_MODEL, and RAG_LLM_BASE_URL, which usually ends in /v1"
        return f"is not known at {settings.base_url}: {says}", remedy
    tries = f" after {settings.retries + 1} tries" if settings.retries else ""
    if status == 429:
        return f"is asked too often, or its quota is used up{tries}: {says}", "wait, or look at the account"
    if status >= 500:
        return f"failed{tries}: {says}", "ask again later, or look at the server's log"
    remedy = "check RAG_LLM_MODEL, RAG_LLM_TEMPERATURE and RAG_LLM_MAX_TOKENS"
    return f"refused the request: {says}", remedy


def _said(error: openai.APIError) -> str:
    """The server's own words on one line, after a colon; nothing if there are none."""
    body = error.body
    words = body.get("message") if isinstance(body, dict) else body
    line = " ".join(str(words or "").split())
    return f": {line if len(line) <= _QUOTED else line[:_QUOTED] + '…'}" if line else ""
