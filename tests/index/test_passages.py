import pytest

from index.passages import CutSettings
from index.sentences import split_sentences
from index.spans import Span
from index.types import Passage, PassageKind
from tests.index.helpers import SEED_FILES, cut, seed, seed_passages

SENTENCE = "这是一句不长不短的话，正好可以用来凑数。"  # 20 characters


def said(passages: list[Passage]) -> list[str]:
    return [passage.readable.text for passage in passages]


def test_short_paragraphs_under_one_heading_are_read_together():
    (passage,) = cut("# 题\n\n第一段。\n\n第二段。\n")
    assert passage.readable.text == "第一段。\n第二段。"
    assert passage.kind is PassageKind.PROSE


def test_a_heading_always_begins_a_new_passage_and_is_in_none():
    text = "# 题\n\n甲。\n\n## 一\n\n乙。\n\n## 二\n\n丙。\n"
    passages = cut(text)
    assert said(passages) == ["甲。", "乙。", "丙。"]
    assert [passage.heading for passage in passages] == [(), ("一",), ("二",)]
    assert all("#" not in passage.span.quote(text) for passage in passages)


def test_the_heading_path_follows_the_levels():
    text = "# 书\n\n前言。\n\n## 章\n\n### 节\n\n甲。\n\n**小标题**\n\n乙。\n\n## 另一章\n\n丙。\n"
    assert [p.heading for p in cut(text)] == [(), ("章", "节"), ("章", "节", "小标题"), ("另一章",)]
    assert cut(text)[2].context == "章 / 节 / 小标题"


def test_long_paragraphs_are_cut_evenly_at_sentence_ends():
    text = SENTENCE * 60
    passages = cut(text)
    assert "".join(said(passages)) == text
    sizes = [len(passage.readable.text) for passage in passages]
    assert len(sizes) == 3
    assert max(sizes) - min(sizes) <= 20
    assert all(passage.readable.text.endswith("。") for passage in passages)


def test_one_endless_sentence_is_never_cut():
    text = "没有句号的一句话，" * 200
    (passage,) = cut(text)
    assert passage.readable.text == text


def test_a_latin_letter_counts_half():
    settings = CutSettings()
    assert settings.size("中文四字") == 4
    assert settings.size("abcd") == 2
    assert CutSettings(latin_weight=1).size("abcd") == 4
    assert len(cut("An English sentence of forty characters. " * 24)) == 1
    assert len(cut("An English sentence of forty characters. " * 26)) == 2


def test_a_short_end_joins_the_passage_before_it():
    text = f"{SENTENCE * 9}\n\n{SENTENCE * 9}\n\n结尾。\n"
    assert [len(p.readable.text) for p in cut(text)] == [180, 184]


def test_a_label_is_never_left_alone_before_a_long_paragraph():
    text = f"要点如下：\n\n{SENTENCE * 24}\n"
    (passage,) = cut(text)
    assert passage.readable.text.startswith("要点如下：\n这是")


def test_list_items_stay_whole_however_long():
    item = SENTENCE * 40
    first, second = cut(f"- {item}\n- {item}\n")
    assert first.kind is second.kind is PassageKind.LIST
    assert said([first, second]) == [item, item]


def test_settings_decide_the_lengths():
    text = "\n\n".join([SENTENCE * 3] * 6)
    assert len(cut(text, CutSettings(shortest=1, longest=60))) == 6
    assert len(cut(text, CutSettings(shortest=400, longest=400))) == 1


def test_emphasis_marks_that_hug_a_passage_are_in_its_quote():
    text = f"**{SENTENCE}**\n\n> _{SENTENCE}_\n"
    (passage,) = cut(text)
    assert passage.span.quote(text) == text.strip().rstrip("\n")
    assert passage.sentences[0].span.quote(text) == SENTENCE


def test_every_sentence_is_its_own_quote():
    text = f"**{SENTENCE}**第二句，*带强调*。\n"
    (passage,) = cut(text)
    assert [s.text for s in passage.sentences] == [SENTENCE, "第二句，带强调。"]
    assert [s.span.quote(text) for s in passage.sentences] == [SENTENCE, "第二句，*带强调*。"]


def test_sentences_stand_in_what_is_searched_behind_the_headings():
    (passage,) = cut("# 题\n\n## 同一句话。\n\n同一句话。另一句。同一句话。\n")
    assert passage.searched == "同一句话。\n同一句话。另一句。同一句话。"
    assert passage.sentence_places() == (Span(6, 11), Span(11, 15), Span(15, 20))
    assert [passage.span_of_searched(place.start, place.end) for place in passage.sentence_places() if place] == [
        sentence.span for sentence in passage.sentences
    ]


