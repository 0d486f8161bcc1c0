"""What the reader must handle in the five articles that ship: each line of the design's list, on the real files."""

import re
import unicodedata

import pytest

from index.blocks import EMPHASIS_LEVEL, Block, BlockKind
from index.boilerplate import find_boilerplate
from index.language import count_han
from index.tokens import Tokenizer
from index.types import Passage, PassageKind
from tests.index.helpers import SEED_FILES, check_positions, seed, seed_passages, uncovered

ALL = pytest.mark.parametrize("number", range(5), ids=[path.name[:3] for path in SEED_FILES])


def source(number: int) -> str:
    return seed(number).article.text


def said(number: int) -> str:
    """Everything that is read of an article, headings included."""
    return "\n".join(block.text.text for block in seed(number).blocks)


def passages(number: int, kind: PassageKind | None = None) -> list[Passage]:
    return [p for p in seed_passages(number) if kind is None or p.kind is kind]


def ranked(number: int) -> str:
    return "\n".join(p.readable.text for p in seed_passages(number) if p.ranked)


def headings(number: int) -> list[str]:
    return [block.text.text for block in seed(number).blocks if block.kind is BlockKind.HEADING]


def rows(number: int = 4) -> list[Block]:
    return [block for block in seed(number).blocks if block.kind is BlockKind.TABLE_ROW]


# -- nothing is lost ---------------------------------------------------------------------------------------------------


@ALL
def test_every_character_is_in_a_passage_a_heading_front_matter_or_markup(number: int):
    found = seed(number)
    lost = uncovered(found, seed_passages(number))
    for piece in lost:
        print(f"falls through: {piece}")  # noqa: T201
    assert [piece for piece in lost if not _is_markup(piece)] == []


def _is_markup(piece: str) -> bool:
    """List marks, tags, and what of a link or an image is no text."""
    return bool(
        re.fullmatch(r"[-*\[\]]|\d+\.|</?\w+>|(!?\[)?\]?\([^()\s]+\)|(<b>)?\\?/[\w\\/.-]+|\W+", piece, re.ASCII)
    )


@ALL
def test_blocks_hold_every_character(number: int):
    end = 0
    for block in seed(number).blocks:
        assert source(number)[end : block.span.start].strip() == ""
        assert block.span.start >= end
        end = block.span.end
    assert source(number)[end:].strip() == ""


@ALL
def test_markup_holds_no_prose(number: int):
    """Outside image texts, link destinations and tags no two Han characters stand together in it."""
    for block in seed(number).blocks:
        if block.kind is BlockKind.MARKUP:
            rest = re.sub(r"!\[[^\]]*\]|\]?\([^)]*\)|<[^>]*>", " ", block.span.quote(source(number)))
            assert not re.search(r"[\u4e00-\u9fff]{2}", rest), rest


@ALL
def test_no_han_character_is_left_unread(number: int):
    """But for the alternative texts that say nothing."""
    text = source(number)
    unread = set(range(len(text)))
    for block in seed(number).blocks:
        for segment in block.text.segments:
            unread -= set(range(segment.source_start, segment.source_end))
    left = "".join(text[i] if i in unread else " " for i in range(len(text))).replace("![图片]", "")
    assert count_han(left) == 0, left.split()


@ALL
def test_positions_are_exact(number: int):
    check_positions(seed(number).article, seed_passages(number))


@ALL
def test_no_markup_is_read(number: int):
    text = "\n".join(b.text.text for b in seed(number).blocks if b.kind is not BlockKind.FRONT_MATTER)
    for mark in (
        "](",
        "![",
        "**",
        "<b>",
        "<div",
        "</",
        "<br",
        "\\[",
        "\\~",
        "\\&",
        "http://",
        "https://",
        "imageMogr2",
        "&amp;",
    ):
        assert mark not in text, text[max(0, text.find(mark) - 20) :][:60]


# -- the essays --------------------------------------------------------------------------------------------------------

FACTS = [
    "6个数量级",
    r"(Attention is All You Need|Attention Is All You Need)",
    "40%",
    r"边际成本降(为|至)(接近于)?零",
]


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("number", [0, 1, 4])
def test_the_three_translations_state_the_same_fact_in_one_ranked_passage_each(fact: str, number: int):
    found = [p for p in seed_passages(number) if p.ranked and re.search(fact, p.readable.text)]
    assert found
    for passage in found:
        assert re.search(fact, passage.span.quote(source(number)))


