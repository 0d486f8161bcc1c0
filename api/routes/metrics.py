"""For Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.deps import EngineDep
from api.metrics import Metrics

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, engine: EngineDep) -> Response:
    """Requests by route and status, how long they took, and the size of the index, in Prometheus' text format."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(engine.index), media_type=CONTENT_TYPE_LATEST)
