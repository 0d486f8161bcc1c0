"""Runs: what was ranked for each question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eval.beir import BeirDataset
from eval.dataset import Presentation, RankedItem, Ranking
from eval.journal import Journal
from eval.question_set import QuestionSet
from eval.run import Run, bytes_on_disk, make_run
from index.build import build_index
from index.encoders import Encoder
from index.store import Home
from rag.engine import Engine
from rag.types import Mode, SearchRequest, SearchResponse
from tests.conftest import SEEDS
from tests.eval.conftest import QRELS, QUERIES, question, write_beir


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
    assert list(run.rankings) == ["q1", "q2", "q3"]
    for ranking in run.rankings.values():
        assert ranking.milliseconds is not None
        assert ranking.milliseconds > 0
        assert [item.score for item in ranking.items] == sorted((i.score for i in ranking.items), reverse=True)
        assert len({item.id for item in ranking.items}) == len(ranking.items)


def test_a_run_is_what_the_engine_answers(data: BeirDataset, engine: Engine) -> None:
    run = make_run(data, engine, Mode.HYBRID)
    for asked in data.questions:
        results = engine.search(SearchRequest(asked.text, 100, group_parallel=False)).results
        assert list(run.rankings[asked.id].items) == [RankedItem(r.article.id, r.score) for r in results]


def test_passages_are_listed_as_readers_see_them_with_what_was_folded_into_them(
    write_questions: Callable[..., Path], seeds_engine: Engine
) -> None:
    asked = "生成式人工智能能创造多少经济价值？"
    rows = question(
        question=asked, language="zh", evidence=[{"file": "000_ec51baf08d9133ae.txt", "quote": "编译：洪杉"}]
    )
    data = QuestionSet(write_questions(rows), SEEDS)
    grouped, apart = (make_run(data, seeds_engine, Mode.HYBRID, each) for each in data.presentations)
    assert (grouped.name, apart.name) == ("hybrid", "hybrid ungrouped")
    for run, group_parallel in ((grouped, True), (apart, False)):
        results = seeds_engine.search(SearchRequest(asked, 10, group_parallel=group_parallel)).results
        assert [(item.id, item.score) for item in run.rankings["gulls.en"].items] == [
            (result.passage.id, result.score) for result in results
        ]
    folded = [name for item in grouped.rankings["gulls.en"].items for name in item.parallel]
    assert folded
    assert not set(folded) & {item.id for item in grouped.rankings["gulls.en"].items}
    assert not any(item.parallel for item in apart.rankings["gulls.en"].items)


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
    assert all(run.rankings[name].items == () for name in names)
    assert run.rankings["q1"].items != ()


class Stopping(Engine):
    """Answers so many questions, then its process is ended."""

    left: int

    def search(self, request: SearchRequest) -> SearchResponse:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().search(request)


def test_a_run_that_was_stopped_goes_on_where_it_was(data: BeirDataset, engine: Engine, tmp_path: Path) -> None:
    stopping = Stopping(tmp_path / "home")
    stopping.left = 2
    subject = {"data set": "harbour"}
    journal = Journal(tmp_path / "answers.jsonl", subject)
    with pytest.raises(KeyboardInterrupt):
        make_run(data, stopping, Mode.HYBRID, journal=journal)
    journal.close()
    stopping.left = 1
    journal = Journal(tmp_path / "answers.jsonl", subject)
    resumed = make_run(data, stopping, Mode.HYBRID, journal=journal)
    whole = make_run(data, engine, Mode.HYBRID)
    assert {q: r.items for q, r in resumed.rankings.items()} == {q: r.items for q, r in whole.rankings.items()}
    stopping.left = 0
    assert make_run(data, stopping, Mode.HYBRID, journal=journal) == resumed, "nothing is asked again"
    with pytest.raises(KeyboardInterrupt):
        make_run(data, stopping, Mode.HYBRID, Presentation(" three", 3, True), journal=journal)
    journal.close()


def test_a_variant_has_a_name_and_a_size_of_its_own(data: BeirDataset, engine: Engine, home: Path) -> None:
    run = make_run(data, engine, Mode.DENSE, name="without sentences", index_bytes=bytes_on_disk(Home(home)))
    assert run.name == "without sentences"
    assert run.index_bytes == sum(file.stat().st_size for file in (home / "generations").rglob("*") if file.is_file())


def test_a_part_of_the_index_can_be_left_out_of_its_size(engine: Engine, home: Path) -> None:
    (folder,) = (home / "generations").iterdir()
    lexical = sum(file.stat().st_size for file in (folder / "lexical").iterdir())
    assert lexical > 0
    assert bytes_on_disk(Home(home)) - bytes_on_disk(Home(home), {"lexical"}) == lexical


def test_the_first_items_of_each_ranking_can_be_taken() -> None:
    run = Run(
        "mine", {"q": Ranking((RankedItem("a", 0.9), RankedItem("b", 0.5)), 3.0), "none": Ranking(())}, 7, "about"
    )
    assert run.first(1) == replace(run, rankings={"q": Ranking((RankedItem("a", 0.9),), 3.0), "none": Ranking(())})
