"""What the pages say by themselves where the server renders them: the words of api/page/strings.js, by the same names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from index.language import detect_language
from index.types import Language

PageLanguage = Literal["zh-CN", "en"]
HTML_LANG: Mapping[Language, PageLanguage] = {"zh": "zh-CN", "en": "en"}
WORDS: Mapping[PageLanguage, Mapping[str, str]] = {
    "zh-CN": {
        "tagline": "向文章提问，看原文怎么说",
        "answer": "回答",
        "notSaid": "文章没有说",
        "citations": "引文",
        "passageOne": "找到 1 个段落",
        "passageOther": "找到 {count} 个段落",
        "nearest": "最接近的段落",
        "nothingFound": "没有找到相关的段落。换个说法，或者少用几个词试试。",
        "showInSource": "在原文中查看",
        "alsoIn": "同一段也见于",
        "passageIn_zh": "中文",
        "passageIn_en": "英文",
        "refused": "服务器没能回答",
        "requestId": "请求编号",
        "original": "原网页",
        "backToStart": "去提问",
        "badFragment": "链接里的位置“{fragment}”在这篇文章里不存在，已忽略。下面是全文。",
        "quoteGone": "链接所指的引文（{fragment}）已不在这篇文章里：文章改过了。下面是现在的全文。",
        "date_date": "日期",
        "date_published": "发布于",
        "date_translated_at": "译于",
    },
    "en": {
        "tagline": "Ask your articles; read their very words",
        "answer": "Answer",
        "notSaid": "The articles don’t say",
        "citations": "Citations",
        "passageOne": "1 passage",
        "passageOther": "{count} passages",
        "nearest": "Nearest passages",
        "nothingFound": "Nothing found. Try other words, or fewer of them.",
        "showInSource": "Show in source",
        "alsoIn": "The same passage also in",
        "passageIn_zh": "Chinese",
        "passageIn_en": "English",
        "refused": "The server could not answer",
        "requestId": "Request ID",
        "original": "Original page",
        "backToStart": "Ask a question",
        "badFragment": "The link's position “{fragment}” is not in this article and was ignored. Here is the whole text.",
        "quoteGone": (
            "The quote that the link leads to ({fragment}) has left this article, which was changed. Here is its text now."
        ),
        "date_date": "Date",
        "date_published": "Published",
        "date_translated_at": "Translated",
    },
}


def page_language(query: str, chosen: str | None, accepted: str) -> PageLanguage:
    """What the page speaks: the address's language, else the question's, else the browser's first, else Chinese.

    Args:
        chosen: ``lang`` of the address; anything unknown counts as not given.
        accepted: the header ``Accept-Language``, whose first language browsers prefer.
    """
    for language in WORDS:
        if chosen == language:
            return language
    if any(character.isalpha() for character in query):
        return HTML_LANG[detect_language(query)]
    return "en" if accepted and not accepted.lower().startswith("zh") else "zh-CN"
