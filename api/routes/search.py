"""Search: passages for a question, with quotes and positions. No language model is involved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.deps import EngineDep
from api.schemas import FiltersBody, SearchAnswer, SearchBody
from index.types import Language
from rag.engine import Engine
from rag.present import response_json
from rag.types import LARGEST_TOP_K, Mode

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search", response_model=SearchAnswer)
def search(body: SearchBody, engine: EngineDep) -> JSONResponse:
    """The passages that answer, best first. Each has ``quote``, the article's text from ``start`` to ``end``, verbatim."""
    return _answer(body, engine)


@router.get("/search", response_model=SearchAnswer)
def search_by_address(
    engine: EngineDep,
    q: Annotated[str, Query(description="The question.", examples=["盗梦师是做什么的？"])],
    top_k: Annotated[int, Query(ge=1, le=LARGEST_TOP_K)] = 10,
    mode: Mode = Mode.HYBRID,
    language: Language | None = None,
    article_id: Annotated[list[str] | None, Query(description="Repeat for several.")] = None,
    explain: bool = False,
    group_parallel: bool = True,
) -> JSONResponse:
    """The same search from an address, for browsers and links."""
    filters = FiltersBody(language=language, article_ids=article_id)
    body = SearchBody(query=q, top_k=top_k, mode=mode, filters=filters, explain=explain, group_parallel=group_parallel)
    return _answer(body, engine)


def _answer(body: SearchBody, engine: Engine) -> JSONResponse:
    # straight to JSON: checking our own answer against its model again would cost as much as finding it;
    # a test holds the two together
    return JSONResponse(response_json(engine.search(body.to_request())))
