"""Server-sent events of an answer in the making."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Generator
from typing import Any

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from api.errors import problem_json
from rag.answering.present import answer_json, citation_json
from rag.answering.types import Answer, Citation, Delta, Event, Reset
from rag.present import response_json

HEARTBEAT_SECONDS = 10.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_END = None


async def event_stream(events: Generator[Event, None, None], request_id: str) -> StreamingResponse:
    """A response that sends events as they happen.

    The first one is waited for: what is wrong with a request is a problem with its own status, not a stream that fails.
    """
    first = await run_in_threadpool(next, events)
    return StreamingResponse(_send(first, events, request_id), media_type="text/event-stream", headers=_HEADERS)


async def _send(first: Event, events: Generator[Event, None, None], request_id: str) -> AsyncIterator[bytes]:
    """Closes ``events`` when it ends, also because the client has left."""
    coming: asyncio.Future[Event | None] | None = None
    try:
        yield _format(first)
        while True:
            coming = asyncio.ensure_future(run_in_threadpool(next, events, _END))
            while not (await asyncio.wait({coming}, timeout=HEARTBEAT_SECONDS))[0]:
                yield format_sse_event(comment="working")
            event = coming.result()
            if event is _END:
                return
            yield _format(event)
    except Exception as error:
        yield format_sse_event(event="error", data_str=json.dumps(problem_json(request_id, error)))
    finally:
        if coming is not None and not coming.done():
            # the thread cannot be interrupted; what it waits for is closed as soon as it comes back
            coming.add_done_callback(lambda _: events.close())
        else:
            events.close()


def _format(event: Event) -> bytes:
    name, data = _named(event)
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))


def _named(event: Event) -> tuple[str, dict[str, Any]]:
    if isinstance(event, Delta):
        return "answer.delta", {"text": event.text}
    if isinstance(event, Citation):
        return "citation", citation_json(event)
    if isinstance(event, Reset):
        return "answer.reset", {"code": event.code, "detail": event.detail}
    if isinstance(event, Answer):
        return "answer.done", answer_json(event)
    return "sources", response_json(event)
