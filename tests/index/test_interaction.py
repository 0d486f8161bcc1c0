from pathlib import Path

import numpy as np
import pytest

from index.interaction import _BLOCK, GatheredTokens, TokenIndex, interaction, quantise


def unit(random: np.random.Generator, n: int, k: int = 8) -> np.ndarray:
    rows = random.normal(size=(n, k)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def gathered(passages: list[np.ndarray]) -> GatheredTokens:
    lengths = [len(passage) for passage in passages]
    return GatheredTokens(np.concatenate(passages), np.cumsum([0, *lengths[:-1]]))


def reference(passages: list[np.ndarray], question: np.ndarray, weights: np.ndarray) -> list[float]:
    """The definition, word for word: the mean of MaxSim over the passage and over the best two neighbouring blocks."""

    def max_sim(tokens: list[list[float]]) -> float:
        total = 0.0
        for asked, weight in zip(question.tolist(), weights.tolist(), strict=True):
            total += weight * max(sum(a * b for a, b in zip(asked, token, strict=True)) for token in tokens)
        return total / sum(weights.tolist())

    scores = []
    for passage in passages:
        tokens = passage.tolist()
        windows = [tokens[start : start + 2 * _BLOCK] for start in range(0, len(tokens), _BLOCK)]
        scores.append((max_sim(tokens) + max(max_sim(window) for window in windows)) / 2)
    return scores


# -- the score ---------------------------------------------------------------------------------------------------------


def test_an_example_worked_by_hand():
    """Two words asked, of weight 3 and 1. Each passage holds both, exactly or at a cosine of 0.6, near or far apart."""
    x, y, blank = np.eye(3, dtype=np.float32)
    near_y = np.array([0, 0.6, 0.8], np.float32)
    together = np.array([blank] * 10 + [x, y] + [blank] * 60)
    apart = np.array([x] + [blank] * 60 + [y] + [blank] * 5)
    weak = np.array([near_y, x])
    nothing = np.array([blank])
    scores = interaction(gathered([together, apart, weak, nothing]), np.array([x, y]), np.array([3, 1], np.float32))
    assert np.allclose(
        scores,
        [
            1.0,  # (4 + 4) / 2 / 4
            0.875,  # all of it holds both words, 4; the best window only the heavier, 3
            0.9,  # 3 + 0.6, in the passage and in its only window
            0.0,
        ],
    )


@pytest.mark.parametrize("questions", [1, 2, 9])
@pytest.mark.parametrize("seed", range(4))
def test_the_score_is_its_definition(seed: int, questions: int):
    random = np.random.default_rng(seed)
    lengths = [1, 2, 23, 24, 25, 47, 48, 49, 72, 73, 150, *random.integers(1, 200, 6).tolist()]
    random.shuffle(lengths)
    passages = [unit(random, n) for n in lengths]
    question, weights = unit(random, questions), random.uniform(0.1, 9, questions).astype(np.float32)
    scores = interaction(gathered(passages), question, weights)
    assert scores.dtype == np.float32
    assert np.allclose(scores, reference(passages, question, weights), atol=1e-5)


def test_a_passage_has_the_same_score_in_any_company():
    random = np.random.default_rng(9)
    passages = [unit(random, n) for n in (30, 1, 80, 5)]
    question, weights = unit(random, 4), np.ones(4, np.float32)
    together = interaction(gathered(passages), question, weights)
    alone = [interaction(gathered([passage]), question, weights)[0] for passage in passages]
    backwards = interaction(gathered(passages[::-1]), question, weights)
    assert np.allclose(together, alone, atol=1e-6)
    assert np.allclose(together, backwards[::-1], atol=1e-6)


def test_a_token_of_weight_0_changes_nothing():
    random = np.random.default_rng(10)
    tokens, question = gathered([unit(random, 60), unit(random, 3)]), unit(random, 3)
    some = interaction(tokens, question, np.array([2, 0, 1], np.float32))
    assert np.allclose(some, interaction(tokens, question[[0, 2]], np.array([2, 1], np.float32)), atol=1e-6)


def test_a_passage_holding_the_question_scores_1():
    question = unit(np.random.default_rng(11), 7)
    assert np.allclose(interaction(gathered([question]), question, np.ones(7, np.float32)), 1, atol=1e-6)


def test_nothing_asked_or_nothing_given_scores_0():
    random = np.random.default_rng(12)
    tokens = gathered([unit(random, 5), unit(random, 2)])
    assert interaction(tokens, unit(random, 3), np.zeros(3, np.float32)).tolist() == [0, 0]
    assert interaction(tokens, np.empty((0, 8), np.float32), np.empty(0, np.float32)).tolist() == [0, 0]
    none = GatheredTokens(np.empty((0, 8), np.float32), np.empty(0, np.int64))
    assert interaction(none, unit(random, 3), np.ones(3, np.float32)).shape == (0,)


@pytest.mark.parametrize("lengths", [(0,), (0, 30), (30, 0), (5, 0, 60), (5, 0, 0, 60, 0)], ids=repr)
def test_a_passage_without_tokens_scores_0_and_disturbs_no_other(lengths: tuple[int, ...]):
    random = np.random.default_rng(13)
    passages = [unit(random, n) for n in lengths]
    question, weights = unit(random, 4), np.ones(4, np.float32)
    scores = interaction(gathered(passages), question, weights)
    said = [passage for passage in passages if len(passage)]
    expected = iter(reference(said, question, weights))
    assert np.allclose(scores, [next(expected) if n else 0.0 for n in lengths], atol=1e-6)


# -- 8 bits ------------------------------------------------------------------------------------------------------------


def test_quantising_errs_by_half_a_step_at_most():
    vectors = np.concatenate([unit(np.random.default_rng(1), 500, 128), np.eye(128), -np.eye(128)]).astype(np.float32)
    quantised = quantise(vectors)
    assert quantised.dtype == np.int8
    assert np.abs(quantised.astype(np.float64) / 127 - vectors).max() <= 1 / 254 + 1e-7
    assert (quantised.min(), quantised.max()) == (-127, 127)


def test_scores_hardly_change_by_quantising():
    random = np.random.default_rng(2)
    passages = [unit(random, n, 128) for n in (3, 60, 120)]
    question, weights = unit(random, 6, 128), np.ones(6, np.float32)
    index = TokenIndex.build([quantise(passage) for passage in passages], 128)
    stored = interaction(index.gather(np.arange(3)), question, weights)
    assert np.abs(stored - interaction(gathered(passages), question, weights)).max() < 0.01


# -- stored tokens -----------------------------------------------------------------------------------------------------


@pytest.fixture
def passages() -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [quantise(unit(random, n)) for n in (4, 1, 0, 7, 2)]


def test_each_row_has_its_tokens(passages: list[np.ndarray]):
    index = TokenIndex.build(passages, 8)
    for row, tokens in enumerate(passages):
        assert np.array_equal(index.tokens(row), tokens)
    assert index.bytes == 14 * 8


def test_tokens_are_gathered_in_the_order_asked(passages: list[np.ndarray]):
    index = TokenIndex.build(passages, 8)
    tokens = index.gather(np.array([3, 0, 2, 1]))
    assert tokens.starts.tolist() == [0, 7, 11, 11]
    assert tokens.vectors.dtype == np.float32
    expected = np.concatenate([passages[3], passages[0], passages[2], passages[1]]) / 127
    assert np.allclose(tokens.vectors, expected, atol=1e-7)


def test_nothing_is_gathered_of_no_rows(passages: list[np.ndarray]):
    tokens = TokenIndex.build(passages, 8).gather(np.empty(0, np.int64))
    assert tokens.vectors.shape == (0, 8)
    assert tokens.starts.shape == (0,)


def test_saved_tokens_come_back(passages: list[np.ndarray], tmp_path: Path):
    index = TokenIndex.build(passages, 8)
    index.save(tmp_path)
    loaded = TokenIndex.load(tmp_path)
    for row, tokens in enumerate(passages):
        assert np.array_equal(loaded.tokens(row), tokens)
        assert loaded.tokens(row).dtype == np.int8
    every = np.arange(len(passages))
    assert np.array_equal(loaded.gather(every).vectors, index.gather(every).vectors)


@pytest.mark.parametrize("passages", [[], [np.empty((0, 8), np.int8)]], ids=["none", "empty"])
def test_a_collection_without_tokens_is_stored_too(passages: list[np.ndarray], tmp_path: Path):
    TokenIndex.build(passages, 8).save(tmp_path)
    loaded = TokenIndex.load(tmp_path)
    assert loaded.bytes == 0
    assert loaded.gather(np.arange(len(passages))).vectors.shape == (0, 8)
