"""Quantities in Chinese and English text: figures, amounts, shares and dates, in one form for both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from index.spans import Span
from index.tokens import STOP_WORDS
from rag.answering.numerals import (
    A_FEW,
    CHINESE,
    CHINESE_SIGNS,
    CHINESE_SIZE,
    DIGIT,
    ENGLISH,
    ENGLISH_SIZE,
    FIGURES,
    HALF_WIDTH,
    NTH,
    ONES,
    PARTS,
    SIZES,
    TENS,
    WORD,
    read_numeral,
)

CURRENCIES = frozenset({"USD", "CNY", "EUR", "GBP", "JPY"})
SEVERAL = "several "
"""Before the unit of "数亿美元" and "hundreds of millions of dollars"; the value is the power of ten they name."""
DESIGNATIONS = frozenset("act chapter level page part phase round section series stage step tier wave".split())
"""Words that a number or letter behind them tells apart: with a capital, too, "Phase 2" holds a number."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure and what it counts.

    ``unit`` is a currency's code, "%" (fractions too: a third is 100/3 %), "pp" (percentage points), "second" (seconds to
    weeks), "month" (months to decades), "x" (times as much), "ordinal", "date" or "count". A date is the number YYYYMMDD
    with zeros for what it does not say: May 2022 is 20220500, 5 May is 505.
    """

    span: Span
    value: Fraction
    unit: str

    @property
    def kind(self) -> str:
        """The family of its unit, as ``kinds_asked`` names it."""
        unit = self.unit.removeprefix(SEVERAL)
        return "currency" if unit in CURRENCIES else {"second": "time", "month": "time", "pp": "%"}.get(unit, unit)


def same(a: Quantity, b: Quantity) -> bool:
    """Whether both say exactly the same; 1.8 亿 is not 1.83 亿, two weeks are fourteen days."""
    return (a.unit, a.value) == (b.unit, b.value)


Reading = tuple[str, Fraction]
_NOTHING: Reading = ("", Fraction(0))  # what only looks like a quantity has no unit
_MONTHS = {month: i for i, month in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_PLAIN = re.compile(r"(?:mid|pre|post|sub|non|early|late|under|over|top|US|USD|RMB|CNY|EUR|GBP|JPY)-?\d", re.I)
_OPENERS = STOP_WORDS | DESIGNATIONS | set("over about around nearly some only just under all almost rmb usd".split())


def _date(match: re.Match[str]) -> Reading | None:
    said = {"y": "0", "m": "0", "d": "0"} | {name[0]: part for name, part in match.groupdict().items() if part}
    month, day = Fraction(_MONTHS.get(said["m"][:3], 0)) or read_numeral(said["m"]), read_numeral(said["d"])
    return ("date", read_numeral(said["y"]) * 10_000 + month * 100 + day) if month <= 12 and day <= 31 else None


def _share(match: re.Match[str]) -> Reading | None:
    """百分之七十五, 七成五, 1/13, two thirds, a fifth of; what is more than the whole is none."""
    number, whole, tenth = (match.groupdict().get(name) or "" for name in ("n", "d", "k"))
    part = read_numeral(f"{number}点{tenth.replace('半', '五')}" if tenth else number)
    of = Fraction(PARTS.get(whole.lower(), 0)) or read_numeral(whole or "十")
    return ("%", 100 * part / of) if part < of or of == 100 else None


def _ordinal(match: re.Match[str]) -> Reading:
    *tens, last = match[match.lastgroup or 0].lower().split("-")
    return "ordinal", sum(map(read_numeral, tens), Fraction({**NTH, "second": 2}.get(last, 0)) or read_numeral(last))


def _name(match: re.Match[str]) -> Reading | None:
    """GPT-3.5, A100, Qwen2-7B; but not "mid-2022", "USD12M" and "OpenAI300人", where a word and a figure only touch."""
    name = match.group()
    touch = re.fullmatch(r"[A-Za-z]{4,}\d+", name) and match.string.startswith(tuple("万亿人%张"), match.end())
    return _NOTHING if re.search(r"\d", name) and not touch and not _PLAIN.match(name) else None


def _numbered(match: re.Match[str]) -> Reading | None:
    """DALL·E 2, Llama 2; but not "In 12 languages" and "WhatsApp 4 years"."""
    counted = _UNIT.match(match.string, match.end()) or _CLASSIFIER.match(match.string, match.end())
    return None if counted or match["word"].lower() in _OPENERS else _NOTHING


def _read_as(unit: str, value: int | None = None) -> Callable[[re.Match[str]], Reading]:
    """Reads the numeral in the group ``n``, unless the value is known."""
    return lambda match: (unit, Fraction(value) if value is not None else read_numeral(match["n"]))


_YEAR, _ZH_YEAR, _N = (
    r"(?:19|20)\d\d",
    f"[一二][{CHINESE_SIGNS[:12]}]{{3}}",
    rf"(?:[{CHINESE_SIGNS}]{{1,20}}|\d{{1,9}})",
)
_MONTH = r"(?P<m>(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?:uary|ruary|ch|il|ust|ember|ober)?\b\.?)"
_TH, _PART, _DAY = "(?:st|nd|rd|th)", "|".join(PARTS), r"(?:\d\d?|[一二三四五六七八九十]{1,3})"
_WRITTEN: tuple[tuple[str, Callable[[re.Match[str]], Reading | None]], ...] = (
    (r"(?:https?://|www\.)[!-~]+|(?m:^)[ #*]*\d{1,2}[.、)](?=\D)|[（(]\d{1,2}[)）]", lambda _: _NOTHING),
    (rf"(?<!\d)(?P<y>{_YEAR})(?P<s>[-/.])(?P<m>\d\d?)(?:(?P=s)(?P<d>\d\d?)|(?<!\.\d)(?<!\.\d\d))(?![-/.]?\d)", _date),
    (r"\bQ(?P<n>[1-4])\b", _read_as("ordinal")),
    (r"(?<![A-Za-z\d])[A-Za-zÀ-ɏ][A-Za-z\dÀ-ɏ]*(?:[-._·•+'’/#@&][A-Za-z\dÀ-ɏ]+)*", _name),
    (rf"(?<![A-Za-z\d.,])[\d.]+(?!{ENGLISH_SIZE}|{_TH}|[xX]|[eE]\d)[A-Za-z]{{1,2}}(?![A-Za-z])", lambda _: _NOTHING),
    (rf"(?P<y>{_YEAR}|{_ZH_YEAR})\s?年(?!代)(?:\s?(?P<m>{_DAY})\s?月份?(?:\s?(?P<d>{_DAY})\s?[日号])?)?", _date),
    (rf"(?P<m>{_DAY})\s?月份?(?:\s?(?P<d>{_DAY})\s?[日号]|\s(?P<d2>\d\d?), (?P<y>{_YEAR}))?", _date),
    (r"(?<![\d.])(?P<d>\d\d?)\s?日(?![元均常本报活])", _date),
    (rf"\b(?P<d>\d\d?){_TH}?(?: of)? {_MONTH}(?:,? (?P<y>{_YEAR})\b)?", _date),
    (rf"\b{_MONTH}(?: (?P<d>\d\d?){_TH}?(?![\d,.]*\d))?(?:,? (?P<y>{_YEAR})\b)?", _date),
    (
        rf"(?P<word>[A-Z][\w·•/-]{{,30}}[A-Za-z])\s\d\d?(?:\.\d+)?(?![\d,.]*\d|\s?{CHINESE_SIZE}|{ENGLISH_SIZE})",
        _numbered,
    ),
    (rf"(?P<d>{_N})分之(?P<n>{_N}(?:点[{CHINESE_SIGNS[:12]}]+|\.\d{{1,9}})?)", _share),
    (r"(?<![\d/.,])(?P<n>\d{1,2})/(?P<d>\d{1,3})(?![\d/.,]*\d)", _share),
    (rf"(?i:(?<!and )\b(?P<n>an?|{WORD}|\d)[ -](?P<d>{_PART})s?(?= of| less| more))", _share),
    (rf"(?i:\b(?P<n>{WORD})[ -](?P<d>{_PART})(?:s\b(?<!quarters)|\b(?<=one.third)))", _share),
    (
        rf"(?<![{CHINESE_SIGNS}第\d])(?P<n>{DIGIT}|\d)成(?P<k>{DIGIT}|半)?(?![不为功本立员果熟长交绩品分都份型效])",
        _share,
    ),
    (r"(?<![tdr] )\b[Hh]alf(?= of| the| its| their)|\bby half\b|(?<!另)一半|半数", _read_as("%", 50)),
    (rf"第\s?(?P<n>{_N})(?![方，、,:：])|(?<![\d,])(?P<d>\d[\d,]{{,9}}){_TH}\b", _ordinal),
    (rf"(?i:\b(?P<n>(?:(?:{'|'.join(TENS)})-)?(?:{'|'.join(NTH)})|(?<=the )second)\b(?!-|,| part))", _ordinal),
    (rf"(?i:\b(?P<n>{'|'.join(ONES[2:])}|\d{{1,9}})[ -]?fold\b)", _read_as("x")),
    (r"(?i:\b(?:twice(?! an?\b)|doubl(?:ed|es|ing)\b|double(?= the| its)))", _read_as("x", 2)),
    (r"翻了?一?[倍番]|[高加长升多快大]了?一倍", _read_as("x", 2)),
)
_FORMS = tuple((re.compile(pattern), read) for pattern, read in _WRITTEN)
_UNITS = (
    ("pp", 1, r"个?百分点|(?:percentage[ -]points?|pp)\b"),
    ("%", 1, r"%|per ?cent\b|pct\b"),
    ("x", 1, r"倍|[x×](?![a-z\d])|times\b(?! (?:an?|per|each|every|in)\b)"),
    ("USD", 1, r"美[元金刀]|(?:(?:U\.?S\.? )?dollars?|USD)\b"),
    ("CNY", 1, r"元?人民币|元(?![宇素组件器老旦气])|块钱|(?:yuan|renminbi|RMB|CNY)\b"),
    ("EUR", 1, r"欧元|(?:euros?|EUR)\b"),
    ("GBP", 1, r"英镑|(?:pounds?|GBP)\b"),
    ("JPY", 1, r"日元|(?:yen|JPY)\b"),
    ("second", 1, r"秒|(?:seconds?|secs?)\b"),
    ("second", 60, r"分钟|(?:minutes?|mins?)\b"),
    ("second", 3_600, r"个?半?(?:小时|钟头)|(?:hours?|hrs?)\b"),
    ("second", 86_400, r"天(?![空然才使下])|days?\b"),
    ("second", 604_800, r"周(?![年边期末岁])|个?(?:星期|礼拜)(?![一二三四五六日天])|weeks?\b"),
    ("month", 1, r"个半?月|半月|(?<=两)月|months?\b"),
    ("month", 3, r"个?季度|quarters?\b"),
    ("month", 12, r"年(?![代级轻龄份])(?:半(?![导年天小个]))?|岁|(?:years?|yrs?)\b"),
    ("month", 120, r"decades?\b"),
)
_ANY_UNIT = "|".join(f"(?P<u{i}>{pattern})" for i, (_, _, pattern) in enumerate(_UNITS))
_UNIT = re.compile(rf"\s?\+?[多余来]?[\s-]?(?:{_ANY_UNIT})", re.I)
_CLASSIFIER = re.compile(r"\s?[多余]?[个名位人家款种项条篇部台张件次级份群卡只辆座所本页句轮届批组套类首幅户场段层国]")
_COUNTED = re.compile(rf"[A-Z]|{_CLASSIFIER.pattern}")
_NOUN = re.compile(r" (?!(?:and|or|to|in|at|on|by|for|from|with|as|is|are|was|were|ha[sd]|have|that|who|than)\b)[a-z]")
_CHOSEN = re.compile(r"(?:[这那上前后头其此成几第每某另]|\b(?:the|these|those|all|both|other|next|last|its) )$", re.I)
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "人民币": "CNY", "RMB": "CNY"}
_SIGN = rf"(?P<sign>US\$|(?<![A-Za-z])\$|[€£¥]|人民币|\b(?:RMB|{'|'.join(CURRENCIES)}))"
_SIZED = rf"(?P<figures>{FIGURES})(?P<size>\s?{CHINESE_SIZE}(?![{CHINESE_SIGNS}])|{ENGLISH_SIZE})?"
_NUMBER = re.compile(
    rf"(?:{_SIGN}[约近超过达共 ]{{0,2}})?(?:(?P<few>{A_FEW})|(?P<zh>\d{{1,9}}\s?亿\s?\d{{1,9}}\s?万|{CHINESE}"
    rf"|(?<![上下前后大年月天个时])半(?=个?(?:小时|年|月)))|{_SIZED}|(?P<en>{ENGLISH}))"
    rf"(?P<half>(?i:[ -]and[ -]a[ -]half)(?P<more>{ENGLISH_SIZE})?)?"
)
_TO = r"(?:\s?[-–—~～至到或]{1,2}\s?| (?:to|or) )"
_UPPER = re.compile(rf"(?:{_TO}|(?P<and> and ))\$?{_SIZED}")
_LOWER = re.compile(rf"{_SIGN}\s?[\d.,]+{_TO}$")


def _quantity(match: re.Match[str]) -> Quantity | None:
    """A number with its unit, which the upper end of a range may say for the lower one, as the lower its sign."""
    before = match.string[max(0, match.start() - 20) : match.start()]
    lower, upper = _LOWER.search(before), _UPPER.match(match.string, match.end())
    upper = None if upper and upper["and"] and not before.lower().endswith("between ") else upper
    own = _UNIT.match(match.string, match.end())
    measure = own or (_UNIT.match(match.string, upper.end()) if upper else None)
    sign = _SIGNS.get(said := (match if match["sign"] or not lower else lower)["sign"], said)
    unit, factor, _ = _UNITS[int((measure.lastgroup or "")[1:])] if measure else (sign or "", 1, "")
    if not _is_counted(match, before, bool(unit)):
        return None
    written = match["zh"] or match["figures"] or match["en"] or "one"
    number = Fraction(1, 2) if written == "半" else read_numeral(written)
    shared = upper["size"] if upper and not match["size"] and number < read_numeral(upper["figures"]) else None
    if match["half"] or (own and "半" in own.group()):
        number += Fraction(1, 2)
    for size in filter(None, (*match.group("zh_few", "lots", "plural", "some", "size", "more"), shared)):
        number *= SIZES.get(size.strip(" -").lower()) or read_numeral(size)
    span = Span(match.start(), (own or match).end())
    if not unit and len(span) == 4 and re.fullmatch(_YEAR, written) and not _COUNTED.match(match.string, span.end):
        return Quantity(span, number * 10_000, "date")
    return Quantity(span, number * factor, f"{SEVERAL}{unit or 'count'}" if match["few"] else unit or "count")


def _is_counted(match: re.Match[str], before: str, measured: bool) -> bool:
    """Whether a number in words counts something: 两个 and "six models" do; 统一, 一些, "one of" and "Hour One" do not."""
    after, zh, en = match.string[match.end() : match.end() + 20], match["zh"], (match["en"] or "").lower()
    chosen = _CHOSEN.search(before)
    if zh == "一" or (en == "one" and not match["half"]):
        return measured and not chosen and not after.startswith(("天", " day"))
    if zh:
        return len(zh) > 1 or measured or bool(zh != "二" and not chosen and _CLASSIFIER.match(after))
    if not en or measured or match["half"]:
        return True
    if match["en"][0].isupper() and (re.match(" [A-Z]", after) or re.search(r"[A-Z]\w* $", before)):
        return False
    if en.startswith("half"):
        return " " in en[5:]
    return en not in ONES[:11] or bool(not chosen and _NOUN.match(after))


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in order, apart from each other; a range gives both ends.

    Names with figures in them (GPT-3.5, A100, 5G) are none, nor are the numbers of a list, articles ("a", 一个) and words
    like 一些 and 统一. A number of ten or less in words counts only before a unit, a classifier or a noun.
    """
    folded, found = text.translate(HALF_WIDTH), list[Quantity]()
    for pattern, read in _FORMS:
        for match, reading in [(match, read(match)) for match in pattern.finditer(folded)]:
            if reading is not None:
                folded = folded[: match.start()] + "\0" * len(match.group()) + folded[match.end() :]
                found += [Quantity(Span(*match.span()), reading[1], reading[0])] if reading[0] else []
    found += filter(None, map(_quantity, _NUMBER.finditer(folded)))
    found.sort(key=lambda quantity: quantity.span)
    return tuple(quantity for i, quantity in enumerate(found) if not i or found[i - 1].span.end <= quantity.span.start)
