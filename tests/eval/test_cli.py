"""The command ``rag eval``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from click.testing import CliRunner, Result

from eval.commands import COMMANDS, REPORTS
from eval.question_set import SEEDS as SEEDS_SET
from eval.question_set import QuestionSet
from eval.report.model import Report, load_report
from rag.cli import main
from tests.conftest import ROOT, SEEDS
from tests.eval.conftest import question
from tests.eval.report.conftest import make


def evaluate(*arguments: str | Path) -> Result:
    """Runs ``rag eval``; an exception other than an exit is a failure of the test."""
    result = CliRunner().invoke(main, ["eval", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def body_of(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_a_beir_folder_is_evaluated_in_all_modes(beir: Path, tmp_path: Path) -> None:
    figures, run = tmp_path / "figures.json", tmp_path / "run.txt"
    result = evaluate(beir, "--json", figures, "--run", run)
    assert result.exit_code == 0, result.output
    assert "harbour · use-multilingual-3" in result.stdout
    body = body_of(figures)
    assert {run: list(slices) for run, slices in body["figures"].items()} == {
        mode: ["all", "languages: en→en"] for mode in ("hybrid", "dense", "lexical")
    }
    hybrid = body["figures"]["hybrid"]["all"]["nDCG@10"]
    assert hybrid == {"mean": 1, "low": 1, "high": 1, "n": 3}, "three easy questions"
    read = list(ir_measures.read_trec_run(str(run)))
    assert {row.query_id for row in read} == {"q1", "q2", "q3"}
    qrels = [ir_measures.Qrel("q1", "gulls", 1), ir_measures.Qrel("q2", "bread", 2), ir_measures.Qrel("q3", "tides", 1)]
    assert ir_measures.calc_aggregate([ir_measures.nDCG @ 10], qrels, read)[ir_measures.nDCG @ 10] == 1


def test_the_questions_about_the_seeds_are_evaluated_as_readers_see_them_and_ungrouped(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    result = evaluate("--mode", "lexical", "--split", "dev", "--articles", SEEDS, "--json", file)
    assert result.exit_code == 0, result.output
    body = body_of(file)
    assert body["dataset"] == "seeds/dev"
    assert list(body["figures"]) == ["lexical", "lexical ungrouped"]
    slices = body["figures"]["lexical"]
    languages = {name: found["nDCG@10"]["n"] for name, found in slices.items() if name.startswith("languages: ")}
    assert set(languages) == {"languages: zh→zh", "languages: en→zh"}
    assert sum(languages.values()) == slices["all"]["nDCG@10"]["n"] >= 80
    assert slices["languages: en→zh"]["R@10"]["mean"] > 0.5, "the words of English questions are translated"
    assert {name.partition(":")[0] for name in slices} == {
        "all", "languages", "kind", "split", "form", "parts", "article",
    }  # fmt: skip
    assert all(0 < found["low"] < found["high"] < 1 for found in (slices["all"][m] for m in ("nDCG@10", "R@10")))
    assert re.search(r"lexical +all ", result.stdout)
    assert "hybrid" not in result.stdout


def test_a_question_set_of_ones_own_is_evaluated_on_ones_own_articles(
    articles: Path, write_questions: Callable[..., Path], tmp_path: Path
) -> None:
    gone = question(id="gone", question="Who left?", evidence=[{"file": "gulls.md", "quote": "gone"}])
    file = tmp_path / "figures.json"
    result = evaluate(write_questions(question(), gone), "--articles", articles, "--mode", "hybrid", "--json", file)
    assert result.exit_code == 0, result.output
    assert body_of(file)["dataset"] == "questions"
    assert "stale, left out: gone: gulls.md: gone" in result.stdout


UNANSWERABLE = question(
    id="moon", pair="moon", kind="off_topic", question="Which rocket flew to the moon?", evidence=[]
)


def test_question_sets_are_asked_for_answers_too(
    articles: Path, write_questions: Callable[..., Path], tmp_path: Path
) -> None:
    file, folder = tmp_path / "report.json", tmp_path / "kept"
    arguments = (write_questions(question(), UNANSWERABLE), "--articles", articles, "--json", file, "--resume", folder)
    result = evaluate(*arguments)
    assert result.exit_code == 0, result.output
    body = body_of(file)["answers"]
    assert (body["figures"]["all"]["Hit@1"], body["inexact"]) == ({"mean": 1, "low": 1, "high": 1, "n": 1}, [])
    assert body["figures"]["all"]["False answers"]["mean"] == 0
    assert re.search(r"^answerable +n +Hit@1", result.stdout, re.MULTILINE)
    assert "Every citation is exact" in result.stdout
    before, journal = load_report(file), (folder / "answers.jsonl").read_bytes()
    assert evaluate(*arguments).exit_code == 0
    assert (folder / "answers.jsonl").read_bytes() == journal
    assert [q.answer for q in load_report(file).questions] == [q.answer for q in before.questions], "times and all"
    assert evaluate("compare", file, file, "--tolerance", "0").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [(["--mode", "lexical"], False), (["--mode", "lexical", "--answers"], True), (["--no-answers"], False)],
)
def test_answers_are_left_out_where_only_a_mode_is_wanted_unless_asked_for(
    articles: Path, write_questions: Callable[..., Path], tmp_path: Path, arguments: list[str], asked: bool
) -> None:
    file = tmp_path / "report.json"
    result = evaluate(write_questions(question()), "--articles", articles, "--json", file, *arguments)
    assert result.exit_code == 0, result.output
    assert [q.answer is not None for q in load_report(file).questions] == [asked]
    assert ("answers" in body_of(file)) is asked


def test_without_quotes_nobody_can_judge_answers(beir: Path) -> None:
    result = evaluate(beir, "--answers")
    assert result.exit_code == 2
    assert "harbour has no quotes to judge answers by; give a question set, or --no-answers" in result.stderr


def test_a_run_is_that_of_the_first_mode(beir: Path, tmp_path: Path) -> None:
    run = tmp_path / "run.txt"
    assert evaluate(beir, "--mode", "dense", "--mode", "lexical", "--run", run).exit_code == 0
    assert {line.split()[-1] for line in run.read_text().splitlines()} == {"dense"}


def test_somebody_elses_run_is_scored_alone_or_beside_ours(beir: Path, tmp_path: Path) -> None:
    """Theirs has the first question's document second, and nothing else: RR@10 is 1/2 over three questions."""
    run, file = tmp_path / "run.txt", tmp_path / "figures.json"
    run.write_text("q1 Q0 tea 1 9.5 theirs\nq1 Q0 gulls 2 3.25 theirs\n")
    assert evaluate(beir, "--score", run, "--json", file).exit_code == 0
    assert body_of(file)["figures"].keys() == {"theirs"}
    assert body_of(file)["figures"]["theirs"]["all"]["RR@10"]["mean"] == pytest.approx(1 / 6)
    assert evaluate(beir, "--score", run, "--mode", "hybrid", "--json", file).exit_code == 0
    assert list(body_of(file)["figures"]) == ["hybrid", "theirs"]


