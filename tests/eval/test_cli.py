"""The command ``rag eval``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import ir_measures
import pytest
from click.testing import CliRunner, Result

from eval.measures import NAMES
from rag.cli import main
from tests.conftest import SEEDS


def evaluate(*arguments: str | Path) -> Result:
    """Runs ``rag eval``; an exception other than an exit is a failure of the test."""
    result = CliRunner().invoke(main, ["eval", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_beir_folder_is_evaluated_in_all_modes(beir: Path, tmp_path: Path) -> None:
    figures, run = tmp_path / "figures.json", tmp_path / "run.txt"
    result = evaluate(beir, "--json", figures, "--run", run)
    assert result.exit_code == 0, result.output
    assert "harbour · use-multilingual-3" in result.stdout
    body = json.loads(figures.read_text("utf-8"))
    assert {(row["mode"], row["language"]) for row in body["rows"]} == {
        (mode, language) for mode in ("hybrid", "dense", "lexical") for language in ("en", "all")
    }
    assert all(row["questions"] == 3 for row in body["rows"])
    hybrid = next(row for row in body["rows"] if (row["mode"], row["language"]) == ("hybrid", "all"))
    assert hybrid["nDCG@10"] == 1, "three easy questions"
    read = list(ir_measures.read_trec_run(str(run)))
    assert {row.query_id for row in read} == {"q1", "q2", "q3"}
    qrels = [ir_measures.Qrel("q1", "gulls", 1), ir_measures.Qrel("q2", "bread", 2), ir_measures.Qrel("q3", "tides", 1)]
    aggregate = ir_measures.calc_aggregate([ir_measures.nDCG @ 10], qrels, read)
    assert aggregate[ir_measures.nDCG @ 10] == pytest.approx(hybrid["nDCG@10"])


def test_the_questions_about_the_seeds_are_evaluated_by_language(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    result = evaluate("--mode", "lexical", "--split", "dev", "--articles", SEEDS, "--json", figures)
    assert result.exit_code == 0, result.output
    body = json.loads(figures.read_text("utf-8"))
    rows = {row["language"]: row for row in body["rows"]}
    assert body["dataset"] == "seeds/dev"
    assert set(rows) == {"zh", "en", "all"}
    assert rows["zh"]["questions"] + rows["en"]["questions"] == rows["all"]["questions"] >= 80
    assert rows["en"]["R@10"] > 0.5, "most of the seeds are Chinese: the words of English questions are translated"
    assert all(0 < rows[language][name] < 1 for language in rows for name in NAMES)
    assert re.search(r"lexical +│ zh ", result.stdout)
    assert "hybrid" not in result.stdout


def test_a_run_is_that_of_the_first_mode(beir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run.txt"
    assert evaluate(beir, "--mode", "dense", "--mode", "lexical", "--run", run).exit_code == 0
    assert {line.split()[-1] for line in run.read_text().splitlines()} == {"dense"}


def test_the_index_of_the_home_is_not_touched(beir: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    result = CliRunner().invoke(main, ["--home", str(home), "eval", str(beir), "--mode", "lexical"])
    assert result.exit_code == 0
    assert not home.exists()


@pytest.mark.parametrize("name", ["seed", "xquad", "no/such/folder"])
def test_a_wrong_data_set_is_an_error_that_says_what_to_give(name: str) -> None:
    result = evaluate(name)
    assert result.exit_code == 1
    says = f"Error: {name}: no such folder; give 'seeds' or a folder with corpus.jsonl, queries.jsonl and qrels/"
    assert result.stderr == f"{says}\n"


def test_a_folder_that_is_no_data_set_is_an_error_that_names_what_is_missing(tmp_path: Path) -> None:
    result = evaluate(tmp_path)
    assert result.exit_code == 1
    assert "qrels/test.tsv: cannot be read" in result.stderr


def test_evidence_that_has_left_its_article_is_an_error(tmp_path: Path) -> None:
    """The set that ships, on other articles."""
    (tmp_path / "gulls.md").write_text("The keeper counts gulls.", encoding="utf-8")
    result = evaluate("--articles", tmp_path)
    assert result.exit_code == 1
    assert re.search(r"Error: .*seeds\.jsonl: \d+ quotes do not stand in their articles; correct them:", result.stderr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mode", "fuzzy"], "'hybrid', 'dense', 'lexical'"),
        (["--split", "train"], "'all', 'dev', 'test'"),
        (["a", "b"], "extra"),
    ],
)
def test_wrong_use_exits_with_2(arguments: list[str], message: str) -> None:
    result = evaluate(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_that_cannot_be_written_is_an_error(beir: Path, tmp_path: Path) -> None:
    result = evaluate(beir, "--mode", "lexical", "--json", tmp_path / "no" / "figures.json")
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr


def test_run_may_be_left_out(beir: Path, tmp_path: Path) -> None:
    bodies = []
    for words in ([str(beir)], ["run", str(beir)]):
        figures = tmp_path / f"{len(words)}.json"
        assert evaluate(*words, "--mode", "lexical", "--json", figures).exit_code == 0
        rows = json.loads(figures.read_text("utf-8"))["rows"]
        bodies.append([{name: value for name, value in row.items() if "ms" not in name} for row in rows])
    assert bodies[0] == bodies[1]


def test_help_names_the_commands_and_each_has_its_own() -> None:
    group = evaluate("--help")
    assert group.exit_code == 0
    assert re.search(r"^  fit +\S", group.stdout, re.MULTILINE)
    assert re.search(r"^  run +\S", group.stdout, re.MULTILINE)
    assert "--split" in evaluate("run", "--help").stdout
    assert "--output" in evaluate("fit", "--help").stdout
    assert "--split" in evaluate("--split", "dev", "--help").stdout
