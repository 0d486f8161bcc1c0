"""The law of positions: every passage, sentence and readable character stands where it says it stands."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.blocks import BlockKind
from index.markdown import parse_markdown
from index.passages import CutSettings, cut_passages
from index.reading import SourceFile, read_article
from tests.index.helpers import SEED_FILES, check_positions, cut, read, seed, seed_passages

LONG = "这是一句很长的话，用来凑够长度，好让一个段落被切开成几块"
FRAGMENTS = [
    # headings, rules and front matter
    "# 标题\n", "##  Second ##\n", "Title\n=====\n", "小节\n---\n", "---\n", "* * *\n", "#\n", "#no space\n", "===\n",
    "---\ntitle: a\ntags:\n- x\n- y\n---\n", "---\na: |\n  b\n  c\n---\n", "---\na: b: c\n---\n", "---\n\n---\n",
    '---\na: "\\UFFFFFFFF"\n---\n', "---\n? [a]\n: b\n---\n",
    # emphasis, sound and broken
    "**粗体**", "****", "******x****", "*", "_a_", "**\"引号\"**文字", "***两种** 强调*", "~~del~~", "**信息】**",
    # code
    "`code`", "``", "`` ` ``", "`两\n行`", "```\nfenced 行\n\nmore\n```\n", "    indented\n", "```\nopen",
    # lists and quotations
    "- item 一\n", "- \n", "*\n  a\n", "1. 一\n2. 二\n", "  - nested\n", "- a\n\n  ---\n  b\n", "- [ ] task\n",
    "> 引用\n> 续行\n", "> \n", "> <div>\n> 文字\n> </div>\n", "> - 项\n> - 目\n",
    # tables
    "| a | b |\n|---|---|\n| 1 | 2 |\n", "| a |\n|---|\n|  |\n| x \\| y |\n", "|项|\n|:--:|\n|<b>x</b> https://a.b/c|\n",
    "|名|值|\n|-|-|\n|一|二|三|\n|单|\n", "|", "||", "|-|",
    # HTML
    "<div align=center>\n", "</div>\n", "<br />\n", "<b>粗</b>", "<script>x</script>\n", "<!-- 注释 -->\n", "<!--", "<b",
    "<a href='x'>链</a>", "<td>", "<p>段 &amp; 落&#33;\n二行</p>\n", "<![CDATA[x]]>", "<![图", "<?php x?>", "<!DOCTYPE x>",
    "<style>a{}", "<", "</",
    # entities, escapes, links, images
    "&amp;", "&nbsp;", "&#x1F600;", "&bogus;", "&", "\\*", "\\[ 编者按 \\]", "\\\\", "\\\n",
    "![图片](u.jpg)", "![一张说明很长\n的图片说明](u.jpg 't')", "[链接](http://x.y/z)", "[ref][1]\n\n[1]: http://x.y\n",
    "[foo]: /url\n", "[^1]: 注解。\n", "见[^1]", "<http://auto.link>", "https://bare.url/path?x=1", "[", "](", "![",
    # characters
    "😀", "👩‍👩‍👧", "e\u0301", "한국어", "ＡＢＣ１２３", "\u3000", "\u200b", "\ufeff", "𠮷", "\x0b", "\x0c", "\x1c", "\x85",
    "\u2028", "\x7f", "A", "的",
    # line ends
    "\n", "\n\n", "\r\n", "\r", "  \n", "\t",
    # sentences
    "。", "！？", "……", "中文句子。第二句！", "English sentence. Dr. Smith said 3.14 etc. No.", "mixed 中 en 文 ok. ",
    "x" * 70 + " wrapped\nline", "一二三四五六七八九十" * 8 + "\n续行",
    LONG * 9 + "。", "**" + LONG * 9 + "。**", "**" + LONG * 12 + "。", "*" + (LONG + "。") * 12 + "*", "_" + LONG * 9 + "。_",
    "A long sentence in English that goes on. " * 25,
]  # fmt: skip

markdown = st.builds(
    lambda parts, separator: separator.join(parts),
    st.lists(st.sampled_from(FRAGMENTS), max_size=8),
    st.sampled_from(["", "", "\n", "\n\n", " ", "\r\n", "\r"]),
)
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
AWKWARD = {
    "empty": "",
    "one character": "字",
    "one emoji": "😀",
    "white space": " \n\t\r\n\u3000",
    "carriage returns": "# 标题\r\n\r\n第一句。\r\n第二句。\r\n\r\n- 项\r\n",
    "lone carriage returns": "标题\r\r第一句。\r第二句。",
    "byte order mark": "\ufeff# 标题\n\n文字😀。",
    "beyond the BMP": "𠮷野家😀👩‍👩‍👧。𝔘𝔫𝔦𝔠𝔬𝔡𝔢 text. 🇨🇳!",
    "combining marks": "e\u0301te\u0301. n\u0303! a\u0308\u0304。",
    "full width": "ＡＢＣ　１２３。ｄｅｆ！",
    "table": "|名|值|\n|-|-|\n|😀 **粗**|`a` &amp; \\| b|\n||空|\n",
    "nested emphasis": "**粗 *斜 `码` 体* 体**文字***全***。",
    "broken emphasis": "******文**** ****************\\|****************** **刘**、** 王** ****",
    "cut inside emphasis": "**" + (LONG * 6 + "。") * 4 + "****" + LONG * 9 + "。**",
    "cut inside code": "`" + "\n".join([LONG * 4 + "。"] * 12) + "`",
    "quoted HTML": "> <div>\n> 文字 &amp; 更多\n> </div>\n",
    "unknown declaration": "<![图片](u)",
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_the_law_holds_for_awkward_texts(text: str):
    found = read(text)
    check_positions(found.article, cut_passages(found))


@given(markdown)
@settings(max_examples=800)
@example("`` ` ``")
@example("`两\n行。二`")
@example("---\na: |\n  b\n  c\n---\n")
def test_the_law_holds_for_any_markdown(text: str):
    found = read(text)
    check_positions(found.article, cut_passages(found))


@given(any_text)
def test_the_law_holds_for_any_characters(text: str):
    found = read(text)
    check_positions(found.article, cut_passages(found))


@given(markdown, st.integers(1, 60), st.integers(1, 120))
def test_the_law_holds_for_any_length_of_passages(text: str, shortest: int, longest: int):
    found = read(text)
    check_positions(found.article, cut_passages(found, CutSettings(shortest, max(shortest, longest))))


@pytest.mark.parametrize("number", range(5))
def test_the_law_holds_for_the_seeds(number: int):
    check_positions(seed(number).article, seed_passages(number))


@given(markdown)
@settings(max_examples=500)
def test_blocks_stand_in_order_and_hold_every_character(text: str):
    end = 0
    source = read(text).article.text
    for block in parse_markdown(source):
        assert source[end : block.span.start].strip() == ""
        assert end <= block.span.start < block.span.end
        end = block.span.end
        for s in block.text.segments:
            assert block.span.start <= s.source_start <= s.source_end <= block.span.end
    assert source[end:].strip() == ""


@given(
    st.lists(st.sampled_from(["第一句。", "Second one. ", "**粗体。**", "😀。", "1. a\n", "\n\n", "`x` "]), max_size=12)
)
def test_every_word_is_in_exactly_one_passage_or_heading(parts: list[str]):
    found = read("".join(parts))
    passages = cut_passages(found)
    headings = [block.span for block in found.blocks if block.kind is BlockKind.HEADING]
    for i, character in enumerate(found.article.text):
        holders = [s for s in [*headings, *(p.span for p in passages)] if s.start <= i < s.end]
        if character.isalpha():
            assert len(holders) == 1


@given(markdown)
def test_what_readable_text_finds_lands_on_the_source(text: str):
    """A search hit in the readable text, mapped back, reads the same in the source."""
    found = read(text)
    for passage in cut_passages(found):
        readable = passage.readable
        for segment in readable.segments:
            middle = (segment.start + segment.end) // 2
            span = readable.span(middle, middle + 1)
            assert span is not None
            if segment.verbatim:
                assert span.quote(found.article.text) == readable.text[middle]


@given(markdown)
def test_windows_line_ends_change_nothing_that_is_read(text: str):
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    windows = unix.replace("\n", "\r\n")
    said, said_on_windows = (["".join(p.readable.text.split()) for p in cut(each)] for each in (unix, windows))
    assert said_on_windows == said


def test_a_byte_order_mark_is_no_part_of_the_text():
    data = "# 标题\n\n正文在此。\n".encode()
    plain, marked = (read_article(SourceFile("a.md", each)) for each in (data, b"\xef\xbb\xbf" + data))
    assert marked.article.text == plain.article.text
    assert cut_passages(marked) == cut_passages(plain)


def test_positions_count_code_points_not_bytes_or_utf16_units():
    text = "😀𠮷é\n\n正文在此。"
    last = cut(text)[-1].sentences[-1]
    assert last.span.quote(text) == "正文在此。"
    assert last.span.start == 5


@pytest.mark.parametrize("path", SEED_FILES, ids=lambda path: path.name[:3])
def test_the_text_is_exactly_what_the_file_decodes_to(path):
    assert read_article(SourceFile(path.name, path.read_bytes())).article.text == path.read_bytes().decode("utf-8")
