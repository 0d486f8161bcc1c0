"""What questions ask for, and what sentences could answer by."""

from __future__ import annotations

import pytest

from rag.answering.asked import LINK, NAME, kinds_asked, kinds_held


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("训练GPT-3花了多少钱？", {"currency"}),
        ("GPT-3的训练成本是多少？", {"currency"}),
        ("How much did it cost to train GPT-3?", {"currency"}),
        ("What is the valuation of Adept.ai?", {"currency"}),
        ("有多少用户测试了它？", {"count"}),
        ("How many parameters does LaMDA have?", {"count"}),
        ("百分之几的代码由AI生成？", {"%"}),
        ("占比是多少？", {"%"}),
        ("What share of the code is written by AI?", {"%"}),
        ("How much of the code is written by AI?", {"%"}),
        ("DALL-E 2 何时推出？", {"date"}),
        ("哪年成立的？", {"date"}),
        ("When was DALL-E 2 launched?", {"date"}),
        ("In which year was it founded?", {"date"}),
        ("ChatGPT 用了多久达到一亿用户？", {"time"}),
        ("花了几年？", {"time"}),
        ("How long did Instagram take?", {"time"}),
        ("参数量是上一代的多少倍？", {"x"}),
        ("排第几？", {"ordinal"}),
        ("这几个模型有什么区别？", set()),
        ("近几年来有哪些变化？几乎没有吗？", set()),
        ("多年来为什么多元化？", set()),
        ("谁领投？", set()),
        ("What happened when it launched?", set()),
        ("Why does it matter?", set()),
    ],
)
def test_a_question_asks_for_a_kind_of_quantity_or_for_none(question: str, kinds: set[str]) -> None:
    assert kinds_asked(question) - {NAME} == kinds


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("拿传真机比互联网的那位经济学家叫什么名字？", True),
        ("谁领投？", True),
        ("What is the name of the economist?", True),
        ("Who leads BigScience?", True),
        ("国内大公司又不缺钱，怎么舍不得花？", False),
        ("Why does it matter?", False),
    ],
)
def test_a_question_asks_for_a_name_or_not(question: str, asks: bool) -> None:
    assert (NAME in kinds_asked(question)) == asks


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("GPT-3 训练的硬件和电力成本高达 1200 万美元。", {"currency", NAME}),
        ("11 月 30 日发布。", {"date"}),
        ("近 40% 的代码由机器生成。", {"%"}),
        ("马斯克投了资。", {NAME}),
        ("见 www.sequoiacap.com 上的文章。", {LINK}),
        ("这很重要。", set()),
    ],
)
def test_a_sentence_holds_what_it_could_answer_by(sentence: str, kinds: set[str]) -> None:
    assert kinds_held(sentence) == kinds


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("红杉中国版 网址", True),
        ("Give me the link of the essay", True),
        ("Which website is most visited?", True),
        ("谁写的？", False),
    ],
)
def test_a_question_asks_for_an_address_or_not(question: str, asks: bool) -> None:
    assert (LINK in kinds_asked(question)) == asks
