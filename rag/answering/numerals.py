"""Numerals in Chinese and English: patterns that find them, and what they are worth."""

from __future__ import annotations

import re
from fractions import Fraction

HALF_WIDTH = {0xFEE0 + code: code for code in range(0x21, 0x7F) if chr(code) != ","} | str.maketrans(
    "￥萬億兩個點歐週幣號張條間幾數餘層歲", "¥万亿两个点欧周币号张条间几数余层岁"
)
"""A full-width comma parts two numbers, a half-width one would join them."""
_ZH_DIGITS = {"〇": 0, "○": 0, "两": 2} | {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_ZH_SIZES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
ONES += "sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_EN_DIGITS = {word: i for i, word in enumerate(ONES)} | {word: 20 + 10 * i for i, word in enumerate(TENS)}
_EN_SIZES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SIZES = _EN_SIZES | {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12}
SIZES |= {"tens": 10, "dozens": 10} | {f"{word}s": size for word, size in _EN_SIZES.items() if word != "dozen"}
NTH = {f"{word[:-1]}ieth" if word in TENS else f"{word}th": value for word, value in _EN_DIGITS.items()}
NTH |= {"first": 1, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
PARTS = NTH | {"half": 2, "quarter": 4, "hundredth": 100}

CHINESE_SIGNS, DIGIT = "零〇○一二两三四五六七八九十百千万亿", "[一二两三四五六七八九]"
_SECTION = f"(?:[百千]|(?:{DIGIT}千零?)?(?:{DIGIT}百零?)?(?:{DIGIT}?十)?{DIGIT}?)"
CHINESE_SIZE = "(?:[十百千]?万?亿亿?|[十百千]?万(?![物能兴达科])|[百千](?![度科货姓分米克瓦]))"
CHINESE = (
    f"(?<![{CHINESE_SIGNS}几])(?=[{CHINESE_SIGNS}])(?!万[一二三四五六七八九万]|亿万|千万[不别要记]|十分(?!钟))"
    f"(?:{_SECTION}万?亿零?)?(?:{_SECTION}万零?)?{_SECTION}(?:点[零一二三四五六七八九]+{CHINESE_SIZE}?)?(?![{CHINESE_SIGNS}几])"
)
FIGURES = r"(?<!\d)(?<!\d[.,])(?:\d{1,3}(?:,\d{3}){1,9}|\d{1,30})(?!\d)(?:\.\d{1,30})?(?!\d)(?:[eE][+-]?\d\d?(?!\d))?"
_SIZE = "|".join(_EN_SIZES)
ENGLISH_SIZE = rf"(?:[ -]?(?i:{_SIZE}|mn|bn)| ?[KMBT]|[kmb])(?![A-Za-z])"
WORD = rf"(?:(?:{'|'.join(TENS)})(?:[ -](?:{'|'.join(ONES[1:10])}))?|{'|'.join(ONES[:0:-1])})\b"
_HEAD = rf"(?:{WORD}|half an?\b|an?\b(?=[ -](?:{_SIZE})\b))"
ENGLISH = rf"(?i:\b(?:{_HEAD}(?:[ -](?:{_SIZE})\b)+[ -](?:and )?)*{_HEAD}(?:[ -](?:{_SIZE})\b)*)"
A_FEW = (
    rf"[数几]以?(?P<zh_few>{CHINESE_SIZE}|十)(?![{CHINESE_SIGNS}])计?的?|"
    rf"(?i:\b(?:(?:(?P<lots>tens|dozens|hundreds|thousands) of )?(?P<plural>(?:ten|{_SIZE})s)|"
    rf"(?:several|a few) (?P<some>{_SIZE}))\b(?: of\b)?)"
)


def read_numeral(numeral: str) -> Fraction:
    """一千二百万, 1.5万亿, 三百五 (350), 1亿2000万; half a million, two hundred and five; a size alone is one of it."""
    if re.match("[A-Za-z]", numeral):
        return _read_english(re.findall("[a-z]+", numeral.lower()))
    for sign, size in _ZH_SIZES.items():
        before, found, after = numeral.strip().rpartition(sign)
        if found:
            rest = read_numeral(after) if after else Fraction(0)
            short = len(after) == 1 and after in _ZH_DIGITS and size > 10
            return (read_numeral(before) if before else 1) * size + (rest * size / 10 if short else rest)
    figures = "".join(str(_ZH_DIGITS.get(character, character)) for character in numeral)
    return Fraction(figures.replace("点", ".").replace(",", "").replace(" ", ""))


def _read_english(words: list[str]) -> Fraction:
    total, current = Fraction(0), Fraction(0)
    for word in words:
        if word in _EN_SIZES:
            current = (current or 1) * Fraction(_EN_SIZES[word])
            if _EN_SIZES[word] >= 1000:
                total, current = total + current, Fraction(0)
        elif word in ("a", "an"):
            current = current or Fraction(1)
        else:
            current += Fraction(1, 2) if word == "half" else _EN_DIGITS.get(word, 0)
    return total + current
