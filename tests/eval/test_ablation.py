"""What is left out is left out, what is left in is what the search answers, and nothing is above the ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from eval.ablation import BASELINES, PARTS, VARIANTS, Variant, ablation_runs
from eval.beir import BeirDataset
from eval.journal import Journal
from eval.progress import progress_bar
from eval.report.make import make_report
from eval.report.model import Report
from eval.run import Run, make_run
from eval.scoring import MAIN
from eval.survey import Survey
from index.build import build_index
from index.encoders import Encoder
from index.store import Home
from rag.config import LEGS, SearchConfig
from rag.legs import LATE_LEGS, DenseLeg
from rag.retriever import Retriever
from rag.types import Mode
from tests.eval.conftest import CORPUS, QRELS, QUERIES, write_beir

NAMES = [
    "full", "no dense", "no sentence", "no lexical", "no interaction", "no window", "no brevity", "no translations",
    "no turning", "no names by sound", "no expansion", "mode dense", "mode lexical", "passage vectors", "BM25", "RRF(60)",
    "oracle (ceiling)",
]  # fmt: skip
IN_CHINESE = [
    {"_id": "海鸥", "text": "灯塔看守人每天早上数海鸥。"},
    {"_id": "面包", "text": "面包在夜里烤，那时炉子是热的。"},
]
ASKED_IN_CHINESE = [{"_id": "q4", "text": "谁数海鸥？"}, {"_id": "empty", "text": " "}, {"_id": "none", "text": "你好"}]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> BeirDataset:
    """Two languages, an empty question, and one that nothing answers."""
    return BeirDataset(
        write_beir(
            tmp_path_factory.mktemp("data") / "harbour",
            [*CORPUS, *IN_CHINESE],
            [*QUERIES, *ASKED_IN_CHINESE],
            QRELS + "q1\t海鸥\t1\nq4\t海鸥\t1\nq4\tgulls\t1\nempty\ttea\t1\nnone\ttea\t0\n",
        )
    )


@pytest.fixture(scope="module")
def survey(dataset: BeirDataset, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survey]:
    folder = tmp_path_factory.mktemp("survey")
    home = Home(folder / "index")
    build_index(home, dataset.sources, encoder)
    journal = Journal(folder / "answers.jsonl", {})
    with progress_bar() as bar:
        yield Survey(dataset, home, home.open(), encoder, journal, bar)
    journal.close()


@pytest.fixture(scope="module")
def runs(survey: Survey) -> Mapping[str, Run]:
    return {run.name: run for run in ablation_runs(survey)}


@pytest.fixture(scope="module")
def report(survey: Survey, runs: Mapping[str, Run]) -> Report:
    return make_report(survey.dataset, list(runs.values()), survey.index)


def listed(run: Run) -> dict[str, list[tuple[str, float]]]:
    return {question: [(item.id, item.score) for item in each.items] for question, each in run.rankings.items()}


def test_every_part_and_baseline_has_a_row_that_says_what_it_is(runs: Mapping[str, Run]) -> None:
    assert list(runs) == NAMES
    assert all(run.about for run in runs.values())
    assert "out of reach" in runs["oracle (ceiling)"].about
    assert all(len(name) <= 17 for name in runs), "charts cut longer names"


def test_every_leg_is_left_out_once() -> None:
    assert tuple(PARTS) == LEGS
    left_out = [set(LEGS) - set(each.config.legs) for each in VARIANTS[1 : len(LEGS) + 1]]
    assert left_out == [{leg} for leg in LEGS]


def test_every_variant_has_a_model_in_both_stages() -> None:
    late = {leg.name for leg in LATE_LEGS}
    for each in (*VARIANTS, *BASELINES):
        for legs in (each.config.legs, tuple(leg for leg in each.config.legs if leg not in late)):
            assert each.config.fusion.of(legs).same_language.keys() == {"bias", *legs}, each.name


@pytest.mark.parametrize("variant", [*VARIANTS, *BASELINES], ids=lambda each: each.name)
def test_a_leg_that_is_left_out_is_not_scored(survey: Survey, variant: Variant) -> None:
    found = survey.candidates(variant.config)(survey.dataset.questions[0])
    assert tuple(found.raw) == tuple(found.normalised) == variant.config.legs


def test_a_leg_that_is_left_out_is_not_even_asked(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("asked")

    for verb in ("propose", "scores", "normalise"):
        monkeypatch.setattr(DenseLeg, verb, broken)
    survey.candidates(VARIANTS[1].config)(survey.dataset.questions[0])
    with pytest.raises(AssertionError, match="asked"):
        survey.candidates(VARIANTS[0].config)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.name)
def test_a_variant_lists_what_a_search_so_configured_answers(
    survey: Survey, runs: Mapping[str, Run], variant: Variant
) -> None:
    retriever = Retriever(survey.index, survey.encoder, variant.config)
    searched = make_run(survey.dataset, retriever, Mode.HYBRID, survey.by_itself)
    assert listed(runs[variant.name]) == listed(searched)


@pytest.mark.parametrize("mode", [Mode.DENSE, Mode.LEXICAL])
def test_the_modes_are_those_of_the_search(survey: Survey, runs: Mapping[str, Run], mode: Mode) -> None:
    retriever = Retriever(survey.index, survey.encoder, SearchConfig())
    searched = make_run(survey.dataset, retriever, mode, survey.by_itself)
    assert listed(runs[f"mode {mode}"]) == listed(searched)


def test_bm25_alone_lists_what_holds_a_word_of_the_question(runs: Mapping[str, Run]) -> None:
    assert [item.id for item in runs["BM25"].rankings["q4"].items] == ["海鸥"]
    assert {item.id for item in runs["mode lexical"].rankings["q4"].items} > {"海鸥"}, "gulls, by translation"
    assert {item.id for item in runs["passage vectors"].rankings["q4"].items} > {"gulls", "bread"}


def test_one_leg_ranks_by_its_own_scores_in_all_languages(runs: Mapping[str, Run]) -> None:
    for name in ("passage vectors", "BM25"):
        for ranking in runs[name].rankings.values():
            scores = [item.score for item in ranking.items]
            assert scores == sorted(scores, reverse=True)
    assert max(item.score for item in runs["BM25"].rankings["q1"].items) > 1, "BM25, not a probability"


def test_ranks_are_fused_from_the_two_baselines(runs: Mapping[str, Run]) -> None:
    """The Chinese passage is first by words, and the only one: 1/61 beside what its vector's rank gives."""
    vectors = [item.id for item in runs["passage vectors"].rankings["q4"].items]
    scores = dict(listed(runs["RRF(60)"])["q4"])
    assert scores["海鸥"] == pytest.approx(1 / 61 + 1 / (61 + vectors.index("海鸥")))
    assert scores["bread"] == pytest.approx(1 / (61 + vectors.index("bread")))


def test_nothing_is_above_the_ceiling_that_only_weighs_differently(report: Report) -> None:
    assert report.answerable
    for question in report.answerable:
        best, full = (question.outcomes[name].scores[MAIN] for name in ("oracle (ceiling)", "full"))
        assert best >= full, question.id


def test_costs_are_told(runs: Mapping[str, Run]) -> None:
    """An index without what a variant does not read is smaller; nobody can say what the ceiling costs."""
    sizes = {name: run.index_bytes for name, run in runs.items()}
    assert all(size is not None for size in sizes.values())
    full = sizes["full"] or 0
    assert sizes["no interaction"] == sizes["no translations"] == full, "the window reads the token vectors too"
    assert all((sizes[name] or 0) < full for name in ("no dense", "no sentence", "no lexical", "mode dense", "BM25"))
    for name, run in runs.items():
        known = [each.milliseconds is not None for question, each in run.rankings.items() if question != "empty"]
        assert not any(known) if name == "oracle (ceiling)" else all(known), name


def test_an_empty_question_has_found_nothing(runs: Mapping[str, Run]) -> None:
    assert all(run.rankings["empty"].items == () for run in runs.values())