@pytest.mark.parametrize("number", [2, 3])
def test_the_others_do_not_state_it(number: int):
    assert "6个数量级" not in said(number)


def test_the_sequel_names_its_predecessor():
    assert "Generative AI: A Creative New World" in ranked(2)
    assert "Generative AI's Act Two" in ranked(2)


# -- metadata ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "title", "url", "site"),
    [
        (0, "生成式AI：充满创造力的新世界", "https://www.sequoiacap.cn/article/generative-ai-a-creative-new-world/",
         "sequoiacap.cn"),
        (1, "生成式AI：重塑创造力与知识工作的新浪潮", "https://sequoiacap.com/article/generative-ai-a-creative-new-world/",
         "红杉资本 (Sequoia)"),
        (2, "红杉美国｜生成式AI进入第二阶段了", "https://mp.weixin.qq.com/s/e2bOOnRfuV36WylWLidLxw", "mp.weixin.qq.com"),
        (3, "AI 已死？不，AIGC 给我们带来了新的希望", "https://foresightnews.pro/article/detail/22981", "foresightnews.pro"),
        (4, "生成式AI行研", None, None),
    ],
)  # fmt: skip
def test_title_link_and_site(number: int, title: str, url: str | None, site: str | None):
    metadata = seed(number).article.metadata
    assert (metadata.title, metadata.url, metadata.site) == (title, url, site)


@pytest.mark.parametrize(
    ("number", "author"),
    [(0, "Sonya Huang、Pat Grady、GPT-3"), (1, None), (2, None), (3, "刘雨洁、王与桐"), (4, None)],
)
def test_authors(number: int, author: str | None):
    assert seed(number).article.metadata.author == author


def test_front_matter_is_metadata():
    metadata = seed(1).article.metadata
    assert metadata.dates == {"date": "2025-06-10", "translated_at": "2026-02-06T04:09:30.432016"}
    assert metadata.tags == ("生成式AI", "人工智能", "创造力", "技术演进", "经济影响", "技术趋势")


def test_front_matter_is_also_searchable():
    (front,) = passages(1, PassageKind.METADATA)
    assert front.ranked
    assert front.span.start == 0
    for text in (
        "Generative AI: A Creative New World",
        "红杉资本 (Sequoia)",
        "2025-06-10",
        "生成式AI, 人工智能, 创造力",
        "技术趋势",
    ):
        assert text in front.readable.text
    assert any("应用层将迎来爆发" in s.span.quote(source(1)) for s in front.sentences)


def test_the_dates_of_two_translations_contradict_each_other():
    assert seed(0).article.metadata.dates == {"published": "2022-09-28"}
    assert seed(1).article.metadata.dates["date"] == "2025-06-10"


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_year_in_the_text_is_no_date_of_the_article(number: int):
    assert seed(number).article.metadata.dates == {}


# -- tables ------------------------------------------------------------------------------------------------------------


def test_every_table_row_is_a_passage():
    lines = [
        line for line in source(4).splitlines() if re.match(r"\s*\|", line) and not re.fullmatch(r"[|:\- ]+", line)
    ]
    tables = 5
    assert len(passages(4, PassageKind.TABLE_ROW)) == len(rows()) == len(lines) - tables
    assert [block.span.quote(source(4)).strip() for block in rows()] == [
        line.strip() for line in lines if line.strip() in {b.span.quote(source(4)).strip() for b in rows()}
    ]
    assert sum(block.kind is BlockKind.TABLE_HEAD for block in seed(4).blocks) == tables


def test_the_longest_row_is_one_passage():
    longest = max(passages(4, PassageKind.TABLE_ROW), key=lambda passage: len(passage.span))
    assert len(longest.span) == 717
    assert longest.readable.text.startswith("代表公司: Google; 大模型: BERT")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _values(cell: str) -> list[str]:
    """What a cell says between spaces and ends of sentences, without tags, addresses and what reads as emphasis."""
    return [
        value
        for value in re.split(r"[\s。！？；]+", re.sub(r"<[^>]*>|https?://[!-~]*", " ", cell).replace("*", ""))
        if value
    ]


