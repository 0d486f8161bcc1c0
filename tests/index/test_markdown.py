import time

import pytest

from index.blocks import EMPHASIS_LEVEL, Block, BlockKind, Link
from index.spans import Span
from tests.index.helpers import blocks, texts


def kinds(text: str) -> list[BlockKind]:
    return [block.kind for block in blocks(text)]


def only(text: str) -> Block:
    (block,) = blocks(text)
    return block


@pytest.mark.parametrize(
    ("text", "level", "said"),
    [
        ("# 一级\n", 1, "一级"),
        ("## 二级 ##\n", 2, "二级"),
        ("###### 六级", 6, "六级"),
        ("标题\n====\n", 1, "标题"),
        ("小节\n---\n", 2, "小节"),
        ("### **粗体** `码`\n", 3, "粗体 码"),
    ],
)
def test_headings_of_both_styles(text: str, level: int, said: str):
    block = only(text)
    assert (block.kind, block.level, block.text.text) == (BlockKind.HEADING, level, said)


@pytest.mark.parametrize(
    "text", ["找到规律------不管是什么。\n", "a --- b\n", "前\n\n- - -\n\n后", "第一行\n第二行 ---\n"]
)
def test_dashes_inside_a_line_or_alone_are_no_heading(text: str):
    assert BlockKind.HEADING not in kinds(text)


@pytest.mark.parametrize(
    "text", ["**市场格局**\n\n正文。", "**01.**  \n\n正文。", "**市场格局**   \n正文。", "<b>图片生成</b>\n\n正文。"]
)
def test_a_short_bold_line_is_a_heading_below_all_others(text: str):
    heading, body = blocks(text)
    assert (heading.kind, heading.level) == (BlockKind.HEADING, EMPHASIS_LEVEL)
    assert (body.kind, body.text.text) == (BlockKind.PARAGRAPH, "正文。")
    assert heading.span.end <= body.span.start


@pytest.mark.parametrize(
    "text",
    [
        "**这是一句结论。**\n",
        "**粗** 后面还有字\n",
        "前面有字 **粗**\n",
        "**" + "长" * 41 + "**\n",
        "**It is a sentence.**\n",
        "*斜体*\n",
    ],
)
def test_a_bold_sentence_or_part_of_a_line_is_no_heading(text: str):
    assert kinds(text) == [BlockKind.PARAGRAPH]


def test_images_are_read_only_if_their_alternative_text_says_something():
    assert texts("![图片](u.jpg)\n\n![img 3](u.jpg)\n\n![](u.jpg)\n", BlockKind.PARAGRAPH) == []
    caption, english = blocks("![模型逐渐变大的示意图](u.jpg)\n\n![a chart of four words](u.jpg)\n")
    assert caption.text.text == "模型逐渐变大的示意图"
    assert english.text.text == "a chart of four words"


def test_an_image_stands_on_a_line_of_its_own():
    assert only("前文。![由机器生成的插图](u)后文").text.text == "前文。\n由机器生成的插图\n后文"
    assert only("前文。\n![](u) 后文").text.text == "前文。\n后文"


def test_links_keep_their_label_and_give_their_address():
    block = only('见 [**官网**](https://a.b/c "标题") 与 <https://d.e/f>。\n')
    assert block.text.text == "见 官网 与 d.e。"
    assert block.links == (Link("官网", "https://a.b/c"), Link("d.e", "https://d.e/f"))


def test_a_definition_of_a_link_is_markup():
    paragraph, definition = blocks("[标签][1]在此。\n\n[1]: https://a.b/c\n")
    assert paragraph.text.text == "标签在此。"
    assert (definition.kind, definition.text.text) == (BlockKind.MARKUP, "")


def test_footnotes_are_read():
    assert texts("正文[^1]在此。\n\n[^1]: 注解没有空格。\n", BlockKind.PARAGRAPH) == ["正文在此。", "注解没有空格。"]


def test_bare_addresses_shrink_to_their_host():
    assert (
        only("参考：https://a.example.com/x/y?z=1&w=2。其次http://b.cn/路径 结束").text.text
        == "参考：a.example.com。其次b.cn路径 结束"
    )


def test_entities_and_escapes_read_as_what_they_stand_for():
    block = only("\\[ 编者按 \\] A&amp;B 10\\~11 &#x1F600;\n")
    assert block.text.text == "[ 编者按 ] A&B 10~11 😀"


def test_emphasis_that_closes_nothing_disappears():
    assert "*" not in only("******文**** ****************\\|****************** **刘**、** 王** ****\n").text.text
    assert only("a ** b\n").text.text.split() == ["a", "b"]
    assert only("2 * 3 = 6\n").text.text == "2 * 3 = 6"


@pytest.mark.parametrize(("text", "said"), [("`x = 1`", "x = 1"), ("`` a`b ``", "a`b"), ("`两\n行`", "两 行")])
def test_code_spans_read_as_their_content(text: str, said: str):
    assert only(text).text.text == said