def test_our_own_run_scores_the_same_when_it_is_read_back(tmp_path: Path) -> None:
    """Apart from what was folded away, which the format cannot say: so without grouping."""
    run, files = tmp_path / "run.txt", (tmp_path / "a.json", tmp_path / "b.json")
    common = ("--split", "dev", "--articles", SEEDS)
    assert evaluate(*common, "--mode", "lexical", "--json", files[0], "--run", run).exit_code == 0
    assert evaluate(*common, "--score", run, "--json", files[1]).exit_code == 0
    ours, theirs = (body_of(file)["figures"]["lexical"]["all"] for file in files)
    assert theirs["Success@1"]["mean"] <= ours["Success@1"]["mean"]
    assert theirs["Returned@10"] == ours["Returned@10"]


def test_an_ablation_is_one_report_that_is_drawn_and_tabled(beir: Path, tmp_path: Path) -> None:
    file = tmp_path / "harbour.json"
    result = evaluate(beir, "--ablation", "--json", file)
    assert result.exit_code == 0, result.output
    body = body_of(file)
    assert list(body["figures"])[:2] == ["full", "no dense"]
    assert body["reliability"]["full"]["same language"]["n"] > 0
    assert "oracle (ceiling): a ceiling, out of reach" in " ".join(result.stdout.split())
    table = evaluate("table", file, file)
    assert table.exit_code == 0, table.output
    assert table.stdout.startswith("| nDCG@10 | harbour | harbour | ms | bytes per passage |\n|---|")
    assert "\n| no dense: without the passage's vector | 1.000 " in table.stdout
    assert evaluate("report", file).exit_code == 0
    assert "<dt>RRF(60)</dt>" in file.with_suffix(".html").read_text("utf-8")


