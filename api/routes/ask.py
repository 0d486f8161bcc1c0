"""Ask: an answer whose every citation is proven, at once or while it is made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api.answer_schemas import AnswerJson, AskBody
from api.deps import EngineDep
from api.errors import request_id
from api.schemas import FiltersBody
from api.streaming import event_stream
from index.types import Language
from rag.answering.present import answer_json
from rag.answering.types import AskRequest
from rag.engine import Engine
from rag.types import LARGEST_TOP_K

router = APIRouter(prefix="/v1", tags=["ask"])
_EVENTS = "text/event-stream"
_STREAM = {200: {"content": {_EVENTS: {"schema": {"type": "string"}}}, "description": "The answer."}}


@router.post("/ask", response_model=AnswerJson, responses=_STREAM)  # type: ignore[arg-type]
async def ask(
    request: Request, body: AskBody, engine: EngineDep, accept: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """An answer quoted from the articles, or written by a language model and checked; or a refusal, ``answerable: false``.

    With ``stream: true`` or ``Accept: text/event-stream`` it comes as server-sent events: ``sources`` (what ``/v1/search``
    answers), then ``answer.delta`` (``{text}``) and ``citation`` as they are made, ``answer.reset`` if a language model
    broke off and the answer begins anew, and ``answer.done`` (the body that is answered without a stream) or ``error`` (a
    problem). A comment is sent every 10 seconds.
    """
    return await _answer(request, body.to_request(), engine, body.stream or _EVENTS in accept)


@router.get("/ask", response_model=AnswerJson, responses=_STREAM)  # type: ignore[arg-type]
async def ask_by_address(
    request: Request,
    engine: EngineDep,
    q: Annotated[str, Query(description="The question.", examples=["盗梦师是做什么的？"])],
    top_k: Annotated[int, Query(ge=1, le=LARGEST_TOP_K)] = 10,
    language: Language | None = None,
    article_id: Annotated[list[str] | None, Query(description="Repeat for several.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """The same from an address, for browsers and links."""
    body = AskBody(question=q, top_k=top_k, filters=FiltersBody(language=language, article_ids=article_id))
    return await _answer(request, body.to_request(), engine, _EVENTS in accept)


async def _answer(request: Request, asked: AskRequest, engine: Engine, stream: bool) -> Response:
    if stream:
        return await event_stream(engine.ask_events(asked), request_id(request))
    return JSONResponse(answer_json(await run_in_threadpool(engine.ask, asked)))