def test_a_cell_stands_nowhere_for_it_says_its_row_and_column_too():
    (passage,) = cut("| 种类 | 温度 | 时间 |\n|---|---|---|\n| 绿茶 | 80度 | 3分 |\n")
    assert [sentence.text for sentence in passage.sentences] == ["种类: 绿茶", "绿茶 温度: 80度", "绿茶 时间: 3分"]
    assert passage.readable.text == "种类: 绿茶; 温度: 80度; 时间: 3分"
    assert passage.sentence_places() == (Span(0, 6), None, None)


def test_a_passage_of_marks_alone_still_has_a_sentence():
    (passage,) = cut("&nbsp;&#8203;。\n")
    assert len(passage.sentences) == 1


def test_a_passage_is_named_by_its_article_and_positions():
    (passage,) = cut("正文。")
    assert passage.id == "article.md#0-3"


@pytest.mark.parametrize("text", ["", "\n\n", "# 只有标题\n", "![](x.png)\n", "---\n", "<br/>\n"])
def test_a_text_that_says_nothing_has_no_passage(text: str):
    assert cut(text) == []


# -- tables ------------------------------------------------------------------------------------------------------------

TABLE = "# 题\n\n## 茶\n\n各种茶的温度如下：\n\n|种类|温度|说明|\n|-|-|-|\n|绿茶|80度|不发酵。要快。|\n|红茶|95度||\n"


def test_a_row_is_a_passage_under_its_heading_and_the_line_above_the_table():
    introduction, green, red = cut(TABLE)
    assert green.kind is red.kind is PassageKind.TABLE_ROW
    assert green.readable.text == "种类: 绿茶; 温度: 80度; 说明: 不发酵。要快。"
    assert green.heading == ("茶", "各种茶的温度如下：")
    assert introduction.heading == ("茶",)
    assert green.span.quote(TABLE) == "|绿茶|80度|不发酵。要快。|"


def test_the_sentences_of_a_row_are_its_cells_with_row_name_and_header():
    _, green, red = cut(TABLE)
    assert [s.text for s in green.sentences] == [
        "种类: 绿茶",
        "绿茶 温度: 80度",
        "绿茶 说明: 不发酵。",
        "绿茶 说明: 要快。",
    ]
    assert [s.span.quote(TABLE) for s in green.sentences] == ["绿茶", "80度", "不发酵。", "要快。"]
    assert [s.text for s in red.sentences] == ["种类: 红茶", "红茶 温度: 95度"]


def test_a_long_paragraph_or_a_heading_above_a_table_is_not_its_introduction():
    rows = "\n\n|a|b|\n|-|-|\n|1|2|\n"
    assert cut(f"# 题\n\n## 节\n\n{SENTENCE * 5}{rows}")[-1].heading == ("节",)
    assert cut(f"# 题\n\n## 节{rows}")[-1].heading == ("节",)


def test_the_header_of_a_one_column_table_is_part_of_the_path():
    first, second = cut("# 题\n\n## 节\n\n|结论：|\n|-|\n|第一。|\n|第二。|\n")
    assert first.heading == second.heading == ("节", "结论")
    assert said([first, second]) == ["第一。", "第二。"]


# -- the seeds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(5), ids=lambda n: SEED_FILES[n].name[:3])
def test_no_passage_of_the_seeds_cuts_a_sentence(number: int):
    """Each begins and ends where a sentence of a whole block does."""
    found: list[Span] = []
    for block in seed(number).blocks:
        spans = (block.text.span(span.start, span.end) for span in split_sentences(block.text.text))
        found += [span for span in spans if span is not None]
    starts, ends = {span.start for span in found}, {span.end for span in found}
    for passage in seed_passages(number):
        if passage.kind in (PassageKind.PROSE, PassageKind.LIST):
            assert passage.sentences[0].span.start in starts
            assert passage.sentences[-1].span.end in ends


@pytest.mark.parametrize("number", range(5), ids=lambda n: SEED_FILES[n].name[:3])
def test_prose_passages_of_the_seeds_have_the_intended_length(number: int):
    sizes = [CutSettings().size(p.readable.text) for p in seed_passages(number) if p.kind is PassageKind.PROSE]
    assert max(sizes) <= 600
    assert sum(150 <= size <= 500 for size in sizes) >= 0.6 * len(sizes)


@pytest.mark.parametrize("number", range(5), ids=lambda n: SEED_FILES[n].name[:3])
def test_the_sentences_of_prose_are_those_of_its_readable_text(number: int):
    for passage in seed_passages(number):
        if passage.kind in (PassageKind.PROSE, PassageKind.LIST, PassageKind.BOILERPLATE):
            text = passage.readable.text
            assert [s.text for s in passage.sentences] == [span.quote(text) for span in split_sentences(text)]
