"""What an answer says in its own words, in the language of the question."""

from __future__ import annotations

from collections.abc import Mapping

from index.types import Language
from rag.answering.types import Reason

REFUSALS: Mapping[Reason, Mapping[Language, str]] = {
    Reason.NO_EVIDENCE: {
        "zh": "这些文章没有谈到这个问题。",
        "en": "The articles don't say anything about this.",
    },
    Reason.WEAK_EVIDENCE: {
        "zh": "这些文章没有回答这个问题。下面是最接近的段落。",
        "en": "The articles don't answer this. The nearest passages are listed below.",
    },
    Reason.NOT_A_QUESTION: {
        "zh": "这不像是一个问题。问一问文章里的内容吧。",
        "en": "This doesn't look like a question. Ask something about the articles.",
    },
}
FRAMES: Mapping[Language, str] = {"zh": "文章中是这样说的：", "en": "The articles say:"}
"""Goes before quotes, which stay in their own language."""
CONFLICT: Mapping[Language, str] = {
    "zh": "各处说法不一：",
    "en": "The articles disagree:",
}
"""Goes before quotes that give different figures or dates for the same thing."""
