"""Runs: what was ranked for each question."""

from __future__ import annotations

import re
from pathlib import Path

import ir_measures
import pytest

from eval.beir import BeirDataset
from eval.run import RankedItem, Run, make_run
from index.build import build_index
from index.encoders import Encoder
from index.store import Home
from rag.engine import Engine
from rag.types import Mode, SearchRequest
from tests.eval.conftest import QRELS, QUERIES, write_beir


@pytest.fixture
def data(beir: Path) -> BeirDataset:
    return BeirDataset(beir)


@pytest.fixture
def engine(home: Path, data: BeirDataset, encoder: Encoder) -> Engine:
    build_index(Home(home), data.sources, encoder)
    return Engine(home)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_question_has_its_ranking_and_its_time(data: BeirDataset, engine: Engine, mode: Mode) -> None:
    run = make_run(data, engine, mode)
    assert run.name == mode.value
    assert list(run.ranking) == list(run.milliseconds) == ["q1", "q2", "q3"]
    assert all(took > 0 for took in run.milliseconds.values())
    for items in run.ranking.values():
        assert [item.score for item in items] == sorted((item.score for item in items), reverse=True)
        assert len({item.id for item in items}) == len(items)


def test_a_run_is_what_the_engine_answers(data: BeirDataset, engine: Engine) -> None:
    run = make_run(data, engine, Mode.HYBRID)
    for question in data.questions:
        results = engine.search(SearchRequest(question.text, 100)).results
        assert run.ranking[question.id] == [RankedItem(result.article.id, result.score) for result in results]


def test_nothing_found_and_refused_questions_have_an_empty_ranking(
    tmp_path: Path, home: Path, encoder: Encoder
) -> None:
    queries = [
        *QUERIES, {"_id": "nothing", "text": "zzqx"}, {"_id": "empty", "text": " "}, {"_id": "long", "text": "x" * 2001},
        {"_id": "broken", "text": "\ud800"},
    ]  # fmt: skip
    names = ("nothing", "empty", "long", "broken")
    qrels = QRELS + "".join(f"{name}\tgulls\t1\n" for name in names)
    data = BeirDataset(write_beir(tmp_path / "odd", queries=queries, qrels=qrels))
    build_index(Home(home), data.sources, encoder)
    run = make_run(data, Engine(home), Mode.LEXICAL)
    assert all(run.ranking[name] == [] for name in names)
    assert run.ranking["q1"] != []


def test_a_saved_run_is_a_trec_run(tmp_path: Path) -> None:
    ranking = {
        "q1": [RankedItem("b", 0.75), RankedItem("a", 0.5)],
        "q2": [],
        "q3": [RankedItem("红杉.txt#0-10", 1 / 3)],
    }
    path = tmp_path / "run.txt"
    Run("hybrid", ranking, {}).save(path)
    assert path.read_text("utf-8") == (
        "q1 Q0 b 1 0.750000 hybrid\nq1 Q0 a 2 0.500000 hybrid\nq3 Q0 红杉.txt#0-10 1 0.333333 hybrid\n"
    )


def test_a_saved_run_is_read_back_by_ir_measures(tmp_path: Path, data: BeirDataset, engine: Engine) -> None:
    run = make_run(data, engine, Mode.HYBRID)
    path = tmp_path / "run.txt"
    run.save(path)
    assert all(re.fullmatch(r"\S+ Q0 \S+ \d+ \d\.\d{6} hybrid", line) for line in path.read_text().splitlines())
    read = [(row.query_id, row.doc_id, row.score) for row in ir_measures.read_trec_run(str(path))]
    expected = [(q, item.id, pytest.approx(item.score, abs=1e-6)) for q, items in run.ranking.items() for item in items]
    assert read == expected
