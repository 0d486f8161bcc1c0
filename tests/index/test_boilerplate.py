import pytest

from index.boilerplate import find_boilerplate
from index.types import PassageKind
from tests.index.helpers import cut, read

BODY = "这是正文的一段，讲的是茶叶从唐代到今天的历史，长到谁也不会把它当成广告。"


def said(text: str) -> set[str]:
    """The readable texts of what is taken for boilerplate."""
    found = read(text).blocks
    return {found[i].text.text for i in find_boilerplate(found)}


@pytest.mark.parametrize(
    "line",
    [
        "感兴趣的朋友可以后台回复关键词【信息】，扫码入群。",
        "欢迎关注深思圈，一起探索更大的世界。",
        "最近我的新书正式发售了，不要错过。",
        "如果您是创始人并希望会面，请发送邮件至 a@b.c。",
        "Subscribe to our newsletter for more.",
        "Follow us on Twitter!",
        "Questions? Email us at hello@example.com.",
        "中文推特：https://twitter.com/someone",
        "Discord 社区：https://discord.gg/x",
        "[跳转到 Cubox 查看](https://cubox.pro/x)",
        "[Open in Readwise](https://x.y)",
        "[阅读原文](https://x.y)",
        "版权所有 2024",
    ],
)
def test_what_a_site_hangs_onto_its_articles_is_recognised(line: str):
    text = f"{BODY}\n\n{line}\n\n{BODY}\n"
    assert len(said(text)) == 1
    kinds = [p.kind for p in cut(text)]
    assert kinds == [PassageKind.PROSE, PassageKind.BOILERPLATE, PassageKind.PROSE]


@pytest.mark.parametrize(
    "line",
    [
        "公众号是一种媒体形式，许多作者在上面写作。",
        "推特用了两年才达到一百万用户，微信则更快。",
        "The authors subscribe to the view that tea came first.",
        "读者可以点击图中的节点查看它们之间的联系。",
        "All rights reserved; SCIENCE.ORG is the source of this chart about tea.",
        "微信：腾讯在二〇一一年推出的社交软件。",
        "社区：开源的力量，本节要讲的内容",
    ],
)
def test_what_an_article_says_about_such_things_is_no_boilerplate(line: str):
    assert said(f"{BODY}\n\n{line}\n\n{BODY}\n") == set()


def test_fragments_that_touch_boilerplate_are_part_of_it_and_others_are_not():
    text = f"{BODY}\n\n短句一\n\n{BODY}\n\n**某号**\n\n关于生活\n\n45篇原创内容\n\n公众号\n\n，\n\n{BODY}\n"
    assert said(text) == {"某号", "关于生活", "45篇原创内容", "公众号", "，"}


def test_related_posts_go_with_all_headings_under_them():
    text = f"# 茶\n\n{BODY}\n\n## 相关主题\n\n## 咖啡\n\n![](x.jpg)\n\n## 可可\n\n{BODY}\n"
    assert said(text) == {"相关主题", "咖啡", "可可"}


def test_tables_and_front_matter_are_never_boilerplate():
    assert said("---\nnote: 扫码入群\n---\n\n|渠道|\n|-|\n|公众号|\n") == set()


def test_boilerplate_stays_readable_and_exact_but_is_not_ranked():
    text = f"{BODY}\n\n扫码入群，欢迎关注我们。\n"
    (_, advert) = cut(text)
    assert not advert.ranked
    assert advert.span.quote(text) == advert.readable.text == "扫码入群，欢迎关注我们。"


def test_an_empty_article_has_none():
    assert find_boilerplate([]) == frozenset()
