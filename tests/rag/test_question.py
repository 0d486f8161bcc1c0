"""A question and what the legs need of it."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoders import Encoder
from rag.engine import Engine
from tests.rag.conftest import Ask


@pytest.mark.parametrize(
    ("text", "language"), [("盗梦师 prompt", "zh"), ("What is the job of a 盗梦师?", "en"), ("42", "en")]
)
def test_a_question_knows_its_language(text: str, language: str, ask: Ask) -> None:
    assert ask(text).language == language


def test_a_word_asked_twice_counts_twice(ask: Ask) -> None:
    terms = ask("transformer Transformer models").terms
    assert (terms["transform"], terms["model"]) == (2, 1)


def test_terms_are_the_words_and_their_translations(ask: Ask) -> None:
    question = ask("How much did it cost to train GPT-3?")
    assert set(question.terms) == {*question.tokens, *question.expansion}
    assert {"cost", "gpt3"} <= set(question.tokens)
    assert {"成本", "训练"} <= set(question.expansion)
    assert all(question.terms[term] == weight for term, weight in question.expansion.items())
    assert "cost" in ask("GPT-3 的训练成本是多少？").expansion


def test_a_translation_that_was_asked_for_counts_for_both(ask: Ask) -> None:
    question = ask("谷歌的 Google 大脑是什么")
    assert question.terms["googl"] == pytest.approx(1 + question.expansion["googl"])


def test_nothing_is_made_that_no_leg_needs(ask: Ask) -> None:
    question = ask("What is Copilot?")
    assert not {"vector", "token_vectors", "tokens", "expansion", "terms"} & set(vars(question))
    assert question.tokens is question.tokens
    assert not {"vector", "token_vectors", "expansion"} & set(vars(question))


def test_its_vector_is_the_encoders(ask: Ask, encoder: Encoder) -> None:
    question = ask("What is Copilot?")
    assert question.vector == pytest.approx(encoder.encode_queries([question.text]))
    assert question.vector is question.vector


def test_its_token_vectors_are_reduced_as_those_of_the_index(ask: Ask, seeds_engine: Engine) -> None:
    tokens = seeds_engine.index.tokens
    assert tokens is not None
    for text in ("What is Copilot?", "盗梦师是什么？"):
        asked = ask(text).token_vectors
        assert asked.vectors.shape == (len(asked.spans), tokens.tokens(0).shape[1])
        assert np.linalg.norm(asked.vectors, axis=1) == pytest.approx(1, abs=1e-3)
        assert asked.spans[0].quote(text) in ("What", "盗", "盗梦")
        assert asked.rarity.shape == (len(asked.spans),)


def test_white_space_and_marks_alone_make_a_question_without_words(ask: Ask) -> None:
    question = ask("?!…")
    assert (question.tokens, dict(question.expansion), dict(question.terms)) == ((), {}, {})
