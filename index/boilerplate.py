"""Tells what an article says from what its site hangs onto it: adverts, share lines, contacts, related posts.

Boilerplate stays readable in the source; it is only kept out of the ranking. Each rule is a row of a table, so that a
new site needs a row and no code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.blocks import EMPHASIS_LEVEL, Block, BlockKind

_PHRASES = re.compile(
    r"""
      扫码 | 入群 | 微信群 | 后台回复 | 公众号$ | 联系公众号 | 篇原创内容 | 右下角点个?赞 | 信息分享群 | 欢迎关注 | 长按识别
    | 新书.{0,6}(发售|上市) | 点击(上方|下方).{0,6}(关注|订阅) | 请发送邮件至 | 免责声明 | 版权所有
    | subscribe\ to\ (our|my) | sign\ up\ for\ (our|the) | follow\ us\ on | all\ rights\ reserved$ | unsubscribe
    | (email|contact|write\ to)\ us\ at | share\ this\ (post|article) | cookie\ policy
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SOCIAL_LABEL = re.compile(
    r"(推特|微博|微信|电报|频道|社区|twitter|telegram|discord|facebook|linkedin|weibo|wechat)[^:：]{0,12}[:：]\s*[!-~]+$",
    re.IGNORECASE,
)
_OPEN_ELSEWHERE = re.compile(
    r"^(跳转到|点击|在).{0,12}(查看|打开|阅读)(原文|全文)?$|^(阅读|查看)(原文|全文)$|^(open|view|read)\ (it\ )?(in|on)\ \S+",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"^(相关(主题|阅读|文章|推荐)|延伸阅读|推荐阅读|related\s.{0,12}|more from.{0,20}|read next)$", re.IGNORECASE
)
_FRAGMENT = 30
"""A block this short and without sentence punctuation is a fragment: a name, a slogan, a stray comma."""


def find_boilerplate(blocks: Sequence[Block]) -> frozenset[int]:
    """The indexes of the blocks that are boilerplate.

    A block is, if it matches a rule; a heading that announces related posts is, with the headings and fragments below
    it; and a run of fragments that touches boilerplate is part of it.
    """
    found = {i for i, block in enumerate(blocks) if _is_boilerplate(block)}
    _take_related(blocks, found)
    downwards, upwards = range(len(blocks)), range(len(blocks) - 1, -1, -1)
    for order in (downwards, upwards):
        near = False
        for i in order:
            if blocks[i].kind is BlockKind.MARKUP:
                continue
            # a heading belongs to what stands below it, so it joins only from there
            joins = _is_fragment(blocks[i]) or (order is upwards and _is_name(blocks[i]))
            near = i in found or (near and joins)
            if near:
                found.add(i)
    return frozenset(found)


def _is_boilerplate(block: Block) -> bool:
    if block.kind in (BlockKind.MARKUP, BlockKind.FRONT_MATTER, BlockKind.TABLE_ROW, BlockKind.TABLE_HEAD):
        return False
    text = block.text.text
    if _OPEN_ELSEWHERE.search(text) and block.links:
        return True
    return bool(_PHRASES.search(text)) or (len(text) <= _FRAGMENT + 20 and bool(_SOCIAL_LABEL.search(text)))


def _take_related(blocks: Sequence[Block], found: set[int]) -> None:
    """The heading "related topics" and all headings after it that have nothing under them."""
    for i, block in enumerate(blocks):
        if block.kind is not BlockKind.HEADING or not _RELATED.match(block.text.text):
            continue
        found.add(i)
        for j in range(i + 1, len(blocks)):
            if blocks[j].kind is BlockKind.HEADING and blocks[j].level >= block.level:
                found.add(j)
            elif blocks[j].kind is not BlockKind.MARKUP:
                break


def _is_fragment(block: Block) -> bool:
    text = block.text.text
    return block.kind is BlockKind.PARAGRAPH and len(text) <= _FRAGMENT and not re.search(r"[。！？；!?：:.]", text)


def _is_name(block: Block) -> bool:
    """A bold line that may be an account's name."""
    return block.level == EMPHASIS_LEVEL and len(block.text.text) <= 6 and block.text.text.isalpha()
