"""Articles as documents to read, every piece with its positions."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import EngineDep
from api.document_schemas import DocumentJson, document_json

router = APIRouter(prefix="/v1/articles", tags=["articles"])


@router.get("/{article_id:path}/document", response_model=DocumentJson)
def article_document(article_id: str, engine: EngineDep) -> JSONResponse:
    """The article as a readable document: headings, paragraphs, list items, code, tables, front matter.

    Every run of text has the source positions it stands for, so that any span of the source can be marked in it. Text,
    links and addresses are the article's own: data to show, never code to run.
    """
    return JSONResponse(document_json(engine.document(article_id)))
