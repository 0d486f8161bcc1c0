"""Quantities as they are written in both languages, each worked out by hand, and numbers written at random read back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.spans import Span
from rag.answering.quantities import SEVERAL, Quantity, find_quantities, same
from tests.conftest import SEEDS

DAY, WEEK = 86_400, 604_800
MILLION, BILLION, TRILLION = 10**6, 10**9, 10**12


def read(text: str) -> list[tuple[str, Fraction]]:
    return [(quantity.unit, quantity.value) for quantity in find_quantities(text)]


@pytest.mark.parametrize(
    ("unit", "value", "written"),
    [
        (
            "%",
            75,
            ["75%", "75 percent", "75 per cent", "百分之七十五", "百分之75", "七成五", "７５％", "three quarters of"],
        ),
        ("%", Fraction(7, 2), ["3.5%", "百分之三点五", "3.5 pct"]),
        ("%", 50, ["50%", "五成", "一半", "半数", "half of them", "百分之五十"]),
        ("%", Fraction(100, 3), ["三分之一", "one third", "a third of them", "1/3"]),
        ("%", Fraction(200, 3), ["三分之二", "two thirds", "two-thirds of"]),
        ("%", Fraction(100, 13), ["十三分之一", "1/13", "a thirteenth of"]),
        ("%", 20, ["两成", "a fifth of", "one fifth of", "五分之一", "20 percent"]),
        ("pp", 2, ["2个百分点", "2 percentage points", "两个百分点"]),
        (
            "USD",
            12 * MILLION,
            ["1200 万美元", "$12 million", "US$12M", "12 million dollars", "一千二百万美金", "$12,000,000"],
        ),
        (
            "USD",
            12 * MILLION,
            ["1,200万美元", "１２００萬美元", "12M USD", "12 million US dollars", "a 12-million-dollar deal"],
        ),
        (
            "CNY",
            2 * BILLION,
            ["二十亿元", "20亿元人民币", "20亿人民币", "人民币约20亿元", "2 billion yuan", "RMB 2 billion", "¥20亿"],
        ),
        ("EUR", 3 * BILLION, ["€3bn", "30亿欧元", "3 billion euros"]),
        ("GBP", 5 * MILLION, ["£5m", "500万英镑", "5 million pounds"]),
        ("JPY", 3_000, ["3000日元", "3,000 yen", "三千日元"]),
        ("USD", 500 * MILLION, ["half a billion dollars", "5亿美元", "0.5 billion dollars"]),
        (
            "count",
            175 * BILLION,
            ["175 billion parameters", "1750 亿", "1,750 亿个", "1.75e11", "175B", "一千七百五十亿", "0.175万亿"],
        ),
        ("count", 10 * TRILLION, ["10 万亿", "十万亿", "10 trillion", "10T"]),
        ("count", 120 * MILLION, ["1亿2000万", "一亿二千万", "1.2 亿", "120 million"]),
        ("count", 1_500_000, ["150 万", "一百五十万", "1.5 million", "one and a half million", "1,500,000"]),
        ("count", 200, ["两百", "200", "two hundred", "二百"]),
        ("count", 35_000, ["3.5万", "三万五", "三万五千", "35,000", "35K", "thirty-five thousand"]),
        ("count", 1_001, ["一千零一", "1001", "one thousand and one"]),
        ("count", 350, ["三百五", "三百五十", "three hundred and fifty"]),
        ("count", 300, ["300 余篇", "三百多篇", "300+"]),
        ("count", 10_000, ["万张GPU", "一万张", "ten thousand GPUs"]),
        ("count", 2, ["两位", "2", "two founders", "两个"]),
        ("x", 10, ["10 倍", "10x", "tenfold", "ten times faster", "十倍", "10-fold"]),
        ("x", 2, ["翻倍", "翻番", "翻了一番", "doubled", "twice as many", "提高一倍", "2倍", "twofold"]),
        ("ordinal", 3, ["第三", "third place", "3rd", "第3", "Q3"]),
        ("ordinal", 21, ["第二十一", "21st", "twenty-first"]),
        ("second", 2 * WEEK, ["两周", "14 days", "two weeks", "2个星期", "a two-week sprint"]),
        ("second", 7_200, ["2小时", "two hours", "120分钟", "两个小时"]),
        ("second", 1_800, ["半小时", "half an hour", "30 minutes"]),
        ("month", 30, ["两年半", "2.5年", "two and a half years", "30 months", "三十个月"]),
        ("month", 120, ["十年", "ten years", "one decade", "a 10-year plan"]),
        (f"{SEVERAL}USD", 100 * MILLION, ["数亿美元", "几亿美元", "hundreds of millions of dollars"]),
        (f"{SEVERAL}count", BILLION, ["数十亿", "billions of people"]),
    ],
)
def test_each_form_of_a_number_says_the_same(unit: str, value: Fraction | int, written: list[str]) -> None:
    for form in written:
        assert read(form) == [(unit, value)], form


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (
            2022_11_30,
            ["2022年11月30日", "2022 年 11 月 30 日", "Nov 30, 2022", "November 30th, 2022", "30 November 2022"],
        ),
        (
            2022_11_30,
            [
                "2022-11-30",
                "2022/11/30",
                "2022.11.30",
                "二〇二二年十一月三十日",
                "11月 30, 2022",
                "30th of November 2022",
            ],
        ),
        (2022_11_00, ["2022年11月", "2022/11", "November 2022", "2022-11", "in Nov. 2022"]),
        (2022_00_00, ["2022年", "in 2022", "二〇二二年", "2022 年底", "mid-2022"]),
        (11_30, ["11月30日", "November 30", "30 November", "11月30号"]),
        (5_00, ["5月", "in May", "五月份"]),
        (28, ["28日"]),
    ],
)
def test_a_date_is_a_number_with_zeros_for_what_it_does_not_say(value: int, written: list[str]) -> None:
    for form in written:
        assert read(form) == [("date", value)], form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20-30%", [("%", 20), ("%", 30)]),
        ("20% 到 30%", [("%", 20), ("%", 30)]),
        ("between 20 and 30 percent", [("%", 20), ("%", 30)]),
        ("1-2年", [("month", 12), ("month", 24)]),
        ("5 to 10 million", [("count", 5 * MILLION), ("count", 10 * MILLION)]),
        ("$20-30 million", [("USD", 20 * MILLION), ("USD", 30 * MILLION)]),
        ("1000-2000万美金", [("USD", 10 * MILLION), ("USD", 20 * MILLION)]),
        ("2015至2020年", [("date", 2015_00_00), ("date", 2020_00_00)]),
        ("512x512 像素", [("count", 512), ("count", 512)]),
        ("两三百个，一两年，七八个", []),
    ],
)
def test_a_range_gives_both_ends_and_a_vague_one_none(text: str, expected: list[tuple[str, int]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "一些、一个、一样、一直、一旦、一方面、一般来说、唯一、统一、万一、十分、百科、千万不要、三心二意、七上八下、四处",
        "一款模型、一种方法、一名工程师、这两个模型、前三名、其三个",
        "one of the best, no one, a model, an idea, the two companies, these three, one day, one-off",
        "GPT-3.5, GPT-4, GPT3, gpt-4, DALL·E 2, DALL-E2, A100, H100, V100GPU, B2B, 5G, 3D, 720p, Qwen2-7B, LLaMA-7B, Llama 2",
        "LaMDA 2于次日公布；Hour One, Twelve Labs",
        "1. 其一\n2. 其二\n### 3.\n（4）其四",
        "https://example.com/2023/12/id=7023300280070442750",
        "several, many, few, a couple, 多个、若干、大量、几乎、数据、参数、半导体、百度、元宇宙、成功",
        "",
    ],
)
def test_names_articles_and_idioms_are_no_quantities(text: str) -> None:
    assert read(text) == []


def test_first_is_an_ordinal() -> None:
    assert read("第一次") == read("the first time") == [("ordinal", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OpenAI300人。Amazon20亿美金", [("count", 300), ("USD", 2 * BILLION)]),
        ("WhatsApp 4 years, In 12 languages", [("month", 48), ("count", 12)]),
        ("PaLM has 540 B, a 7B model", [("count", 540 * BILLION), ("count", 7 * BILLION)]),
        ("2000张GPU, 1000GPU", [("count", 2000), ("count", 1000)]),
        ("At level 5, Phase 2, Act 3", [("count", 5), ("count", 2), ("count", 3)]),
        ("2022，300人", [("date", 2022_00_00), ("count", 300)]),
        ("负百分之二；第二季度；二十世纪", [("%", 2), ("ordinal", 2), ("count", 20)]),
        ("1200亿亿次", [("count", 12 * 10**18)]),
        ("1亿月活，不足两月", [("count", 10**8), ("month", 2)]),
    ],
)
def test_what_stands_close_together_is_told_apart(text: str, expected: list[tuple[str, int]]) -> None:
    assert read(text) == expected


def test_positions_are_those_of_the_text_given() -> None:
    text = "ＧＰＴ－３训练花了約 １２００ 萬美元，占７５％。"
    assert [quantity.span.quote(text) for quantity in find_quantities(text)] == ["１２００ 萬美元", "７５％"]


def test_a_unit_has_a_kind() -> None:
    kinds = {
        text: find_quantities(text)[0].kind
        for text in ("12 美元", "数亿元", "两周", "3 years", "5 pp", "第三", "2022年")
    }
    assert list(kinds.values()) == ["currency", "currency", "time", "time", "%", "ordinal", "date"]


def test_only_the_exact_value_is_the_same() -> None:
    about, exactly, fortnight, days, dollars = (
        find_quantities(text)[0] for text in ("约1.8 亿", "1.83 亿", "两周", "14 days", "1.8 亿美元")
    )
    assert not same(about, exactly)
    assert same(fortnight, days)
    assert not same(about, dollars)
    assert same(about, Quantity(Span(0, 1), Fraction(180 * MILLION), "count"))


# --- numbers written at random ---


def in_chinese(number: int) -> str:
    """A whole number below 10**12 in Chinese numerals: 12 as 十二, 1001 as 一千零一."""
    words = ""
    for size, sign in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section, number = divmod(number, size)
        if section:
            gap = "零" if words and section < 1000 else ""
            words += gap + _section(section, leading=not words) + sign
    return words


def _section(section: int, leading: bool) -> str:
    words, gap = "", False
    for size, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, section = divmod(section, size)
        if digit:
            one = leading and not words and size == 10 and digit == 1
            words += ("零" if gap else "") + ("" if one else "零一二三四五六七八九"[digit]) + sign
        gap = bool(words) and not digit
    return words


def in_english(number: int) -> str:
    """A whole number below 10**12 in English words: 1,205 as one thousand two hundred and five."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joint = " and " if rest and rest < 100 else " "
            return f"{in_english(number // size)} {word}" + (joint + in_english(rest) if rest else "")
    if number < 20:
        return (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ).split()[number]
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()[number // 10 - 2]
    return tens + (f"-{in_english(number % 10)}" if number % 10 else "")


def sized(number: int, size: int) -> str:
    """The number as a decimal of a size, exact: 12,000,000 of 10**4 is 1200."""
    whole, rest = divmod(number, size)
    digits = str(rest).zfill(len(str(size)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


NUMBERS = st.one_of(st.integers(11, 9_999), st.integers(11, 10**12 - 1), st.sampled_from([10**k for k in range(2, 12)]))


@settings(max_examples=150, deadline=None)
@given(number=NUMBERS)
def test_a_number_in_any_form_reads_back(number: int) -> None:
    chinese = [
        in_chinese(number),
        str(number),
        f"{number:,}",
        f"{sized(number, 10**4)}万",
        f"{sized(number, 10**8)} 亿",
    ]
    wide = str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    for form in [*chinese, wide]:
        assert read(f"模型共有{form}个参数。") == [("count", number)], form
        assert read(f"花费{form}美元，之后停止。") == [("USD", number)], form
    english = [in_english(number), f"{number:,}", f"{sized(number, 10**6)} million", f"{sized(number, 10**9)}B"]
    for form in english:
        assert read(f"It has {form} parameters.") == [("count", number)], form
        assert read(f"They spent {form} dollars.") == [("USD", number)], form


PIECES = [
    *"零〇一二两三四五六七八九十百千万亿0123456789.,%年月日个倍第成半数几点多余元-至到/:，。abKMBTx$½²①٣\n \0",
    *(
        "百分之",
        "分之",
        "美元",
        "一半",
        "GPT-3.5",
        "DALL·E 2",
        "Nov ",
        "May ",
        "2022",
        "half a ",
        "two ",
        "million ",
        "thirds",
    ),
    *(" of ", "and ", "between ", " to ", "hundreds of ", "Q3", "twenty-", "first", "年代", "个百分点", "e9", "1,234"),
]


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=25))
def test_quantities_lie_in_the_text_one_after_the_other(pieces: list[str]) -> None:
    text, end = "".join(pieces), 0
    for quantity in find_quantities(text):
        assert end <= quantity.span.start < quantity.span.end <= len(text)
        end = quantity.span.end


def test_a_long_text_is_read_in_time_that_grows_with_it() -> None:
    text = "\n".join(path.read_text("utf-8-sig") for path in sorted(SEEDS.glob("*.txt")))
    assert len(find_quantities(text)) > 400
    for awkward in ("一" * 20_000, "9" * 20_000, "1," * 10_000, "A·" * 10_000):
        find_quantities(awkward)
