"""How well quotes support a sentence, within and across languages, with and without token vectors."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from index.encoders import Encoder, TokenEncoder, Vectors
from rag.answering.support import ENOUGH, SupportScorer
from rag.engine import Engine

COST = "It cost 12 million dollars to train GPT-3."
SAME = {
    "itself": COST,
    "other words": "Training GPT-3 took 12 million dollars.",
    "Chinese": "训练 GPT-3 花了1200万美元。",
}
OTHER = ["The tower has a white lamp.", "守塔人夜里数海鸥。", "Bread is baked before dawn."]


@pytest.fixture(scope="module")
def scorer(seeds_engine: Engine, encoder: Encoder) -> SupportScorer:
    return SupportScorer(seeds_engine.index, encoder)


def test_nothing_supports_a_text_as_well_as_itself(scorer: SupportScorer) -> None:
    texts = [*SAME.values(), *OTHER]
    for text in texts:
        scores = {quote: scorer.score(text, [quote]) for quote in texts}
        assert max(scores, key=lambda quote: scores[quote]) == text
        assert 0.6 < scores[text] <= 1


@pytest.mark.parametrize("said", list(SAME))
@pytest.mark.parametrize("quoted", list(SAME))
def test_the_same_in_other_words_and_in_the_other_language_is_support(
    scorer: SupportScorer, said: str, quoted: str
) -> None:
    assert scorer.score(SAME[said], [SAME[quoted]]) > ENOUGH


@pytest.mark.parametrize("said", list(SAME))
@pytest.mark.parametrize("quote", OTHER)
def test_something_else_is_not(scorer: SupportScorer, said: str, quote: str) -> None:
    assert scorer.score(SAME[said], [quote]) < ENOUGH
    assert scorer.score(quote, [SAME[said]]) < ENOUGH


def test_each_word_may_find_its_like_in_any_of_the_quotes(scorer: SupportScorer) -> None:
    said = "The keeper counts gulls, and bread is baked before dawn."
    alone = [scorer.score(said, [quote]) for quote in OTHER[1:]]
    together = scorer.score(said, OTHER[1:])
    assert together > max(alone)
    assert together == pytest.approx(scorer.score(said, OTHER[:0:-1])), "their order is nothing"


@pytest.mark.parametrize("said", ["", " \n", "…", "😀", "the of", "[", "\u200b"])
def test_what_says_nothing_is_supported_by_nothing(scorer: SupportScorer, said: str) -> None:
    assert scorer.score(said, [COST]) < ENOUGH


@pytest.mark.parametrize("quotes", [[], [""], ["…"], ["😀"]])
def test_no_words_support_nothing(scorer: SupportScorer, quotes: list[str]) -> None:
    assert scorer.score(COST, quotes) <= 0


@dataclass(frozen=True)
class WithoutTokens:
    """The real encoder, as one that makes a vector of a whole text and nothing else."""

    inner: TokenEncoder
    name: str = "without"
    dimensions: int = 512
    settings: dict[str, str | int | None] = field(default_factory=dict)
    truncated: int = 0

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self.inner.encode_queries(texts)

    def encode_passages(self, texts: list[str]) -> Vectors:
        return self.inner.encode_passages(texts)


def test_without_token_vectors_it_is_a_cosine(seeds_engine: Engine, encoder: Encoder) -> None:
    assert isinstance(encoder, TokenEncoder)
    plain = WithoutTokens(encoder)
    assert not isinstance(plain, TokenEncoder)
    scorer = SupportScorer(seeds_engine.index, plain)  # type: ignore[arg-type]
    vectors = encoder.encode_passages([COST, "\n".join(OTHER)])
    assert scorer.score(COST, OTHER) == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    assert scorer.score(COST, [COST]) == pytest.approx(1, abs=1e-5)
    assert scorer.score(COST, []) == 0
