"""Which sentences are quoted: few, each worth its while, none twice, neighbours together."""

from __future__ import annotations

import pytest

from rag.answering.evidence import Evidence
from rag.answering.extractive import Quote, choose_quotes, reading_order
from tests.index.helpers import read
from tests.rag.answering.checks import evidence_of

GULLS = "The keeper counts gulls at night. He is seventy. They paid him forty pounds. The tower is white."
BREAD = "Bread is baked before dawn. Sourdough needs a day."
LIST = "- gulls are counted\n- bread is baked\n- tides are measured\n"
TABLE = "| 种类 | 温度 | 时间 |\n|---|---|---|\n| 绿茶 | 80度 | 3分钟 |\n"


def ranked(*evidence: list[Evidence]) -> list[Evidence]:
    return sorted((each for part in evidence for each in part), key=lambda each: -each.probability)


def said(quotes: list[Quote]) -> list[str]:
    return [quote.text for quote in quotes]


def test_one_sentence_that_surely_answers_is_all() -> None:
    evidence = ranked(evidence_of(GULLS, 0.85, 0.1, 0.01, 0.2), evidence_of(BREAD, 0.7, 0.01, name="b.md"))
    assert said(choose_quotes(evidence)) == ["The keeper counts gulls at night."]


def test_others_are_added_until_one_of_them_answers_surely_enough() -> None:
    """1 - (1 - .5) (1 - .4) = .7 is not enough; with .3 it is .79, and three are the most."""
    evidence = ranked(
        evidence_of(GULLS, 0.5, 0.0, 0.0, 0.3), evidence_of(BREAD, 0.4, 0.01, name="b.md"), evidence_of("Tea.", 0.29)
    )
    quotes = choose_quotes(evidence)
    assert said(quotes) == ["The keeper counts gulls at night.", "Bread is baked before dawn.", "The tower is white."]
    assert said(choose_quotes(evidence, most=2)) == said(quotes)[:2]
    assert said(choose_quotes(evidence, enough=0.7)) == said(quotes)[:2]
    assert said(choose_quotes(evidence, most=4, enough=1.0)) == [*said(quotes), "Tea."]


def test_what_is_much_less_likely_than_the_best_only_distracts() -> None:
    evidence = ranked(evidence_of(GULLS, 0.6, 0.0, 0.0, 0.0), evidence_of(BREAD, 0.14, 0.16, name="b.md"))
    assert said(choose_quotes(evidence)) == ["The keeper counts gulls at night.", BREAD]
    assert said(choose_quotes(evidence, worth=0.5)) == ["The keeper counts gulls at night."]


def test_the_same_words_are_quoted_once() -> None:
    again = evidence_of("The keeper counts gulls at night!", 0.5, name="b.md")
    evidence = ranked(evidence_of(GULLS, 0.6, 0.0, 0.0, 0.0), again, evidence_of("Tea.", 0.3, name="d.md"))
    assert said(choose_quotes(evidence)) == ["The keeper counts gulls at night.", "Tea."]


def test_sentences_that_differ_in_a_name_are_both_quoted() -> None:
    one, other = "Acme makes the Whale model.", "Umbrella makes the Whale model."
    assert said(choose_quotes(ranked(evidence_of(one, 0.5), evidence_of(other, 0.4, name="b.md")))) == [one, other]


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ((0.9, 0.3, 0.0, 0.0), "The keeper counts gulls at night. He is seventy."),
        ((0.9, 0.3, 0.3, 0.3), "The keeper counts gulls at night. He is seventy. They paid him forty pounds."),
        ((0.6, 0.9, 0.5, 0.5), "The keeper counts gulls at night. He is seventy. They paid him forty pounds."),
        ((0.1, 0.9, 0.5, 0.5), "He is seventy. They paid him forty pounds. The tower is white."),
        ((0.0, 0.0, 0.3, 0.9), "They paid him forty pounds. The tower is white."),
        ((0.9, 0.2, 0.9, 0.9), "The keeper counts gulls at night."),
    ],
)
def test_neighbours_that_are_evidence_too_are_quoted_together(probabilities: tuple[float, ...], expected: str) -> None:
    (quote, *_) = choose_quotes(ranked(evidence_of(GULLS, *probabilities)))
    assert quote.text == expected
    assert quote.span.quote(GULLS) == expected
    assert quote.probability == 0.9


def test_what_is_quoted_already_is_not_quoted_again() -> None:
    evidence = ranked(evidence_of(GULLS, 0.5, 0.4, 0.4, 0.0))
    assert said(choose_quotes(evidence)) == [
        "The keeper counts gulls at night. He is seventy. They paid him forty pounds."
    ]


def test_chinese_sentences_are_joined_without_a_space() -> None:
    (quote,) = choose_quotes(ranked(evidence_of("守塔人数海鸥。他七十岁。", 0.9, 0.8)))
    assert quote.text == "守塔人数海鸥。他七十岁。"
    (quote,) = choose_quotes(ranked(evidence_of("守塔人数海鸥。He is old.", 0.9, 0.8)))
    assert quote.text == "守塔人数海鸥。He is old."


def test_a_list_is_quoted_item_after_item() -> None:
    (quote,) = choose_quotes(ranked(evidence_of(LIST, 0.9, 0.8, 0.0)))
    assert quote.text == "gulls are counted bread is baked"
    assert quote.span.quote(LIST) == "gulls are counted\n- bread is baked"


def test_a_cell_is_quoted_alone_after_its_rows_name_and_columns_header() -> None:
    (quote,) = choose_quotes(ranked(evidence_of(TABLE, 0.4, 0.9, 0.8)))
    assert quote.text == "绿茶 温度: 80度"
    assert quote.span.quote(TABLE) == "80度"


def test_without_evidence_there_are_no_quotes() -> None:
    assert choose_quotes([]) == []


def test_quotes_are_read_as_they_stand_the_best_ones_passage_first() -> None:
    gulls, bread = evidence_of(GULLS, 0.3, 0.0, 0.0, 0.5), evidence_of(BREAD, 0.4, 0.0, name="b.md")
    quotes = choose_quotes(ranked(gulls, bread))
    assert said(quotes) == ["The tower is white.", "Bread is baked before dawn.", "The keeper counts gulls at night."]
    assert said(reading_order(quotes)) == [
        "The keeper counts gulls at night.", "The tower is white.", "Bread is baked before dawn.",
    ]  # fmt: skip
    assert reading_order([]) == []


def test_a_quotes_span_leaves_out_the_markup_that_its_text_does() -> None:
    text = "The **keeper** counts `gulls`. He is [old](https://example.org)."
    (quote,) = choose_quotes(ranked(evidence_of(text, 0.9, 0.8)))
    assert quote.text == "The keeper counts gulls. He is old."
    assert quote.span.quote(read(text).article.text).startswith("The **keeper** counts `gulls`. He is [old")
