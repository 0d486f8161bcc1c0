import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split_sentences


def split(text: str) -> list[str]:
    return [span.quote(text) for span in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["甲。", "乙！", "丙？", "丁；", "戊……", "己"],
        ["他来了！！！", "真的？！", "是的。"],
        ["Is it?", "Yes!", "It is; we think so.", "Fine."],
        ["你好。", "Hello there.", "再见！"],
        ["Wait...", "What now?"],
    ],
)
def test_sentences_end_at_the_marks_of_both_languages(sentences: list[str]):
    assert split(" ".join(sentences)) == sentences
    assert split("\n".join(sentences)) == sentences


def test_a_line_end_ends_a_sentence():
    assert split("标题\n正文第一句。第二句\n\n末行") == ["标题", "正文第一句。", "第二句", "末行"]


def test_chinese_sentences_need_no_space_between_them():
    assert split("第一句。第二句！第三句？第四句；第五句…第六句") == [
        "第一句。",
        "第二句！",
        "第三句？",
        "第四句；",
        "第五句…",
        "第六句",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Smith and Mrs. Jones met Prof. Lee vs. Mr. Kim.",
        "See e.g. the second one, i.e. that of Acme Inc. and Co. for details.",
        "J. K. Rowling wrote it.",
        "It cost 1.5 million and 3.14 more.",
        "U.S. policy on GPT-3.5 and Copy.ai changed.",
        "He left at 5 p.m. and slept.",
        "Visit example.com or read main.py today.",
        "价格是3.14元，版本2.0发布。",
        "围绕安全与自由.2022年的争论。",
        "1. First, a list number.",
        "12. 第十二项。",
        "Node.js and ASP.NET are names.",
        "No. 5 is alive.",
    ],
)
def test_a_full_stop_that_ends_nothing_cuts_nothing(sentence: str):
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("他问：“为什么？”", "然后走了。"),
        ("「好。」", "他说。"),
        ('他说："好。"', "我走了。"),
        ('He said "Go." ', "Then he left."),
        ("He said “Go.” ", "Then he left."),
        ("(It was late.) ", "He slept."),
        ("（天黑了。）", "他睡了。"),
        ("《书名！》", "下一句"),
        ("它结束了.", "然后是下一句。"),
    ],
)
def test_closing_quotes_and_brackets_stay_with_their_sentence(first: str, second: str):
    assert split(first + second) == [first.strip(), second]


def test_an_opening_straight_quote_belongs_to_the_next_sentence():
    assert split('走了。"来吧。"他说。') == ["走了。", '"来吧。"', "他说。"]


@pytest.mark.parametrize(
    "sentence",
    [
        "蛋白质和分子（有人感兴趣吗？），许多领域都在研发。",
        "“真的吗？”，他问。",
        "Yahoo!, the firm, is no end.",
        "他喊：“来！”、“走！”。",
    ],
)
def test_a_mark_before_a_comma_or_a_small_letter_ends_nothing(sentence: str):
    assert split(sentence) == [sentence]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000"])
def test_white_space_holds_no_sentence(text: str):
    assert split_sentences(text) == []


tricky = st.lists(
    st.sampled_from(
        [*"。！？；…!?.,，、”“\"'（）()」 \n\t1aA中😀", "Dr.", "e.g.", "3.14", "...", "……", "\r\n", "English words"]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(tricky, st.text(max_size=60)))
def test_sentences_are_in_order_trimmed_and_hold_every_character(text: str):
    spans = split_sentences(text)
    end = 0
    for span in spans:
        assert text[end : span.start].strip() == ""
        quote = span.quote(text)
        assert quote
        assert quote == quote.strip()
        end = span.end
    assert text[end:].strip() == ""


@given(tricky)
def test_a_sentence_never_runs_over_a_line_end(text: str):
    assert all("\n" not in sentence for sentence in split(text))


@given(tricky)
def test_cutting_a_sentence_again_changes_little(text: str):
    """Whatever stands before a sentence, the marks inside decide: a lone sentence is cut no further at 。！？；."""
    for sentence in split("前文。\n" + text):
        again = split(sentence)
        assert "".join("".join(again).split()) == "".join(sentence.split())


def test_long_texts_are_cut_in_linear_time():
    text = "This is one of many sentences in a row. " * 20_000
    assert len(split_sentences(text)) == 20_000
