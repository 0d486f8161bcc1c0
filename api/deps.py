"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.serving import ServedEngine
from rag.engine import Engine


async def get_engine(request: Request) -> Engine:
    """The engine on the newest usable generation of the index; opening one takes long enough for a thread of its own."""
    served: ServedEngine = request.app.state.served
    return await run_in_threadpool(served.current) if served.due else served.engine


EngineDep = Annotated[Engine, Depends(get_engine)]
