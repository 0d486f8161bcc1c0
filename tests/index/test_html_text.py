import pytest

from index.blocks import BlockKind
from tests.index.helpers import blocks, read, texts


def said(text: str) -> str:
    return "\n".join(texts(text, BlockKind.PARAGRAPH))


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("<div align=center>\n文字\n</div>\n", "文字"),
        ("<p>Hello <b>bold</b> and <span class=x>more</span> world.</p>\n", "Hello bold and more world."),
        ("<div>一<br>二<br/>三</div>\n", "一\n二\n三"),
        ("<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>\n", "甲\n乙"),
        ("<p>AT&amp;T &#169; &lt;b&gt; &bogus;</p>\n", "AT&T © <b> &bogus;"),
        ("<p>AT&amp T</p>\n", "AT& T"),
        ("<div>\r\n文字\r\n更多\r\n</div>\r\n", "文字\n更多"),
        ("<div>前<script>var x = '不读';</script>后<style>b {}</style></div>\n", "前\n后"),
        ("<div>可见<!-- 注释 --></div>\n", "可见"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>\n", "甲\n乙"),
    ],
)
def test_only_what_is_said_between_the_tags_is_read(text: str, readable: str):
    assert said(text) == readable


def test_quote_marks_between_the_lines_of_a_block_are_not_read():
    text = "> <div>\n> 文字\n> 续行&amp;\n> </div>\n"
    assert said(text) == "文字\n续行&"


@pytest.mark.parametrize(
    "text",
    [
        "<div>\n<p>甲</p>\n乙 &amp; 丙\n</div>\n",
        "> <div>\n> 甲\n> 乙</div>\n",
        "- <div>\n  甲乙\n  </div>\n",
        "<div>\r\n甲\r\n乙</div>",
        "<!--\r甲",
    ],
)
def test_positions_are_exact_in_every_setting(text: str):
    found = read(text)
    for block in found.blocks:
        for s in block.text.segments:
            if s.verbatim:
                assert block.text.text[s.start : s.end] == text[s.source_start : s.source_end]


@pytest.mark.parametrize(
    "text",
    ["<div align=center>\n", "<br />\n", "<!-- 注释 -->\n", "<img src='x'/>\n", "<div><script>x</script></div>\n"],
)
def test_a_block_that_says_nothing_is_markup(text: str):
    assert [block.kind for block in blocks(text)] == [BlockKind.MARKUP]


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[x]]><![图片](u.jpg)",
        "<![if IE]>\n<div>文</div>",
        "<div>\n<![",
        "<div>\n<!DOCTYPE",
        "<div>\n<?php",
        "<!--",
    ],
)
def test_broken_declarations_stop_nothing(text: str):
    assert blocks(text)


def test_a_closing_tag_without_its_opening_one_silences_nothing():
    assert said("<div></script>文字</div>\n") == "文字"
