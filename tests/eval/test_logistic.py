"""Logistic models, fitted to data whose answer is known."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from eval.errors import EvalError
from eval.logistic import Floats, fit_listwise, fit_network
from rag.answering.model import Network

SEPARABLE = np.array([[-2.0], [-1.0], [1.0], [2.0]])
POSITIVE = np.array([False, False, True, True])


def drawn(n: int, seed: int = 0, weights: tuple[float, ...] = (1.5, -2.0, 0.0)) -> tuple[Floats, np.ndarray]:
    """Features on very different scales, and labels that come true by the logistic of their weighted sum."""
    generator = np.random.default_rng(seed)
    scales = np.array([1.0, 0.1, 50.0])
    x = generator.normal(size=(n, 3)) * scales
    chance = 1 / (1 + np.exp(-(x / scales @ np.array(weights))))
    return x, generator.random(n) < chance


def chances(model: Network, rows: Floats) -> Floats:
    return np.array([model.probability(row) for row in rows.tolist()])


def near(a: Network, b: Network, rows: Floats, tolerance: float = 0.03) -> bool:
    """Whether they say much the same."""
    return bool(np.abs(chances(a, rows) - chances(b, rows)).mean() < tolerance)


def test_a_separable_set_is_separated_and_the_model_stays_finite() -> None:
    found = chances(fit_network(SEPARABLE, POSITIVE, np.ones(4)), SEPARABLE)
    assert found[1] < 0.5 < found[2]
    assert ((found > 1e-4) & (found < 1 - 1e-4)).all()


def test_chances_are_recovered_for_plain_features_whatever_their_scale() -> None:
    x, labels = drawn(8_000)
    fitted = fit_network(x, labels, np.ones(len(x)))
    truth = 1 / (1 + np.exp(-(x / [1.0, 0.1, 50.0] @ np.array([1.5, -2.0, 0.0]))))
    assert np.abs(chances(fitted, x[:500]) - truth[:500]).mean() < 0.03


def test_what_tells_only_together_is_learnt() -> None:
    """Right where both have the same sign: neither tells anything by itself."""
    generator = np.random.default_rng(3)
    x = generator.normal(size=(600, 2))
    labels = x[:, 0] * x[:, 1] > 0
    found = chances(fit_network(x[:400], labels[:400], np.ones(400)), x[400:])
    assert ((found > 0.5) == labels[400:]).mean() > 0.85


def test_a_column_that_never_varies_is_not_looked_at() -> None:
    fitted = fit_network(np.column_stack([SEPARABLE, np.full(4, 7.0)]), POSITIVE, np.ones(4))
    assert (fitted.scales[1], fitted.weights[1], {unit.weights[1] for unit in fitted.units}) == (0, 0, {0.0})
    assert fitted.probability((2.0, 7.0)) == fitted.probability((2.0, -1e6))


def test_a_row_of_twice_the_share_counts_like_two() -> None:
    x, labels = drawn(2_000)
    shares = np.where(np.arange(2_000) < 500, 2.0, 1.0)
    twice = np.concatenate([np.arange(2_000), np.arange(500)])
    assert near(fit_network(x, labels, shares), fit_network(x[twice], labels[twice], np.ones(2_500)), x)


def test_both_answers_count_the_same_however_many_rows_have_them() -> None:
    """Every "no" five times over: the scale of the features shifts a little, the model hardly."""
    x, labels = drawn(400)
    rows = np.concatenate([np.arange(400), *[np.flatnonzero(~labels)] * 4])
    assert near(fit_network(x, labels, np.ones(400)), fit_network(x[rows], labels[rows], np.ones(len(rows))), x)


def test_where_features_start_changes_nothing() -> None:
    x, labels = drawn(300)
    here, there = (fit_network(x + shift, labels, np.ones(300)) for shift in (0.0, 10.0))
    assert np.allclose(chances(here, x), chances(there, x + 10), atol=0.02)


def choices(n: int, seed: int = 1) -> list[tuple[Floats, np.ndarray]]:
    """Of eight rivals, one is right: the first feature counts three times as much as the second, the third is noise."""
    generator = np.random.default_rng(seed)
    lists = []
    for _ in range(n):
        x = generator.normal(size=(8, 3))
        odds = x @ np.array([3.0, 1.0, 0.0])
        chance = np.exp(odds - odds.max())
        right = np.arange(8) == generator.choice(8, p=chance / chance.sum())
        lists.append((x, right))
    return lists


def test_what_is_right_among_rivals_is_recovered() -> None:
    first, second, noise = fit_listwise(choices(4_000), [1.0] * 4_000).weights
    assert first / second == pytest.approx(3, rel=0.1)
    assert abs(noise) < 0.05 * first


def test_a_list_of_three_times_the_share_counts_like_three() -> None:
    lists = choices(60)
    thrice = fit_listwise([*lists[:20] * 3, *lists[20:]], [1.0] * 100)
    once = fit_listwise(lists, [3.0] * 20 + [1.0] * 40)
    assert (once.bias, *once.weights) == pytest.approx((thrice.bias, *thrice.weights), rel=0.05, abs=0.1)


def test_its_probabilities_come_true() -> None:
    """On lists it has not seen, in total and by quarters of the probability."""
    fitted = fit_listwise(choices(2_000), [1.0] * 2_000)
    rows = [
        (fitted.probability(row), bool(right))
        for x, hits in choices(2_000, 2)
        for row, right in zip(x, hits, strict=True)
    ]
    chance, truth = np.array([each for each, _ in rows]), np.array([right for _, right in rows])
    assert chance.mean() == pytest.approx(1 / 8, abs=0.015)
    for low in (0.0, 0.25, 0.5, 0.75):
        inside = (chance >= low) & (chance < low + 0.25)
        assert chance[inside].mean() == pytest.approx(truth[inside].mean(), abs=0.08)


def test_several_rows_of_a_list_may_be_right() -> None:
    x = np.array([[3.0], [2.0], [-1.0], [-2.0]])
    fitted = fit_listwise([(x, np.array([True, True, False, False]))] * 5, [1.0] * 5)
    assert fitted.probability([2.0]) > 0.9 > 0.1 > fitted.probability([-1.0])


def test_the_same_data_gives_the_same_model() -> None:
    assert fit_listwise(choices(50), [1.0] * 50) == fit_listwise(choices(50), [1.0] * 50)
    x, labels = drawn(50)
    assert fit_network(x, labels, np.ones(50)) == fit_network(x, labels, np.ones(50))


def test_without_scipy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: object, **keywords: object) -> object:
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(EvalError, match=r"fitting needs scipy; install it with: pip install 'cited-rag\[fit\]'"):
        fit_network(SEPARABLE, POSITIVE, np.ones(4))