def test_every_value_is_found_together_with_its_row_and_its_column():
    """By a second, simpler reading of the lines."""
    checked = 0
    header: list[str] = []
    found = {p.span.quote(source(4)).strip(): p for p in passages(4, PassageKind.TABLE_ROW)}
    lines = source(4).splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if re.fullmatch(r"\|[|:\- ]+\|", following):
            header = _cells(line)
        passage = found.get(line.strip())
        if passage is None or len(header) == 1:
            continue
        names = _values(_cells(line)[0])
        for column, cell in zip(header, _cells(line), strict=False):
            for value in _values(cell):
                at = passage.readable.text.find(f"{column}: ")
                assert at >= 0
                assert value in passage.readable.text[at:]
                sentences = [s.text for s in passage.sentences if value in s.text and column in s.text]
                assert sentences, (column, value)
                assert any(all(name in text for name in names) for text in sentences), (names, column, value)
                checked += 1
    assert checked > 500


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("Open AI", "资金投入", "3年投入超20亿美元"),
        ("Open AI", "领军人物", "Ilya Sutskever"),
        ("Stability AI", "算力资源", "公有云上4000张A100"),
        ("BigScience workshop", "资金投入", "1000-2000万美金"),
        ("华为", "领军人物", "田奇"),
        ("北京智源人工智能研究院", "算力资源", "一千多张卡"),
        ("秘塔", "方向", "文本编辑"),
        ("Google：PaLM", "参数", "540 B"),
        ("Nvida：Magic 3D", "性能", "分辨率是后者的8倍"),
    ],
)
def test_values_of_the_big_tables(name: str, header: str, value: str):
    (passage,) = [
        p
        for p in passages(4, PassageKind.TABLE_ROW)
        if p.sentences[0].text.endswith(f": {name}") and value in p.readable.text
    ]
    (sentence,) = [s for s in passage.sentences if value in s.text]
    assert sentence.text.startswith(f"{name} {header}: ")
    assert value in sentence.span.quote(source(4))


def test_tags_and_addresses_in_cells_are_not_read_but_hosts_are():
    text = "\n".join(block.text.text for block in rows())
    assert "<" not in text
    assert "100pt" not in text
    assert "://" not in text
    assert "zhuanlan.zhihu.com" in text
    assert "wfr=spider" not in text


def test_the_first_cells_of_a_row_are_read_without_their_unclosed_tags():
    (row,) = [block for block in rows() if block.text.text.startswith("代表公司: Open AI")]
    assert [cell.header for cell in row.cells][:3] == ["代表公司", "大模型", "跨模态"]
    assert [cell.value.text for cell in row.cells][:3] == ["Open AI", "GPT-3", "CLIP"]


def test_empty_cells_are_left_out():
    (row,) = [block for block in rows() if block.text.text.startswith("代表公司: BigScience")]
    assert row.text.text == "代表公司: BigScience workshop; 文本: BLOOM; 资金投入: 1000-2000万美金"
    (open_ai,) = [block for block in rows() if block.text.text.startswith("代表公司: Open AI")]
    assert "生物" not in {cell.header for cell in open_ai.cells}
    assert all(": ;" not in block.text.text and not block.text.text.endswith(": ") for block in rows())


def test_the_table_of_one_column():
    found = [p for p in passages(4, PassageKind.TABLE_ROW) if p.heading[-1] == "Take away"]
    assert len(found) == 10
    assert found[0].readable.text.startswith("人才密度对比：中国缺少")
    assert [p.readable.text for p in found][5] == "中国需要："


def test_tables_are_introduced_by_the_line_above():
    introductions = {p.heading[-1] for p in passages(4, PassageKind.TABLE_ROW)}
    assert introductions == {
        "下面，我们做了一个更加详细的mapping，梳理了生成式AI中各玩家的“武器库”。",
        "对于国内公司，我们也梳理了mapping。",
        "以上是模型层面的梳理，而关于具体应用层面，我们按照模态，从文本、图像、视频和3D、游戏领域进行了梳理：",
        "为了直观比较中美生成式AI的差异，我们对比了国内外SOTA，具体情况如下：",
        "Take away",
    }


# -- headings ----------------------------------------------------------------------------------------------------------


