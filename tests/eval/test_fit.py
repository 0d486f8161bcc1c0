"""Fitting, on small data sets whose answer is known."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from eval.beir import BeirDataset
from eval.errors import EvalError
from eval.fit import LEG_SETS, VERSION, Judged, JudgedSet, fit_models, judge, models_json
from index.encoders import BUNDLED, Encoder
from rag.answering.model import AnswerModel
from rag.cli import main
from rag.config import BIAS, FusionModel, FusionModels
from rag.fusion import fuse
from tests.eval.conftest import question as line

LEGS = LEG_SETS[0]
ALL = "+".join(LEGS)


def judged(generator: np.random.Generator, informative: str = "interaction", candidates: int = 20) -> Judged:
    """One candidate answers; the informative leg mostly likes it, the others know nothing."""
    relevant = np.zeros(candidates, np.bool_)
    relevant[generator.integers(candidates)] = True
    scores = {leg: generator.random(candidates) * 0.5 for leg in LEGS}
    scores[informative] = np.clip(0.3 * generator.random(candidates) + 0.5 * relevant, 0, 1)
    scores[informative][generator.integers(candidates)] = 0.7
    return Judged(scores, generator.random(candidates) < 0.5, relevant)


def judged_set(
    name: str = "synthetic", questions: int = 60, seed: int = 0, informative: str = "interaction"
) -> JudgedSet:
    generator = np.random.default_rng(seed)
    return JudgedSet(name, tuple(judged(generator, informative) for _ in range(questions)), "0" * 64)


@pytest.fixture(scope="module")
def models() -> FusionModels:
    return fit_models([judged_set()])


def both(model: FusionModel) -> list[dict[str, float]]:
    return [dict(model.same_language), dict(model.cross_language)]


def test_every_set_of_legs_is_fitted_and_no_weight_is_negative(models: FusionModels) -> None:
    assert set(models.models) == {"+".join(legs) for legs in LEG_SETS}
    for legs in LEG_SETS:
        for weights in both(models.of(legs)):
            assert set(weights) == {BIAS, *legs}
            assert all(weights[leg] >= 0 for leg in legs)


@pytest.mark.parametrize("informative", ["interaction", "lexical"])
def test_a_leg_that_knows_gets_more_weight_than_one_that_does_not(informative: str) -> None:
    fitted = fit_models([judged_set(informative=informative)])
    for weights in both(fitted.of(LEGS)):
        noise = [weights[leg] for leg in LEGS if leg != informative]
        assert weights[informative] > 2 * max(noise)


def test_probabilities_are_near_how_often_they_come_true(models: FusionModels) -> None:
    """On fresh questions, among the ten best that are shown, by tenths of the probability."""
    chances, truths = [], []
    for question in judged_set(questions=300, seed=7).questions:
        fused = fuse(question.scores, question.same_language, models.of(LEGS))
        shown = np.argsort(-fused.scores, kind="stable")[:10]
        chances.append(fused.scores[shown])
        truths.append(question.relevant[shown])
    chance, truth = np.concatenate(chances), np.concatenate(truths)
    assert chance.mean() == pytest.approx(truth.mean(), abs=0.03)
    errors = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            errors += inside.mean() * abs(chance[inside].mean() - truth[inside].mean())
    assert errors < 0.1, "the expected calibration error, after sixty questions"


def test_every_data_set_counts_the_same() -> None:
    """The same questions thirty times over change nothing."""
    a, b = judged_set("a", 30, 1), judged_set("b", 30, 2, "lexical")
    many = JudgedSet("a", a.questions * 5, a.checksum)
    once, often = fit_models([a, b]).of(LEGS), fit_models([many, b]).of(LEGS)
    for first, second in zip(both(once), both(often), strict=True):
        assert first == pytest.approx(second, rel=0.05, abs=0.05)


def test_fitting_twice_gives_the_same(models: FusionModels) -> None:
    assert models_json(fit_models([judged_set()])) == models_json(models)


def test_the_file_is_read_back_as_it_was_fitted(models: FusionModels) -> None:
    data = json.loads(json.dumps(models_json(models)))
    (fitted_on,) = data["fitted_on"]["data"]
    assert fitted_on.pop("first_relevant") > 0.3, (
        "one candidate in twenty by chance; a rival is liked as much on purpose"
    )
    assert fitted_on == {"name": "synthetic", "questions": 60, "sha256": "0" * 64}
    assert data["version"] == VERSION
    read = FusionModels({legs: FusionModel(**model) for legs, model in data["models"].items()}, data["fitted_on"])
    assert set(data) == set(models_json(FusionModels.load()))
    for legs in LEG_SETS:
        for first, second in zip(both(read.of(legs)), both(models.of(legs)), strict=True):
            assert first == pytest.approx(second, abs=1e-4)


@pytest.mark.parametrize("sets", [[], [JudgedSet("empty", (), "0" * 64)], [judged_set(), JudgedSet("empty", (), "")]])
def test_without_anything_to_learn_from_it_says_which_data(sets: list[JudgedSet]) -> None:
    with pytest.raises(EvalError, match=r"no answered question to fit on in (empty|nothing); give other data"):
        fit_models(sets)


def test_without_scipy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: object, **keywords: object) -> object:
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(EvalError, match=r"fitting needs scipy; install it with: pip install 'cited-rag\[fit\]'"):
        fit_models([judged_set(questions=2)])


def test_a_data_set_is_judged_by_its_qrels(beir: Path, encoder: Encoder) -> None:
    found = judge(BeirDataset(beir), encoder)
    assert found.name == "harbour"
    assert len(found.questions) == 3
    assert len(found.checksum) == 64
    assert judge(BeirDataset(beir), encoder).checksum == found.checksum
    for question in found.questions:
        assert set(question.scores) == set(LEGS)
        assert question.relevant.sum() == 1
        assert question.same_language.all()
        assert all(np.all((scores >= 0) & (scores <= 1)) for scores in question.scores.values())


def fitted(folder: Path, *arguments: str | Path) -> Result:
    """Runs ``rag eval fit`` with its output in a folder, which it makes."""
    folder.mkdir()
    return CliRunner().invoke(main, ["eval", "fit", *map(str, arguments), "--output", str(folder)])


def test_without_quotes_the_command_writes_the_weights_of_the_legs_alone(beir: Path, tmp_path: Path) -> None:
    result = fitted(tmp_path / "data", beir)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / 'data' / 'fusion.json'}\n"
    data = json.loads((tmp_path / "data" / "fusion.json").read_text("utf-8"))
    assert set(data["models"]) == {"+".join(legs) for legs in LEG_SETS}
    assert data["fitted_on"]["data"][0]["name"] == "harbour"


@pytest.fixture
def questions(write_questions: Callable[..., Path]) -> Path:
    """One with an answer, one without."""
    trap = line(id="trap", pair="trap", kind="near_topic", question="Who bakes the bread?", evidence=[])
    return write_questions(line(), trap)


def test_with_quotes_it_fits_what_decides_about_answers_too(
    beir: Path, questions: Path, articles: Path, tmp_path: Path
) -> None:
    both, alone = tmp_path / "both", tmp_path / "alone"
    result = fitted(both, questions, beir, "--articles", articles)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{both / 'fusion.json'}\n{both / 'answering.json'}\n"
    data = json.loads((both / "answering.json").read_text("utf-8"))
    assert [each["name"] for each in data["fitted_on"]["data"]] == ["questions/dev", "harbour"]
    assert [each["questions"] for each in data["fitted_on"]["data"]] == [2, 6]
    assert AnswerModel.from_json(data["models"][BUNDLED]).threshold("en", "zh") > 0
    result = fitted(alone, questions, beir, "--articles", articles, "--answers-only")
    assert (result.exit_code, result.stdout) == (0, f"{alone / 'answering.json'}\n")
    assert (alone / "answering.json").read_bytes() == (both / "answering.json").read_bytes()


def test_answers_cannot_be_fitted_without_quotes(beir: Path, tmp_path: Path) -> None:
    result = fitted(tmp_path / "data", beir, "--answers-only")
    assert result.exit_code == 1
    assert "no quotes to learn from; give a question set, such as 'seeds'" in result.stderr
    assert list((tmp_path / "data").iterdir()) == []


def test_data_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    result = fitted(tmp_path / "data", tmp_path / "none")
    assert result.exit_code == 1
    assert "no such folder; give 'seeds'" in result.stderr
    assert list((tmp_path / "data").iterdir()) == []
    assert CliRunner().invoke(main, ["eval", "fit"]).exit_code == 2
