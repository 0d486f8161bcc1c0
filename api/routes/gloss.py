"""What single words mean, for readers of the other language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import EngineDep
from api.document_schemas import GlossJson
from rag.gloss import LONGEST_WORD

router = APIRouter(prefix="/v1", tags=["gloss"])


@router.get("/gloss")
def gloss(
    engine: EngineDep,
    word: Annotated[
        str,
        Query(
            description=f"Chinese or English, 1 to {LONGEST_WORD} characters after trimming.",
            examples=["模型", "model"],
        ),
    ],
) -> GlossJson:
    """What CC-CEDICT and the glossaries say about a Chinese word in English, or about an English one in Chinese.

    A word that is not known is read in parts, each the longest that is; what nobody knows has no entries.
    """
    return GlossJson.of(engine.gloss(word))