def test_an_evaluation_that_is_kept_is_not_made_again(beir: Path, tmp_path: Path) -> None:
    folder, first, second = tmp_path / "kept", tmp_path / "a.json", tmp_path / "b.json"
    assert evaluate(beir, "--resume", folder, "--json", first).exit_code == 0
    before = (folder / "answers.jsonl").read_bytes()
    assert evaluate(beir, "--resume", folder, "--json", second).exit_code == 0
    assert (folder / "answers.jsonl").read_bytes() == before
    assert body_of(first)["runs"] == body_of(second)["runs"], "the times too are those of the first"
    with (beir / "corpus.jsonl").open("a") as file:
        file.write('{"_id": "new", "text": "A new document."}\n')
    result = evaluate(beir, "--resume", folder)
    assert result.exit_code == 2
    assert "delete it or give another folder with --resume" in result.stderr


def test_the_index_of_the_home_is_not_touched(beir: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    result = CliRunner().invoke(main, ["--home", str(home), "eval", str(beir), "--mode", "lexical"])
    assert result.exit_code == 0
    assert not home.exists()


@pytest.mark.parametrize("name", ["seed", "xquad", "no/such/folder", "no.jsonl"])
def test_a_wrong_data_set_is_an_error_that_says_what_to_give(name: str) -> None:
    result = evaluate(name)
    assert result.exit_code == 2
    says = (
        "no such folder; give 'seeds', a folder with corpus.jsonl, queries.jsonl and qrels/, or a question set (.jsonl)"
    )
    assert result.stderr == f"Error: {name}: {says}\n"


def test_a_folder_that_is_no_data_set_is_an_error_that_names_what_is_missing(tmp_path: Path) -> None:
    result = evaluate(tmp_path)
    assert result.exit_code == 2
    assert "qrels/test.tsv: cannot be read" in result.stderr


def test_other_articles_are_an_error(tmp_path: Path) -> None:
    """The set that ships, on other articles."""
    (tmp_path / "gulls.md").write_text("The keeper counts gulls.", encoding="utf-8")
    result = evaluate("--articles", tmp_path)
    assert result.exit_code == 2
    assert re.search(r"Error: .*seeds\.jsonl: no question's quotes stand in the articles", result.stderr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ablation", "--mode", "dense"], "leave out --mode and --reranker"),
        (["--ablation", "--reranker", "x"], "leave out --mode and --reranker"),
        (["table"], "Missing argument"),
        (["table", "no.json"], "cannot be read as a report"),
        (["--mode", "fuzzy"], "'hybrid', 'dense', 'lexical'"),
        (["--split", "train"], "no question in split 'train'; its splits are: dev, test"),
        (["--articles", "no/such/folder"], "no such file or folder"),
        (["--score", "no.txt"], "no.txt: cannot be read"),
        (["a", "b"], "extra"),
    ],
)
def test_wrong_use_exits_with_2(arguments: list[str], message: str) -> None:
    result = evaluate(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_that_cannot_be_written_is_an_error(beir: Path, tmp_path: Path) -> None:
    result = evaluate(beir, "--mode", "lexical", "--json", tmp_path / "no" / "figures.json")
    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr


def test_run_may_be_left_out(beir: Path, tmp_path: Path) -> None:
    figures = []
    for words in ([str(beir)], ["run", str(beir)]):
        file = tmp_path / f"{len(words)}.json"
        assert evaluate(*words, "--mode", "lexical", "--json", file).exit_code == 0
        figures.append(body_of(file)["figures"])
    assert figures[0] == figures[1]


def test_the_set_that_ships_passes_its_check() -> None:
    result = evaluate("check", "--articles", SEEDS)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"\d{3} questions, 0 problems\n", result.stderr)


def test_a_check_names_file_line_and_problem(articles: Path, write_questions: Callable[..., Path]) -> None:
    path = write_questions(question(), question(id="x", pair="x", question="y", evidence=[]))
    result = evaluate("check", path, "--articles", articles)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{path}:2: kind 'fact' with 0 quotes")
    assert result.stderr == "2 questions, 1 problems\n"
    assert evaluate("check", "no.jsonl", "--articles", articles).exit_code == 2


