"""What a question asks for: the kinds of quantity, a name, an address. And which of these a sentence holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from index.tokens import Tokenizer
from index.transliteration import Transliteration
from rag.answering.quantities import find_quantities

NAME, LINK = "name", "link"
"""The kinds of what is asked for by "who" and "what is it called", and of addresses; the others are ``Quantity.kind``'s."""
ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE | re.ASCII)
_MONEY = "(?:美元|美金|日元|欧元|英镑|人民币|块钱)"
_ASKED: Mapping[str, tuple[str, ...]] = {
    "%": (
        r"百分之|百分比|占比[是为多少]*|多大比例|比例[是为有]?多|几成",
        r"what (?:percent|share|proportion|fraction|part)|how much of\b",
    ),
    "x": (r"(?:多少|几)倍", r"how many times (?:as|more|\w+er)\b|by what factor"),
    "date": (
        r"何时|什么时候|哪[一个]?[年天月日]|几[月号]|日期",
        r"^\W*when\b|\b(?:since|by) when\b|(?:what|which) (?:year|date|month|day)\b",
    ),
    "time": (
        r"多久|多长时间|(?:多少|(?<![第近前后])几)(?:年|天|周|分钟|个?(?:小时|月|星期))(?![来前后])",
        r"how long\b|how many (?:year|month|week|day|hour)s",
    ),
    "ordinal": ("第几",),
    "currency": (
        rf"多少(?:钱|资金|{_MONEY})|(?:多少|几)[百千万亿]*[美欧日]?元|{_MONEY}[^，。？]{{0,6}}多少",
        r"几刀|多贵|估值|身价|包月|值(?:多少|几)|融(?:资|了)*多少|(?:花|投|砸|募|赚|挣|付|掏|收)[了到过]?多少",
        r"(?:成本|价格|花费|费用|预算|营收|收入|工资).{0,4}(?:多|几)",
        r"how much (?:money|revenue|is|are|was|were|does|do|did|has|have|will|would)\b",
        r"\bvalu(?:ed at|ation)\b|\bworth\b|\bprices?\b|\bcosts?\b|\bwhat did .*\b(?:pay|spend|raise)",
        r"how much\b.*\b(?:raise|pay|paid|spen[dt]|invest|charge|earn|funding)",
    ),
    "count": (
        r"多少|多大|规模(?:有|是)?[多几]|(?<![这那哪好前后近第])几(?=[个名位家款种张次篇人项条])",
        r"how (?:many|big|large)\b|\bnumber of\b|\bsize of\b|parameter count",
    ),
    LINK: (r"网址|链接", r"\b(?:links?|urls?|web ?(?:site|address|page))\b"),
    NAME: (
        r"叫什么|叫啥|名字|姓名|真名|姓甚名谁|哪一?位|何人|是谁|谁(?!家)",
        r"\bname[ds]?\b|\bcalled\b|\bwho\b(?! can)|\bwhose\b",
        r"\bwhich (?:scientist|engineer|founder|researcher|person|economist|professor|investor)s?\b",
    ),
}
_PATTERNS = {kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in _ASKED.items()}
_WRITTEN_AS_A_NAME = re.compile(r"[A-Z][A-Za-z\u00c0-\u024f]+|《|[\u4e00-\u9fff]·[\u4e00-\u9fff]")


def kinds_asked(question: str) -> frozenset[str]:
    """The kinds that a question asks for; none of an open question."""
    kinds = set[str]()
    for kind, pattern in _PATTERNS.items():
        # what asks for one kind is taken out, lest "how much money" asked for a count too
        question, found = pattern.subn(" ", question)
        kinds |= {kind} if found else set()
    return frozenset(kinds)


@lru_cache(20_000)
def kinds_held(text: str) -> frozenset[str]:
    """The kinds that a sentence holds: all it could answer by a figure, a date or a name."""
    named = _WRITTEN_AS_A_NAME.search(text) or Transliteration.shipped().find_names(Tokenizer.fold(text))
    quantities = frozenset(quantity.kind for quantity in find_quantities(text))
    return quantities | ({NAME} if named else set()) | ({LINK} if ADDRESS.search(text) else set())