def test_underlined_headings_of_004():
    assert [h for h in headings(4) if re.match("[一二三四五六]、", h)] == [
        "一、导语", "二、Why Now", "三、市场格局", "四、中国的AIGC", "五、未来会发生什么", "六、困难和挑战",
    ]  # fmt: skip


def test_underlined_headings_of_003():
    underlined = [b.text.text for b in seed(3).blocks if b.kind is BlockKind.HEADING and b.level == 2]
    assert underlined == [
        "创投：烧钱的未来，注定是少数人的游戏", "AI Art：从高门槛变成无门槛",
        "AI-Generated Text：基于真实需求，最有想象力的商业应用",
        "Video AI：创业公司层出不穷", "AI Coding：开始小规模应用", "LLM：作为底层技术，没有巨头缺席",
        "结语：商业化，生成式 AI 在 2023 年最大的课题",
    ]  # fmt: skip


def test_the_main_heading_without_its_space():
    first = seed(4).blocks[0]
    assert (first.kind, first.level, first.text.text) == (BlockKind.HEADING, 1, "#生成式AI行研")
    assert seed(4).article.metadata.title == "生成式AI行研"


@pytest.mark.parametrize(("number", "dashes"), [(0, 11), (2, 14), (3, 4)])
def test_dashes_inside_a_line_are_no_heading(number: int, dashes: int):
    inside = re.findall(r"(?m)(?<=\S)-{6}|-{6}(?=\S)", re.sub(r"(?m)^[-=]+$", "", source(number)))
    assert len(inside) == dashes
    assert said(number).count("------") == dashes
    assert not any("------" in heading for heading in headings(number))


def test_bold_lines_are_headings_of_their_section():
    assert {"为什么是现在？", "市场格局", "模型", "应用", "困难与风险"} <= set(headings(0))
    assert {"导语", "面向第二阶段", "以下是我们预测错的：", "模型开发栈"} <= set(headings(2))
    assert all(b.level == EMPHASIS_LEVEL for b in seed(2).blocks[1:] if b.kind is BlockKind.HEADING)
    (passage,) = [p for p in passages(0) if "6个数量级" in p.readable.text]
    assert passage.heading == ("第二波发展浪潮：",)


# -- wrapped lines, images, broken marks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrapped", "joined"),
    [
        ("未经选\n举的", "未经选举的"),
        ("包\n括艺术家", "包括艺术家"),
        ("挣扎于劳\n动力短缺", "挣扎于劳动力短缺"),
        ("生\n产力改进", "生产力改进"),
        ("Margaret\nMitchell", "Margaret Mitchell"),
        ("强大的法律\n和监管框架", "强大的法律和监管框架"),
    ],
)
def test_lines_wrapped_in_mid_word_are_joined(wrapped: str, joined: str):
    assert wrapped in source(4)
    (passage,) = [p for p in passages(4) if joined in p.readable.text]
    at = passage.readable.text.index(joined)
    span = passage.readable.span(at, at + len(joined))
    assert span is not None
    assert span.quote(source(4)) == wrapped


def test_forty_images_are_markup_or_captions_and_never_addresses():
    assert source(3).count("![") == 40
    assert "cubox" not in ranked(3)
    assert ".jpg" not in said(3)


def test_captions_of_images_are_read():
    assert "随着AI模型逐渐变大，它们已开始超越主要的人类性能基准" in ranked(1)
    assert "由Midjourney生成的插图" in ranked(1)
    assert "图片" not in headings(2)
    assert not any(p.readable.text == "图片" for p in passages(2))


def test_broken_emphasis_is_not_read():
    assert source(3).count("****") >= 10
    assert "文 | 刘雨洁、 王与桐\n编辑 | 石亚琼\n封面来源 ｜ IC photo" in ranked(3)
    assert "信息】" in said(2)


@ALL
def test_no_stray_emphasis_is_left_in_what_is_read(number: int):
    assert "**" not in said(number)


def test_bullets_that_hold_their_text_on_the_next_line_are_whole():
    (first, *_) = [p for p in passages(3, PassageKind.LIST)]
    assert first.readable.text.startswith("AI Art 成为越来越多应用的")
    assert len(re.findall(r"(?m)^\*$", source(3))) == sum(
        b.kind is BlockKind.LIST_ITEM and b.span.quote(source(3)).startswith("*") for b in seed(3).blocks
    )
    assert all(block.text.text.strip() for block in seed(3).blocks if block.kind is BlockKind.LIST_ITEM)


