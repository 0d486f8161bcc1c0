"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.serving import ServedEngine
from rag.engine import Engine


def get_engine(request: Request) -> Engine:
    """The engine on the newest usable generation of the index."""
    served: ServedEngine = request.app.state.served
    return served.current()


EngineDep = Annotated[Engine, Depends(get_engine)]
