"""For whoever watches the server."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import EngineDep
from api.schemas import HealthJson, ReadyJson

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> HealthJson:
    """The process answers."""
    return HealthJson()


@router.get("/ready")
def ready(engine: EngineDep) -> ReadyJson:
    """The index is loaded and questions are answered."""
    manifest = engine.index.manifest
    return ReadyJson(
        index_version=manifest.version,
        encoder=manifest.recipe.encoder.name,
        reranker=engine.reranker,
        articles=manifest.articles,
        passages=manifest.passages,
    )
