"""Articles as documents: what is read, and the law of positions for every run of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings

from index.markdown import parse_markdown
from index.spans import Span
from index.types import Article
from rag.document import Document, DocumentBlock, DocumentKind, read_document
from rag.engine import Engine
from rag.errors import UnknownArticleError
from rag.runs import Run, Runs, web_address
from tests.conftest import build
from tests.index.helpers import SEED_FILES, read, seed, seed_passages
from tests.index.test_positions import AWKWARD, any_text, markdown


def groups(block: DocumentBlock) -> Iterator[tuple[Span, Runs]]:
    """The runs of a block as they stand together, each group with the span that must hold it."""
    yield block.span, block.runs
    yield from ((block.span, cell) for cell in block.header)
    yield from ((row.span, cell) for row in block.rows for cell in row.cells)
    yield from ((entry.span, entry.runs) for entry in block.entries)


def runs(document: Document) -> list[Run]:
    return [run for block in document.blocks for _, group in groups(block) for run in group]


def check_document(article: Article, document: Document) -> None:
    """Fails unless every run stands where it says it stands, in order, and nothing that search reads is missing."""
    end = 0
    for block in document.blocks:
        assert end <= block.span.start < block.span.end <= len(article.text), "blocks are in order and apart"
        end, at = block.span.end, block.span.start
        for span, group in groups(block):
            assert block.span.covers(span)
            for run in group:
                assert span.covers(run.span), "a run stands in its row, cell or block"
                assert at <= run.span.start, "runs are in order and apart"
                at = run.span.end
    for run in runs(document):
        assert run.verbatim is (run.text == run.span.quote(article.text))
        assert run.text or run.image is not None, "only an image may say nothing"
        assert run.link is None or web_address(run.link)
        assert run.image in (None, "") or web_address(run.image)
    check_nothing_is_missing(article, runs(document))


def check_nothing_is_missing(article: Article, found: list[Run]) -> None:
    """Fails unless each character that the parser reads is in a verbatim run, or in one that reads the same."""
    holder: list[Run | None] = [None] * len(article.text)
    for run in found:
        holder[run.span.start : run.span.end] = [run] * len(run.span)
    for block in parse_markdown(article.text):
        for s in block.text.segments:
            said = block.text.text[s.start : s.end]
            for i in range(s.source_start, s.source_end):
                run = holder[i]
                assert run is not None, (said, i)
                assert run.verbatim or said in run.text or run.image is not None, (said, run)


def document(text: str) -> Document:
    return read_document(read(text).article)


def only(text: str) -> DocumentBlock:
    """The one block of a document."""
    (block,) = document(text).blocks
    return block


def said(found: Runs) -> str:
    return "".join(run.text for run in found)


# -- the law -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(SEED_FILES)))
def test_the_law_holds_for_the_seeds(number: int) -> None:
    article = seed(number).article
    found = read_document(article)
    check_document(article, found)
    assert (found.id, found.title, found.length) == (article.id, article.metadata.title, len(article.text))


@pytest.mark.parametrize("number", range(len(SEED_FILES)))
def test_verbatim_runs_cover_all_that_the_passages_of_the_seeds_say(number: int) -> None:
    article = seed(number).article
    covered = set()
    for run in runs(read_document(article)):
        if run.verbatim:
            covered.update(range(run.span.start, run.span.end))
    for passage in seed_passages(number):
        for s in passage.readable.segments:
            if s.verbatim:
                assert covered.issuperset(range(s.source_start, s.source_end)), passage.id


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_the_law_holds_for_awkward_texts(text: str) -> None:
    article = read(text).article
    check_document(article, read_document(article))


@given(markdown)
@settings(max_examples=400, deadline=None)
@example("<a href='http://x.y'>![a](b)</a>")
@example("- ![](http://x.y)\n- | a |\n  |---|\n  | b |\n")
@example("```\nhttps://x.y/z\n```")
@example("[![图片](http://i.j)](http://x.y)")
def test_the_law_holds_for_any_markdown(text: str) -> None:
    article = read(text).article
    check_document(article, read_document(article))


@given(any_text)
@settings(deadline=None)
def test_the_law_holds_for_any_characters(text: str) -> None:
    article = read(text).article
    check_document(article, read_document(article))


# -- blocks --------------------------------------------------------------------------------------------------------------


def test_each_kind_of_block_is_told() -> None:
    found = document(
        "# 标题\n\n## 小节\n\n**粗体小节**\n\n正文在此。\n\n- 一\n- 二\n\n```py\nx = 1\n```\n\n|甲|乙|\n|-|-|\n|1|2|\n"
    )
    assert [(block.kind.value, block.level, said(block.runs)) for block in found.blocks] == [
        ("heading", 1, "标题"),
        ("heading", 2, "小节"),
        ("heading", 7, "粗体小节"),
        ("paragraph", 0, "正文在此。"),
        ("list_item", 0, "一"),
        ("list_item", 0, "二"),
        ("code", 0, "x = 1"),
        ("table", 0, ""),
    ]


def test_items_keep_the_numbers_of_their_list() -> None:
    text = "前言。\n\n3. 甲\n4. 乙\n\n   7. 乙之一\n\n9. 丙\n\n- 丁\n  1. 丁之一\n- 戊\n\n0) 己\n"
    items = [block for block in document(text).blocks if block.kind.value == "list_item"]
    assert [(said(block.runs)[0], block.number) for block in items] == [
        ("甲", 3),
        ("乙", 4),
        ("丙", 5),
        ("丁", None),
        ("戊", None),
        ("己", 0),
    ]


def test_a_first_line_that_is_the_title_is_a_heading() -> None:
    block = document("#生成式AI\n\n正文在此，写得很长。\n").blocks[0]
    assert (block.kind, block.level) == (DocumentKind.HEADING, 1)


def test_a_table_is_one_block_with_its_empty_cells_and_rows() -> None:
    text = "|甲|乙|丙|\n|-|-|-|\n|1||三 **x**|\n||||\n|单|\n|a\\|b|&amp;|c|\n\n文。\n"
    table = document(text).blocks[0]
    assert [said(cell) for cell in table.header] == ["甲", "乙", "丙"]
    rows = [[said(cell) for cell in row.cells] for row in table.rows]
    assert rows == [["1", "", "三 x"], ["", "", ""], ["单", "", ""], ["a|b", "&", "c"]]
    assert table.span.quote(text).startswith("|甲|乙|丙|")
    assert table.rows[0].span.quote(text) == "|1||三 **x**|\n"


def test_two_tables_are_two_blocks() -> None:
    found = document("|甲|\n|-|\n|1|\n\n|乙|\n|-|\n|2|\n")
    assert [said(block.header[0]) for block in found.blocks] == ["甲", "乙"]


def test_a_table_may_be_nothing_but_its_head() -> None:
    table = only("|甲|乙|\n|-|-|\n")
    assert (len(table.header), table.rows) == (2, ())


def test_front_matter_is_its_entries() -> None:
    text = "---\ntitle: 名\ntags:\n- x\n- y\n---\n正文。\n"
    block, paragraph = document(text).blocks
    assert block.kind is DocumentKind.FRONT_MATTER
    assert [(entry.header, said(entry.runs)) for entry in block.entries] == [("title", "名"), ("tags", "x, y")]
    assert block.entries[0].span.quote(text) == "名"
    assert said(paragraph.runs) == "正文。"


def test_front_matter_that_is_no_yaml_is_one_entry() -> None:
    (entry,) = document("---\na: b: c\n---\n").blocks[0].entries
    assert (entry.header, said(entry.runs)) == ("", "a: b: c")


def test_code_stands_as_it_is_written() -> None:
    code = "  curl https://x.y/z?a=1 \\\n\n    -o **f** # 中\n"
    assert said(only(f"```\n{code}```\n").runs) == code.rstrip("\n")
    assert [run.verbatim for run in only(f"```\n{code}```\n").runs] == [True]
    assert said(only("    a\n      b https://x.y\n").runs) == "a\n  b https://x.y"
    assert said(only("> ```\n> a\n> b\n> ```\n").runs) == "a\nb"


@pytest.mark.parametrize("text", ["", " \n\n", "---\n", "<!-- 无 -->\n", "<script>x</script>\n", "[foo]: /url\n"])
def test_what_says_nothing_is_no_block(text: str) -> None:
    assert document(text).blocks == ()


# -- runs ----------------------------------------------------------------------------------------------------------------


def test_markup_lies_between_runs() -> None:
    text = "一**二**三 `四`&amp;五\\*"
    assert [(run.text, run.span.quote(text), run.verbatim) for run in only(text).runs] == [
        ("一", "一", True),
        ("二", "二", True),
        ("三 ", "三 ", True),
        ("四", "四", True),
        ("&", "&amp;", False),
        ("五", "五", True),
        ("*", "*", True),
    ]


def test_joined_lines_have_a_run_for_what_joins_them() -> None:
    text = "word " * 20 + "ends\nhere and goes on"
    assert [(run.text, run.verbatim) for run in only(text).runs[1:]] == [(" ", False), ("here and goes on", True)]
    assert only(text).runs[1].span.quote(text) == "\n"


@pytest.mark.parametrize(
    ("text", "label", "link"),
    [
        ("见[名](http://x.y/z)。", "名", "http://x.y/z"),
        ("见[名](https://x.y 'title')。", "名", "https://x.y"),
        ("见<https://x.y/z>。", "x.y", "https://x.y/z"),
        ("见[名][1]。\n\n[1]: http://x.y\n", "名", "http://x.y"),
        ("见 https://x.y/z?a=1&b=2。", "x.y", "https://x.y/z?a=1&b=2"),
        ("见（https://x.y/a_(b)）。", "x.y", "https://x.y/a_(b)"),
        ("见 http://x.y。", "x.y", "http://x.y"),
        ("见 https://x.y/z", "x.y", "https://x.y/z"),
        ("|甲|\n|-|\n|见 https://x.y/z|\n", "x.y", "https://x.y/z"),
        ("见<a class='b' href='http://x.y'>名</a>。", "名", "http://x.y"),
        ("<p>见<a\nhref='http://x.y'>名</a>。</p>", "名", "http://x.y"),
    ],
)
def test_links_carry_where_they_lead(text: str, label: str, link: str) -> None:
    found = [run for run in runs(document(text)) if run.link is not None]
    assert [(run.text, run.link, run.verbatim) for run in found] == [(label, link, True)]


@pytest.mark.parametrize(
    "text",
    [
        "[名](javascript:alert(1))",
        "[名](JAVASCRIPT:alert(1))",
        "[名](data:text/html,x)",
        "[名](//x.y)",
        "[名](/url)",
        "[名](http:)",
        "[名](vbscript:x)",
        "<a href='java&#10;script:x'>名</a>",
        "<a href=' javascript:x'>名</a>",
        "<mailto:a@b.c>",
        "<!-- <a href='http://x.y'> -->名</a>",
        "<a>名</a>",
    ],
)
def test_links_that_lead_elsewhere_carry_nothing(text: str) -> None:
    found = document(f"正文在此。\n\n{text}").blocks[-1].runs
    assert {run.link for run in found} == {None}


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("http://x.y", True),
        ("HTTPS://X.Y/z", True),
        ("http://[", False),
        ("http://", False),
        ("", False),
        (None, False),
    ],
)
def test_only_an_address_with_a_host_is_on_the_web(url: str | None, web: bool) -> None:
    assert web_address(url) == (url if web else None)


def test_a_link_may_hold_more_than_one_run_and_only_its_label() -> None:
    found = only("前[一**二**](http://x.y)后").runs
    assert [(run.text, run.link is not None) for run in found] == [
        ("前", False),
        ("一", True),
        ("二", True),
        ("后", False),
    ]


@pytest.mark.parametrize(
    ("text", "alt", "image"),
    [
        ("![图](http://i.j/k.png)", "图", "http://i.j/k.png"),
        ("![一张说明很长的图](https://i.j 't')", "一张说明很长的图", "https://i.j"),
        ("![](http://i.j)", "", "http://i.j"),
        ("![图](u.jpg)", "图", ""),
        ("![图](javascript:x)", "图", ""),
        ("- ![图](http://i.j)", "图", "http://i.j"),
        ("## ![图](http://i.j)", "图", "http://i.j"),
        ("|甲|\n|-|\n|![图](http://i.j)|\n", "图", "http://i.j"),
        ("<div>\n<img alt='图' src='http://i.j'/>\n</div>\n", "图", "http://i.j"),
        ("字<img src=http://i.j>", "", "http://i.j"),
        ("<img\nalt='a > b &amp; c'\nsrc='http://i.j'>\n", "a > b & c", "http://i.j"),
        ("<img src='http://i.j' src='http://k.l'>\n", "", "http://i.j"),
        ("![a ![b](c) d](http://i.j)", "a b d", "http://i.j"),
        ("![两\n行](http://i.j)", "两\n行", "http://i.j"),
    ],
)
def test_images_are_runs_with_their_alternative_text(text: str, alt: str, image: str) -> None:
    (found,) = [run for run in runs(document(text)) if run.image is not None]
    assert (found.text, found.image) == (alt, image)


def test_an_image_stands_on_a_line_of_its_own_and_may_be_a_link() -> None:
    found = only("前[![图](http://i.j)](http://x.y)后 ![](http://k.l)").runs
    assert [(run.text, run.link, run.image) for run in found] == [
        ("前", None, None),
        ("\n", None, None),
        ("图", "http://x.y", "http://i.j"),
        ("\n", None, None),
        ("后", None, None),
        ("\n", None, None),
        ("", None, "http://k.l"),
    ]


@pytest.mark.parametrize(
    "text", ["<!-- <img src='http://i.j'> -->\n文", "`![图](http://i.j)`", "<script><img></script>\n文"]
)
def test_what_only_looks_like_an_image_is_none(text: str) -> None:
    assert [run for run in runs(document(text)) if run.image is not None] == []


def test_hostile_text_is_data() -> None:
    text = (
        "\u202e反 <script>alert(1)</script> {{ 7*7 }} <b onclick=x>粗</b> [x](javascript:y) </mark> "
        "<img src=x onerror=alert(1)>\n"
    )
    found = only(text).runs
    assert said(found) == "\u202e反 alert(1) {{ 7*7 }} 粗 x\n"
    assert [run.image for run in found if run.image is not None] == [""]
    assert {run.link for run in found} == {None}


# -- the engine ----------------------------------------------------------------------------------------------------------


def test_the_engine_keeps_a_document_until_the_index_is_another(home, articles, encoder) -> None:
    build(home, articles, encoder)
    engine = Engine(home)
    first = engine.document("tea.md")
    assert engine.document("tea.md") is first
    (articles / "tea.md").write_text("# 新\n\n新的正文。\n", encoding="utf-8")
    build(home, articles, encoder)
    assert engine.document("tea.md") is first
    engine.refresh()
    assert said(engine.document("tea.md").blocks[0].runs) == "新"


def test_the_engine_knows_no_document_of_an_unknown_article(seeds_engine: Engine) -> None:
    with pytest.raises(UnknownArticleError, match="no article 'nothing' in this index"):
        seeds_engine.document("nothing")