def test_help_names_the_commands_and_each_has_its_own() -> None:
    group = evaluate("--help")
    assert group.exit_code == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", group.stdout, re.MULTILINE)
    assert "--split" in evaluate("run", "--help").stdout
    assert "--answers-only" in evaluate("fit", "--help").stdout
    assert "--answers / --no-answers" in evaluate("run", "--help").stdout
    assert "--split" in evaluate("--split", "dev", "--help").stdout


def saved(report: Report, path: Path) -> Path:
    report.save(path)
    return path


def test_comparing_exits_with_1_on_a_drop_and_2_on_wrong_use(tmp_path: Path) -> None:
    good = saved(make({"hybrid": [1.0] * 60}), tmp_path / "good.json")
    bad = saved(make({"hybrid": [0.5] * 60}), tmp_path / "bad.json")
    same, worse, better = (
        evaluate("compare", good, good),
        evaluate("compare", good, bad),
        evaluate("compare", bad, good),
    )
    assert [result.exit_code for result in (same, worse, better)] == [0, 1, 0]
    assert worse.stdout.endswith("FAILED\n")
    slightly = saved(make({"hybrid": [0.0] * 2 + [1.0] * 58}), tmp_path / "slightly.json")
    assert evaluate("compare", good, slightly).exit_code == 0
    assert evaluate("compare", good, slightly, "--tolerance", "0.03").exit_code == 1
    for arguments, message in (
        ((good,), "Missing argument"),
        ((good, tmp_path / "no.json"), "cannot be read as a report"),
        ((good, good, "--run", "dense"), "no run 'dense' to compare"),
        ((good, good, "--tolerance", "7"), "not in the range"),
        ((good, good, "--measure", "MAP"), "is not one of"),
    ):
        wrong = evaluate("compare", *arguments)
        assert wrong.exit_code == 2, arguments
        assert message in wrong.stderr


def test_a_report_is_drawn_beside_its_file(tmp_path: Path) -> None:
    file = saved(make({"hybrid": [1.0, 0.0]}), tmp_path / "seeds.json")
    result = evaluate("report", file)
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'seeds.html'}\n")
    assert (tmp_path / "seeds.html").read_text("utf-8").startswith("<!doctype html>")
    assert (tmp_path / "seeds.md").read_text("utf-8").startswith("# Retrieval on harbour")
    assert evaluate("report", file, "--html", tmp_path / "page.html").exit_code == 0
    assert (tmp_path / "page.html").read_bytes() == (tmp_path / "seeds.html").read_bytes()
    assert evaluate("report", tmp_path / "no.json").exit_code == 2


def test_a_drawn_report_is_opened_if_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    evaluate("report", saved(make({"hybrid": [1.0]}), tmp_path / "seeds.json"), "--open")
    assert opened == [(tmp_path / "seeds.html").as_uri()]


def test_an_accepted_report_is_what_others_are_compared_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = saved(make({"hybrid": [1.0, 0.0]}), tmp_path / "new.json")
    result = evaluate("accept", file)
    assert (result.exit_code, result.stdout) == (0, "eval/reports/harbour.json\n")
    assert load_report(tmp_path / "eval" / "reports" / "harbour.json").items == {}
    assert evaluate("compare", "eval/reports/harbour.json", file).exit_code == 0
    assert evaluate("accept", file, "--to", "other.json").exit_code == 0
    assert (tmp_path / "other.json").exists()


def test_the_accepted_report_is_on_the_questions_that_ship() -> None:
    """Questions that are not in it are new: accept a report that has them."""
    report = load_report(ROOT / REPORTS / "seeds.json")
    assert {question.id for question in report.questions} == {q.id for q in QuestionSet(SEEDS_SET, SEEDS).questions}
    assert [run.name for run in report.runs[:3]] == ["hybrid", "dense", "lexical"]
    assert all(question.answer is not None for question in report.questions)


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"]])
def test_the_help_of_rag_loads_nothing_that_measures_or_draws(arguments: list[str]) -> None:
    program = (
        f"import sys; from rag.cli import main; main({arguments}, standalone_mode=False); print('LOADED', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert "rag.cli" in loaded
    assert not loaded & {"eval.commands", "ir_measures", "jinja2", "jsonschema"}
