"""Run files: written for trec_eval's kind, and read from anybody."""

from __future__ import annotations

from pathlib import Path

import ir_measures
import pytest

from eval.dataset import RankedItem, Ranking
from eval.errors import DatasetError
from eval.run import Run
from eval.trec import load_run, save_run

RUN = Run(
    "hybrid",
    {
        "q1": Ranking((RankedItem("b", 0.75), RankedItem("a", 0.5)), 1.0),
        "q2": Ranking((), 1.0),
        "q3": Ranking((RankedItem("红杉.txt#0-10", 1 / 3),), 1.0),
    },
)


def test_a_saved_run_is_a_trec_run(tmp_path: Path) -> None:
    save_run(RUN, tmp_path / "run.txt")
    assert (tmp_path / "run.txt").read_text("utf-8") == (
        "q1 Q0 b 1 0.750000 hybrid\nq1 Q0 a 2 0.500000 hybrid\nq3 Q0 红杉.txt#0-10 1 0.333333 hybrid\n"
    )


def test_a_saved_run_is_read_back_by_ir_measures_and_by_us(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    save_run(RUN, path)
    read = [(row.query_id, row.doc_id, row.score) for row in ir_measures.read_trec_run(str(path))]
    assert read == [("q1", "b", 0.75), ("q1", "a", 0.5), ("q3", "红杉.txt#0-10", 0.333333)]
    loaded = load_run(path)
    assert loaded.name == "hybrid"
    assert {q: [(i.id, i.score) for i in ranking.items] for q, ranking in loaded.rankings.items()} == {
        "q1": [("b", 0.75), ("a", 0.5)],
        "q3": [("红杉.txt#0-10", 0.333333)],
    }
    assert all(ranking.milliseconds is None for ranking in loaded.rankings.values())


@pytest.mark.parametrize("name", ["my notes.md#0-9", "a\u3000b", "100%", "%20", "tab\there"])
def test_ids_with_white_space_survive(tmp_path: Path, name: str) -> None:
    path = tmp_path / "run.txt"
    save_run(Run("my run", {name: Ranking((RankedItem(name, 1.0),))}), path)
    assert len(path.read_text("utf-8").split()) == 6
    loaded = load_run(path)
    assert loaded.name == "my run"
    assert [item.id for item in loaded.rankings[name].items] == [name]


def test_scores_decide_the_order_and_equal_ones_keep_the_files(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("q Q0 c 1 1 x\n\nq\tQ0\tb 9 2.5 x\nq Q0 a 3 1e0 x\n")
    assert [item.id for item in load_run(path).rankings["q"].items] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q Q0 a 1 1.0\n", "run.txt:1: not 'qid Q0 docid rank score tag'"),
        ("q Q0 a 1 1.0 x\nq Q0 b 2 high x\n", "run.txt:2: not"),
        ("q Q0 a 1 1.0 x\nq Q0 a 2 0.5 x\n", "run.txt:2: 'a' stands twice for question 'q'"),
        ("\n", "holds no line"),
    ],
)
def test_what_is_no_run_is_named_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.txt"
    path.write_text(text)
    with pytest.raises(DatasetError, match=message):
        load_run(path)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no\.txt: cannot be read"):
        load_run(tmp_path / "no.txt")
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    with pytest.raises(DatasetError, match=r"latin\.txt: cannot be read"):
        load_run(tmp_path / "latin.txt")
