import pytest

from index.blocks import BlockKind
from index.front_matter import front_matter_block
from index.types import PassageKind
from tests.index.helpers import blocks, check_positions, cut, read

FULL = "---\ntitle: 茶 & 水\ndate: '2024-01-02'\nempty: ''\ntags:\n- 甲\n- \"乙\"\n---\n\n正文在此。\n"


def entries(text: str) -> dict[str, str]:
    block = front_matter_block(text)
    return {cell.header: cell.value.text for cell in block.cells} if block else {}


def test_entries_are_read_and_lists_become_one_value():
    assert entries(FULL) == {"title": "茶 & 水", "date": "2024-01-02", "tags": "甲, 乙"}


def test_every_value_maps_to_where_it_stands():
    block = front_matter_block(FULL)
    assert block is not None
    for cell in block.cells:
        for segment in cell.value.segments:
            assert segment.verbatim
            quote = FULL[segment.source_start : segment.source_end]
            assert quote == cell.value.text[segment.start : segment.end]
    assert block.span.quote(FULL).rstrip().endswith("---")


def test_it_is_one_passage_that_search_can_find_and_no_part_of_the_body():
    first, second = cut(FULL)
    assert first.kind is PassageKind.METADATA
    assert first.ranked
    assert "title: 茶 & 水" in first.readable.text
    assert second.readable.text == "正文在此。"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_do_not_move_positions(end: str):
    text = FULL.replace("\n", end)
    found = read(text)
    check_positions(found.article, cut(text))
    assert entries(text)["date"] == "2024-01-02"


@pytest.mark.parametrize("scalar", ["|\n  两行\n  文字", ">\n  folded\n  text", '"a\\tb"', "'it''s'"])
def test_a_scalar_that_reads_unlike_its_source_is_one_atomic_piece(scalar: str):
    text = f"---\nnote: {scalar}\nnext: x\n---\n正文\n"
    block = front_matter_block(text)
    assert block is not None
    (segment,) = block.cells[0].value.segments
    assert not segment.verbatim
    assert text[segment.source_start : segment.source_end].strip() == scalar.strip()


@pytest.mark.parametrize(
    "yaml",
    [
        "title: a: b",
        "- just\n- a list",
        "plain words",
        "a: [1, 2",
        '"\\UFFFFFFFF": x',
        'a: "\\U00110000"',
        "a: " + "[" * 3000,
        "\tx: y",
    ],
)
def test_what_is_no_mapping_is_kept_as_it_stands_and_stops_nothing(yaml: str):
    text = f"---\n{yaml}\n---\n\n正文在此。\n"
    front, *_ = blocks(text)
    assert front.kind is BlockKind.FRONT_MATTER
    assert front.text.text == yaml.strip()
    assert [p.readable.text for p in cut(text)][-1] == "正文在此。"


@pytest.mark.parametrize(
    "text", ["正文\n---\na: b\n---\n", "", "---\n", "--- \n没有结尾", "----\na: b\n----\n", "# 标题\n"]
)
def test_only_a_closed_block_at_the_very_top_is_front_matter(text: str):
    assert front_matter_block(text) is None


def test_keys_that_are_no_text_are_left_out():
    assert entries("---\n? [a, b]\n: c\nd: e\n---\n") == {"d": "e"}


def test_nested_entries_do_not_stop_the_others():
    assert entries("---\na:\n  b: c\nd: 1\nl: [x, [y], z]\n---\n") == {"d": "1", "l": "x, z"}


def test_an_escaped_lone_surrogate_is_no_character_of_the_text():
    assert entries('---\n"k\\uDFFF": "a\\uD800b"\n---\n\n正文。\n') == {
        "k\N{REPLACEMENT CHARACTER}": "a\N{REPLACEMENT CHARACTER}b"
    }
