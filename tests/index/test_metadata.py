import pytest

from index.reading import SourceFile, read_article
from index.types import Metadata
from tests.index.helpers import read

FRONT = """---
title: 茶的历史
url: https://tea.example.com/a
source: 茶学
authors:
- 陆羽
- Dr. Leaf
date: '2024-01-02'
updated: 2025/3/4
note: 2024年的往事，说来话长，与日期无关的一句很长很长的话
categories: [饮品]
tags:
- 茶
- 历史
---

# 另一个标题

正文。
"""


def metadata(text: str, path: str = "folder/name.md") -> Metadata:
    return read(text, path).article.metadata


def test_front_matter_comes_first():
    found = metadata(FRONT)
    assert found.title == "茶的历史"
    assert found.url == "https://tea.example.com/a"
    assert found.site == "茶学"
    assert found.author == "陆羽, Dr. Leaf"
    assert found.dates == {"date": "2024-01-02", "updated": "2025/3/4"}
    assert found.tags == ("茶", "历史", "饮品")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# 茶\n\n正文。", "茶"),
        ("茶\n===\n\n正文。", "茶"),
        ("#茶\n\n正文。", "茶"),
        ("引子。\n\n# 茶\n", "茶"),
        ("## 茶\n\n正文。", "茶"),
        ("**茶**\n\n正文。", "茶"),
        ("正文而已。", "name"),
        ("", "name"),
        ("![](x.png)\n\n# 茶\n", "茶"),
    ],
)
def test_the_title_is_the_main_heading_or_the_first_line_or_the_name_of_the_file(text: str, title: str):
    assert metadata(text).title == title


def test_a_given_title_overrides_all():
    found = read_article(SourceFile("a.md", FRONT.encode(), title="规定的标题"))
    assert found.article.metadata.title == "规定的标题"


def test_the_link_under_the_title_counts_only_if_its_label_is_its_host():
    linked = metadata("茶\n===\n\n[www.tea.cn](https://www.tea.cn/a)\n\n正文。")
    assert (linked.url, linked.site) == ("https://www.tea.cn/a", "tea.cn")
    assert metadata("茶\n===\n\n[别处](https://www.tea.cn/a)\n").url is None
    assert metadata("茶\n===\n\n一。\n\n二。\n\n三。\n\n[a.cn](https://a.cn/)\n").url is None


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("作者：陆羽、 苏轼", "陆羽、苏轼"),
        ("文 | 刘雨洁", "刘雨洁"),
        ("By: Ann Lee", "Ann Lee"),
        ("作者在文中说明了一切", None),
        ("By the way", None),
    ],
)
def test_a_byline_at_the_top_or_the_bottom_names_the_author(line: str, author: str | None):
    middle = "\n\n".join(f"第{i}段正文。" for i in range(30))
    assert metadata(f"# 茶\n\n{line}\n\n{middle}\n").author == author
    assert metadata(f"# 茶\n\n{middle}\n\n{line}\n").author == author


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("发表9月 28, 2022", {"published": "2022-09-28"}),
        ("2023年1月2日", {"published": "2023-01-02"}),
        ("2023-1-2 08:00", {"published": "2023-01-02"}),
        ("事情发生在 2023-01-02，当时所有人都没有想到会变成后来那样。", {}),
        ("版本 2023", {}),
    ],
)
def test_a_dateline_is_read_as_an_iso_date(line: str, dates: dict[str, str]):
    assert metadata(f"# 茶\n\n{line}\n\n正文。").dates == dates


def test_empty_front_matter_values_are_as_good_as_none():
    found = metadata("---\ntitle: ''\nauthor: ''\n---\n\n# 茶\n\n作者：陆羽\n")
    assert (found.title, found.author) == ("茶", "陆羽")


@pytest.mark.parametrize("text", ["# T\n\n[x](http://[)\n\n正文。\n", "---\nurl: 'http://['\n---\n\n正文。\n"])
def test_an_address_that_is_none_has_no_site(text: str):
    assert metadata(text).site is None
