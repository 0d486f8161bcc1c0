"""Highlights are positions in the source, whatever stands between it and the readable text."""

from __future__ import annotations

from itertools import pairwise

import pytest

from index.passages import CutSettings, cut_passages
from index.reading import SourceFile, read_article
from index.tokens import Tokenizer
from rag.highlights import highlight

TOKENIZER = Tokenizer()


def highlighted(source: str, query: str) -> list[str]:
    """What is highlighted in an article, in order; every span is checked to lie in its passage."""
    read = read_article(SourceFile("article.md", source.encode()))
    words = []
    for passage in cut_passages(read, CutSettings()):
        spans = highlight(passage.readable, TOKENIZER.tokens(query))
        assert all(passage.span.covers(span) for span in spans)
        assert all(a.end < b.start for a, b in pairwise(spans)), "apart and in order"
        words += [span.quote(read.article.text) for span in spans]
    return words


@pytest.mark.parametrize(
    ("source", "query", "expected"),
    [
        ("We trained it. Training trains a trainer.", "How was it trained?", ["trained", "Training", "trains"]),
        ("Companies grew; one company did not.", "companies", ["Companies", "company"]),
        ("我们训练了模型，模型又被训练。", "模型怎么训练？", ["训练", "模型", "模型", "训练"]),
        ("本文介绍ＧＰＴ与gpt。", "GPT", ["ＧＰＴ", "gpt"]),
        ("本文介绍GPT。", "ｇｐｔ", ["GPT"]),
        ("😀😀 𠀀 model 😀 model", "model", ["model", "model"]),
        ("A **model** and a [model](http://example.org/model \"model\") here.", "model", ["model", "model"]),
        ("A mo**d**el here.", "model", ["mo**d**el"]),
        ("Salt &amp; vinegar crisps", "vinegar", ["vinegar"]),
        ("In 1660 a cup cost 1 penny.", "coffee in 1660", ["1660"]),
        ("Nothing of the kind.", "zebra", []),
        ("The of and to.", "the of and to", []),
        ("modelling remodel model", "model", ["modelling", "model"]),
    ],
)  # fmt: skip
def test_words_of_the_question_are_found_in_the_source(source: str, query: str, expected: list[str]) -> None:
    assert highlighted(source, query) == expected


def test_adjacent_words_become_one_span() -> None:
    assert highlighted("人工智能训练模型。", "训练 模型") == ["训练模型"]


def test_in_a_table_the_cell_is_highlighted_and_the_inserted_header_is_not() -> None:
    """The readable row repeats the header before every cell; the source has it once, in another line."""
    source = "| Company | Model |\n|---|---|\n| OpenAI | GPT company |\n| Meta | OPT |\n"
    assert highlighted(source, "company model openai") == ["OpenAI", "company"]


def test_no_tokens_no_highlights() -> None:
    assert highlighted("Some text.", "?!") == []