def test_the_position_of_a_backtick_in_code_is_not_its_fence():
    (segment,) = only("`` ` ``").text.segments
    assert (segment.source_start, segment.source_end) == (3, 4)


@pytest.mark.parametrize("text", ["```py\nx = 1\n\ny = 2\n```\n", "    x = 1\n\n    y = 2\n"])
def test_code_blocks_keep_their_lines(text: str):
    block = only(text)
    assert block.kind is BlockKind.CODE
    assert [line for line in block.text.text.split("\n") if line] == ["x = 1", "y = 2"]


def test_a_list_item_is_one_block_with_everything_in_it():
    text = "- 第一项\n  续行\n\n  第二段\n  - 子项\n\n    ---\n\n  ```\n  码\n  ```\n- 第二项\n"
    first, second = blocks(text)
    assert first.kind is second.kind is BlockKind.LIST_ITEM
    assert [part for part in first.text.text.split("\n") if part.strip()] == ["第一项", "续行", "第二段", "子项", "码"]
    assert second.text.text == "第二项"


@pytest.mark.parametrize("text", ["- \n", "*\n", "1.\n"])
def test_an_empty_bullet_is_markup(text: str):
    assert kinds(text) == [BlockKind.MARKUP]


def test_quotations_are_read_and_their_marks_are_markup():
    found = blocks("> 第一段。\n> \n> 第二段。\n")
    assert [block.text.text for block in found if block.kind is not BlockKind.MARKUP] == ["第一段。", "第二段。"]
    assert found[0].kind is BlockKind.MARKUP


# -- tables ------------------------------------------------------------------------------------------------------------

TABLE = "|名称|**数量**|说明：|\n|:--|--:|---|\n|甲|1|<div style='x'>见 https://a.b/c</div>|\n|乙||含 \\| 线|\n"


def test_rows_read_as_header_and_value_without_empty_cells():
    head, *rows = blocks(TABLE)
    assert (head.kind, head.text.text) == (BlockKind.TABLE_HEAD, "名称; 数量; 说明：")
    assert [row.text.text for row in rows] == ["名称: 甲; 数量: 1; 说明: 见 a.b", "名称: 乙; 说明: 含 | 线"]
    assert [(cell.header, cell.value.text) for cell in rows[1].cells] == [("名称", "乙"), ("说明", "含 | 线")]


def test_the_delimiter_row_belongs_to_the_head():
    head, first, _ = blocks(TABLE)
    assert head.span == Span(0, TABLE.index("|甲"))
    assert first.span.quote(TABLE).startswith("|甲|")


def test_a_table_of_one_column_reads_as_its_values():
    _, *rows = blocks("|要点：|\n|---|\n|第一|\n|第二|\n")
    assert [row.text.text for row in rows] == ["第一", "第二"]
    assert [row.cells[0].header for row in rows] == ["要点", "要点"]


def test_a_row_without_any_value_is_markup():
    assert kinds("|a|b|\n|-|-|\n| | |\n") == [BlockKind.TABLE_HEAD, BlockKind.MARKUP]


def test_a_table_without_headers_still_gives_its_values():
    _, row = blocks("| | |\n|-|-|\n|甲|乙|\n")
    assert row.text.text == "甲; 乙"


def test_a_table_in_a_list_item_is_part_of_the_item():
    item = only("- 项\n\n  |a|b|\n  |-|-|\n  |1|2|\n")
    assert item.kind is BlockKind.LIST_ITEM
    assert item.text.text.split() == ["项", "a", "b", "1", "2"]


# -- lines -------------------------------------------------------------------------------------------------------------

WIDE = "这一行很长很长" * 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{WIDE}断\n词了。", f"{WIDE}断词了。"),
        ("a long line of English words that runs well past sixty columns\nand is wrapped.",
         "a long line of English words that runs well past sixty columns and is wrapped."),
        (f"{WIDE}。\n下一句", f"{WIDE}。\n下一句"),
        ("短行\n另一行", "短行\n另一行"),
        ("a short line\ncontinued", "a short line continued"),
        ("硬换行  \n下一行", "硬换行\n下一行"),
        ("硬换行\\\n下一行", "硬换行\n下一行"),
        ("一<br>二<br/>三", "一\n二\n三"),
        (f"{WIDE}\r\n续行", f"{WIDE}续行"),
    ],
)  # fmt: skip
def test_wrapped_lines_join_and_others_stand_alone(text: str, said: str):
    assert only(text).text.text == said


@pytest.mark.parametrize(
    "text",
    [
        "这是没有空行的一行文字，\n" * 20_000,
        ("word " * 15 + "\n") * 5_000,
        "**a** b " * 5_000,
        "<div>\n" + "text line\n" * 10_000 + "</div>\n",
        "*" * 20_000 + "a",
        "> " * 2_000 + "a",
        "[" * 20_000,
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 5_000,
    ],
    ids=["lines", "wrapped", "bold", "html", "stars", "quotes", "brackets", "rows"],
)
def test_large_and_strange_files_are_read_in_linear_time(text: str):
    began = time.perf_counter()
    assert blocks(text)
    assert time.perf_counter() - began < 5
