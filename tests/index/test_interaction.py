from pathlib import Path

import numpy as np
import pytest

from index.hits import Scores
from index.interaction import _BLOCK, Meeting, TokenIndex, quantise


def unit(random: np.random.Generator, n: int, k: int = 8) -> np.ndarray:
    rows = random.normal(size=(n, k)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def meet(passages: list[np.ndarray], question: np.ndarray, rarity: np.ndarray) -> Meeting:
    """The question with all passages, stored as an index stores them."""
    index = TokenIndex.build([quantise(passage) for passage in passages], question.shape[1])
    return index.meet(np.arange(len(passages)), question, rarity)


def reference(passages: list[np.ndarray], question: np.ndarray, rarity: np.ndarray) -> tuple[list[float], list[float]]:
    """The definitions, word for word: MaxSim over the passage, and over the best two neighbouring blocks."""

    def max_sim(tokens: list[list[float]]) -> float:
        total = 0.0
        for asked, weight in zip(question.tolist(), rarity.tolist(), strict=True):
            total += weight * max(sum(a * b for a, b in zip(asked, token, strict=True)) for token in tokens)
        return total / sum(rarity.tolist())

    whole, windows = [], []
    for passage in passages:
        tokens = (quantise(passage).astype(float) / 127).tolist()
        whole.append(max_sim(tokens) if tokens else 0.0)
        starts = range(0, len(tokens), _BLOCK)
        windows.append(max((max_sim(tokens[start : start + 2 * _BLOCK]) for start in starts), default=0.0))
    return whole, windows


def both(meeting: Meeting) -> tuple[Scores, Scores]:
    return meeting.whole(), meeting.windows()


# -- the scores --------------------------------------------------------------------------------------------------------


def test_an_example_worked_by_hand():
    """Two words asked, of rarity 3 and 1. Each passage holds both, exactly or at a cosine of 0.6, near or far apart."""
    x, y, blank = np.eye(3, dtype=np.float32)
    near_y = np.array([0, 0.6, 0.8], np.float32)
    together = np.array([blank] * 10 + [x, y] + [blank] * 60)
    apart = np.array([x] + [blank] * 60 + [y] + [blank] * 5)
    weak = np.array([near_y, x])
    nothing = np.array([blank])
    meeting = meet([together, apart, weak, nothing], np.array([x, y]), np.array([3, 1], np.float32))
    # (3 * 1 + 1 * 1) / 4; apart holds both, but no window does; weak (3 * 1 + 1 * 0.6) / 4
    assert np.allclose(meeting.whole(), [1, 1, 0.9, 0], atol=2e-3)
    assert np.allclose(meeting.windows(), [1, 0.75, 0.9, 0], atol=2e-3)
    assert meeting.lengths.tolist() == [72, 67, 2, 1]


def test_a_window_is_two_blocks_and_ends_with_its_passage():
    x, y, blank = np.eye(3, dtype=np.float32)
    question, rarity = np.array([x, y]), np.ones(2, np.float32)

    def at(length: int, first: int, second: int) -> np.ndarray:
        tokens = np.array([blank] * length)
        tokens[first], tokens[second] = x, y
        return tokens

    near, far = at(4 * _BLOCK, _BLOCK, 3 * _BLOCK - 1), at(4 * _BLOCK, _BLOCK - 1, 2 * _BLOCK)
    ends, begins = np.array([blank] * (_BLOCK - 1) + [x]), np.array([y] + [blank] * 3)
    scores = meet([near, far, ends, begins], question, rarity).windows()
    assert scores == pytest.approx([1, 0.5, 0.5, 0.5]), "the end of one passage and the beginning of the next are apart"


@pytest.mark.parametrize("questions", [1, 2, 9])
@pytest.mark.parametrize("seed", range(4))
def test_the_scores_are_their_definitions(seed: int, questions: int):
    random = np.random.default_rng(seed)
    lengths = [0, 1, 2, 23, 24, 25, 47, 48, 49, 72, 73, 150, 0, *random.integers(1, 200, 6).tolist()]
    random.shuffle(lengths)
    passages = [unit(random, n) for n in lengths]
    question, rarity = unit(random, questions), random.uniform(0.1, 9, questions).astype(np.float32)
    meeting = meet(passages, question, rarity)
    for scores, expected in zip(both(meeting), reference(passages, question, rarity), strict=True):
        assert scores.shape == (len(passages),)
        assert scores.dtype == np.float64
        assert np.allclose(scores, expected, atol=1e-5)
    assert (meeting.windows() <= meeting.whole() + 1e-6).all()
    assert meeting.lengths.tolist() == lengths


def test_a_passage_has_the_same_scores_in_any_company():
    random = np.random.default_rng(9)
    passages = [unit(random, n) for n in (30, 1, 80, 5)]
    question, rarity = unit(random, 4), np.ones(4, np.float32)
    together, backwards = meet(passages, question, rarity), meet(passages[::-1], question, rarity)
    for score in (Meeting.whole, Meeting.windows):
        alone = [score(meet([passage], question, rarity))[0] for passage in passages]
        assert np.allclose(score(together), alone, atol=1e-6)
        assert np.allclose(score(together), score(backwards)[::-1], atol=1e-6)


def test_a_token_of_rarity_0_changes_nothing():
    random = np.random.default_rng(10)
    passages, question = [unit(random, 60), unit(random, 3)], unit(random, 3)
    some = meet(passages, question, np.array([2, 0, 1], np.float32))
    without = meet(passages, question[[0, 2]], np.array([2, 1], np.float32))
    for one, other in zip(both(some), both(without), strict=True):
        assert np.allclose(one, other, atol=1e-6)


def test_a_passage_holding_the_question_scores_1():
    question = unit(np.random.default_rng(11), 7)
    for scores in both(meet([question], question, np.ones(7, np.float32))):
        assert np.allclose(scores, 1, atol=0.01)


def test_nothing_asked_or_nothing_given_scores_0():
    random = np.random.default_rng(12)
    passages = [unit(random, 5), unit(random, 2)]
    for question, rarity in (
        (unit(random, 3), np.zeros(3, np.float32)),
        (np.empty((0, 8), np.float32), np.empty(0, np.float32)),
    ):
        assert [scores.tolist() for scores in both(meet(passages, question, rarity))] == [[0, 0]] * 2
    for scores in both(meet([], unit(random, 3), np.ones(3, np.float32))):
        assert scores.shape == (0,)


@pytest.mark.parametrize("lengths", [(0,), (0, 30), (30, 0), (5, 0, 60), (5, 0, 0, 60, 0)], ids=repr)
def test_a_passage_without_tokens_scores_0_and_disturbs_no_other(lengths: tuple[int, ...]):
    random = np.random.default_rng(13)
    passages = [unit(random, n) for n in lengths]
    question, rarity = unit(random, 4), np.ones(4, np.float32)
    for scores, expected in zip(
        both(meet(passages, question, rarity)), reference(passages, question, rarity), strict=True
    ):
        assert np.allclose(scores, expected, atol=1e-6)
        assert [score == 0 for score in scores.tolist()] == [n == 0 for n in lengths]


# -- who meets ---------------------------------------------------------------------------------------------------------


def test_passages_meet_in_the_order_asked_each_with_its_own_tokens():
    random = np.random.default_rng(14)
    passages, question = [unit(random, n) for n in (4, 1, 0, 7, 2)], unit(random, 3)
    index = TokenIndex.build([quantise(passage) for passage in passages], 8)
    rows = np.array([3, 0, 2, 1])
    meeting = index.meet(rows, question, np.ones(3, np.float32))
    assert meeting.rows.tolist() == [3, 0, 2, 1]
    assert meeting.starts.tolist() == [0, 7, 11, 11, 12]
    assert meeting.likeness.dtype == np.float32
    for row in rows.tolist():
        assert row in meeting
        assert np.allclose(meeting.of(row), index.tokens(row).astype(float) / 127 @ question.T, atol=1e-6)
    assert 4 not in meeting


def test_nobody_meets_where_no_rows_are_given():
    index = TokenIndex.build([quantise(unit(np.random.default_rng(15), 4))], 8)
    meeting = index.meet(np.empty(0, np.int64), np.eye(8, dtype=np.float32)[:2], np.ones(2, np.float32))
    assert meeting.likeness.shape == (0, 2)
    assert meeting.lengths.shape == (0,)
    assert 0 not in meeting


# -- 8 bits ------------------------------------------------------------------------------------------------------------


def test_quantising_errs_by_half_a_step_at_most():
    vectors = np.concatenate([unit(np.random.default_rng(1), 500, 128), np.eye(128), -np.eye(128)]).astype(np.float32)
    quantised = quantise(vectors)
    assert quantised.dtype == np.int8
    assert np.abs(quantised.astype(np.float64) / 127 - vectors).max() <= 1 / 254 + 1e-7
    assert (quantised.min(), quantised.max()) == (-127, 127)


def test_scores_hardly_change_by_quantising():
    random = np.random.default_rng(2)
    passages, question = [unit(random, n, 128) for n in (3, 60, 120)], unit(random, 6, 128)
    exact = [float((passage @ question.T).max(axis=0).mean()) for passage in passages]
    assert np.abs(meet(passages, question, np.ones(6, np.float32)).whole() - exact).max() < 0.01


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


def test_saved_tokens_come_back(passages: list[np.ndarray], tmp_path: Path):
    index = TokenIndex.build(passages, 8)
    index.save(tmp_path)
    loaded = TokenIndex.load(tmp_path)
    for row, tokens in enumerate(passages):
        assert np.array_equal(loaded.tokens(row), tokens)
        assert loaded.tokens(row).dtype == np.int8
    every, question = np.arange(len(passages)), unit(np.random.default_rng(4), 3)
    met = [each.meet(every, question, np.ones(3, np.float32)) for each in (loaded, index)]
    assert np.array_equal(met[0].likeness, met[1].likeness)


@pytest.mark.parametrize("passages", [[], [np.empty((0, 8), np.int8)]], ids=["none", "empty"])
def test_a_collection_without_tokens_is_stored_too(passages: list[np.ndarray], tmp_path: Path):
    TokenIndex.build(passages, 8).save(tmp_path)
    loaded = TokenIndex.load(tmp_path)
    assert loaded.bytes == 0
    meeting = loaded.meet(np.arange(len(passages)), np.eye(8, dtype=np.float32), np.ones(8, np.float32))
    assert meeting.likeness.shape == (0, 8)
    assert meeting.whole().tolist() == meeting.windows().tolist() == [0.0] * len(passages)