def test_escapes_read_as_the_character():
    assert "\\[ 编者按 \\]" in source(0)
    assert "[ 编者按 ]人类擅长分析" in ranked(0)
    assert "10~11 月" in ranked(3)
    assert "Weights & Biases" in ranked(2)


# -- boilerplate -------------------------------------------------------------------------------------------------------

BOILERPLATE = {
    0: ["跳转到 Cubox 查看"],
    1: ["如果您是创始人并希望会面，请发送邮件至", "相关主题", "开发者工具 2.0", "AI 招募新型混合劳动力",
        "与 Hugging Face 合作：一场机器学习转型", "与 Glean 合作：组织知识工作"],
    2: ["最近创建了一个微信群", "关于学习、工作、生活、投资、创业和人生", "45篇原创内容", "转载请联系公众号后台",
        "觉得内容不错的朋友",
        "之前创建的深思圈信息分享群", "欢迎关注深思圈", "福利时间：扫码", "我的新书正式发售了", "跳转到 Cubox 查看"],
    3: ["中文推特", "英文推特", "Discord 社区", "电报频道", "电报社区", "跳转到 Cubox 查看"],
    4: [],
}  # fmt: skip


@ALL
def test_boilerplate_is_readable_in_the_source_but_not_ranked(number: int):
    marked = passages(number, PassageKind.BOILERPLATE)
    for text in BOILERPLATE[number]:
        assert any(text in p.readable.text and text in p.span.quote(source(number)) for p in marked), text
        assert text not in ranked(number)


@ALL
def test_little_else_is_boilerplate(number: int):
    """Beside what is listed only names and stray marks of the same adverts."""
    listed = BOILERPLATE[number]
    others = [
        p.readable.text
        for p in passages(number, PassageKind.BOILERPLATE)
        if not any(t in p.readable.text for t in listed)
    ]
    assert set(others) <= {"深思圈", "公众号", "，", "参考材料"}
    assert (
        sum(len(b.text.text) for i, b in enumerate(seed(number).blocks) if i in find_boilerplate(seed(number).blocks))
        < 900
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "All rights reserved"),
        (1, "我们正处在技术平台变革的开端"),
        (2, "去年的今日，红杉美国官网发表了一篇题为"),
        (3, "无论是哪条路，在 2022 年都已有雏形和早期沉淀"),
        (3, "推特用了两年"),
        (4, "Open AI 的 CEO Sam Altman 在推特上说"),
    ],
)
def test_what_the_article_says_stays_ranked(number: int, text: str):
    assert text in ranked(number)


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.mark.parametrize(
    ("asked", "written", "number", "shared"),
    [
        ("DALLE2", "DALL-E2", 3, "dalle2"),
        ("DALL-E2", "DALLE2", 3, "dalle2"),
        ("DALL-E 2", "DALL·E 2", 4, "dalle"),
        ("DALL·E 2", "DALL-E 2", 3, "dalle"),
        ("GPT-3.5", "GPT3.5", 3, "gpt35"),
        ("GPT3.5", "GPT-3.5", 3, "gpt35"),
        ("GPT3.5", "GPT 3.5", 4, "gpt"),
        ("ChatGPT", "chatGPT", 3, "chatgpt"),
        ("Stability AI", "Stability", 4, "stabil"),
        ("gpt4", "gbt 4", 4, "4"),
    ],
)
def test_variants_of_a_name_meet_in_the_seeds(tokenizer: Tokenizer, asked: str, written: str, number: int, shared: str):
    assert written in ranked(number)
    question = set(tokenizer.tokens(asked))
    assert shared in question
    holders = [p for p in seed_passages(number) if written in p.readable.text]
    assert any(shared in tokenizer.tokens(p.readable.text) for p in holders)


@ALL
def test_the_text_is_kept_as_it_is_written(number: int):
    """Nothing is normalised away: the misspelt names still stand where they stood."""
    variants = {
        3: ["Stability Diffusion", "DiscoDifusion"],
        4: ["Stablility AI", "gbt 4", "RALF", "RLHF", "Runaway ML"],
    }
    for name in variants.get(number, []):
        assert name in said(number)
    assert unicodedata.normalize("NFC", source(number)) == source(number)
