"""What a model wrote, sentence by sentence with its markers: nothing is lost, and streaming changes nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.statements import Statement, StatementReader, split_statements, without_markers

Cut = list[tuple[str, tuple[int, ...]]]


def cut(text: str, quotes: int = 4) -> Cut:
    return [(statement.said, statement.markers) for statement in split_statements(text, quotes)]


def fed(deltas: list[str], quotes: int = 4) -> list[Statement]:
    reader = StatementReader(quotes)
    return [statement for delta in deltas for statement in reader.feed(delta)] + reader.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost 5 million [1]. It is new [2].", [("It cost 5 million.", (1,)), ("It is new.", (2,))]),
        ("It cost 5 million. [1] It is new. [2]", [("It cost 5 million.", (1,)), ("It is new.", (2,))]),
        ("It cost 5 million.[1] It is new.[2]\n", [("It cost 5 million.", (1,)), ("It is new.", (2,))]),
        ("训练花了五百万[1]。它是新的[2]。", [("训练花了五百万。", (1,)), ("它是新的。", (2,))]),
        ("训练花了五百万。[1]它是新的。[2]", [("训练花了五百万。", (1,)), ("它是新的。", (2,))]),
        ("训练花了五百万。 【1】 它是新的！［２］", [("训练花了五百万。", (1,)), ("它是新的！", (2,))]),
        ("It is new [1][2]. It [3, 1] is big【2，3】.", [("It is new.", (1, 2)), ("It is big.", (3, 1, 2))]),
        ("A [1]、[2]和[3]都说 [1-3]。", [("A、和都说。", (1, 2, 3))]),
        ("A [ 1 ] 〔2〕 B [01].", [("A B.", (1, 2))]),
        ("- one [1]\n- two [2]", [("- one", (1,)), ("- two", (2,))]),
        ("1. First [1]\n2. [2] Second", [("1. First", (1,)), ("2. Second", (2,))]),
        ("A.\n[1] B.\n[2]\nC", [("A.", ()), ("B.", (1, 2)), ("C", ())]),
        ("[1] So it is. [2] It adds this.", [("So it is.", (1, 2)), ("It adds this.", ())]),
        ("“真的吗？”[1]，他问[2]。", [("“真的吗？”，他问。", (1, 2))]),
        ('He said "Go." [1] Then he left [2].', [('He said "Go."', (1,)), ("Then he left.", (2,))]),
        ("GPT-3.5 [1] and DALL·E 2 [2] cost 1.5 million.", [("GPT-3.5 and DALL·E 2 cost 1.5 million.", (1, 2))]),
        ("成本[1]很高", [("成本很高", (1,))]),
        ("Foo[1]bar", [("Foo bar", (1,))]),
        ("no marker at all", [("no marker at all", ())]),
        ("[1]", [("", (1,))]),
        (" \n", [("", ())]),
        ("", []),
    ],
)
def test_each_sentence_has_the_markers_that_stand_by_it(text: str, expected: Cut) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Made by Acme Inc. [1] It grew.", [("Made by Acme Inc.", (1,)), ("It grew.", ())]),
        ("Made by Acme Inc. [1] and others.", [("Made by Acme Inc. and others.", (1,))]),
        ("In version 3.[1] 2023 was good.", [("In version 3.", (1,)), ("2023 was good.", ())]),
    ],
)
def test_a_marker_confirms_the_end_of_a_sentence(text: str, expected: Cut) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize("text", ["[2023]", "[a]", "[]", "[1", "1]", "(1)", "[1.5]", "[^1]", "[1;]", "[-1]", "{1}"])
def test_other_brackets_are_text(text: str) -> None:
    assert split_statements(text, 4)[0].markers == ()
    assert without_markers(text) == text


def test_markers_of_no_quote_are_kept_apart_each_once() -> None:
    (statement,) = split_statements("A [1][9][1] [0] [5-7] [9]", quotes=4)
    assert (statement.markers, statement.unknown) == ((1,), (9, 0, 5, 6, 7))


def test_a_range_that_names_half_the_world_is_its_two_ends() -> None:
    (statement,) = split_statements("A [1-999] [3-2]", quotes=4)
    assert (statement.markers, statement.unknown) == ((1, 3, 2), (999,))


def test_without_quotes_every_marker_is_unknown() -> None:
    assert split_statements("A [1].", quotes=0)[0].unknown == (1,)


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("It is so. ", []),  # a marker may follow
        ("It is so. [", []),
        ("It is so. [1", []),
        ("It is so. [1]", []),
        ("It is so. [1] C", ["It is so. [1] "]),
        ("It is so.\n[1] C", ["It is so.\n"]),
        ("甲。[1]乙", ["甲。[1]"]),
        ("甲。[甲", ["甲。"]),
        ("It is so. It is new.\nE", ["It is so. ", "It is new.\n"]),
    ],
)
def test_a_statement_comes_as_soon_as_the_next_has_begun(text: str, ready: list[str]) -> None:
    reader = StatementReader(4)
    assert [statement.text for character in text for statement in reader.feed(character)] == ready


@pytest.mark.parametrize(
    "text", ['他说"来。走。"然后走了。', "It is so. 12. It is new.", '甲。\n乙"丙。丁。"戊。\n12. 己。']
)
def test_what_came_before_on_the_line_still_counts_when_it_has_been_given(text: str) -> None:
    assert fed(list(text)) == split_statements(text, 4)


tricky = st.lists(
    st.sampled_from(
        [
            *"。！？；…!?.,，、”“\"'（）()」 \n\t1aA中😀[]【】-", "[1]", "[2]", " [9]", "[1, 2]", "[1-3]", "【1】", "［１］",
            "[12", "Dr.", "e.g.", "Inc.", "3.14", "...", "……", "\r\n", "\u3000", "English words", "1.", "2. ", '"Go."',
            "[2023]",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip
texts = st.one_of(tricky, st.text(max_size=40))


@given(texts, st.integers(0, 5))
def test_nothing_is_lost_and_spans_are_exact(text: str, quotes: int) -> None:
    statements = split_statements(text, quotes)
    assert "".join(statement.text for statement in statements) == text
    assert all(statement.span.quote(text) == statement.text != "" for statement in statements)
    for statement in statements:
        assert all(1 <= marker <= quotes for marker in statement.markers)
        assert not any(1 <= marker <= quotes for marker in statement.unknown)
    markers = [marker for statement in statements for marker in (*statement.markers, *statement.unknown)]
    (whole,) = split_statements(text.replace("\n", " "), quotes) if len(statements) == 1 else (None,)
    assert whole is None or {*whole.markers, *whole.unknown} == {*markers}


@given(st.data(), texts, st.integers(0, 5))
def test_streaming_gives_the_same_however_the_text_is_cut(data: st.DataObject, text: str, quotes: int) -> None:
    whole = split_statements(text, quotes)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    deltas = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    assert fed(deltas, quotes) == whole
    assert fed(list(text), quotes) == whole


@given(texts)
def test_what_is_said_holds_no_marker(text: str) -> None:
    for statement in split_statements(text, 4):
        assert split_statements(statement.said, 4)[:1] == [] or not split_statements(statement.said, 4)[0].markers


def test_a_long_text_is_cut_in_time() -> None:
    text = "The model cost 4.6 million dollars to train [1][2]. " * 100
    started = time.monotonic()
    assert len(fed([text[start : start + 4] for start in range(0, len(text), 4)])) == 100
    assert len(split_statements(text * 20 + " " * 20_000 + "[1," * 2_000, 4)) >= 2_000
    assert time.monotonic() - started < 10
