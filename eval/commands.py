"""The commands of ``rag eval``. Exit codes: 0 fine, 1 a check failed, 2 it could not be made."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from eval.check import check_question_set
from eval.compare import Rules, compare
from eval.errors import EvalError
from eval.evaluation import Plan, evaluate_dataset
from eval.fit import fit_models, judge, models_json
from eval.fit_answers import fit_answers, judge_answers
from eval.opening import articles_of, open_dataset, open_to_learn_from
from eval.progress import progress_bar
from eval.question_set import SEEDS, QuestionSet
from eval.report.beside import beside
from eval.report.comparison import print_comparison
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from eval.report.model import load_report
from eval.report.side_by_side import render_side_by_side
from eval.report.terminal import print_report
from eval.scoring import MEASURES
from eval.trec import load_run, save_run
from index.encoders import BUNDLED, load_encoder
from index.errors import SearchIndexError
from rag.types import Mode

REPORTS = Path("eval") / "reports"
"""Of the repository: accepted reports are its benchmark history."""

_FILE = click.Path(path_type=Path, dir_okay=False)
_articles = click.option(
    "--articles",
    type=click.Path(path_type=Path),
    help="Folder of the articles. Default: of the set's name, beside it; or seeds.",
)


class _Impossible(click.ClickException):
    """Nothing was checked; 1 is kept for checks that failed."""

    exit_code = 2


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (EvalError, SearchIndexError, OSError) as error:
        raise _Impossible(str(error)) from error


@click.command()
@click.argument("dataset", default="seeds")
@click.option("--split", help="Part of the data: train, dev, test or all; of a BEIR folder a file in qrels/.")
@_articles
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice([mode.value for mode in Mode]),
    help="Only this mode; repeat for several. Default: all, or none with --score.",
)
@click.option("--ablation", is_flag=True, help="Leave out one part of retrieval after the other, instead of the modes.")
@click.option(
    "--answers/--no-answers",
    default=None,
    help="Ask for answers too. Default: of question sets in all modes.",
)
@click.option("--score", "others", multiple=True, type=_FILE, help="Score this TREC run too; repeat for several.")
@click.option("--encoder", envvar="RAG_ENCODER", default=BUNDLED, show_default=True, help="Encoder to evaluate.")
@click.option("--reranker", envvar="RAG_RERANKER", help="CrossEncoder that re-sorts the best 20, in every mode.")
@click.option("--device", envvar="RAG_DEVICE", help="Where sentence-transformers models run.")
@click.option("--json", "json_file", type=_FILE, help="Write the report to this file.")
@click.option("--run", "run_file", type=_FILE, help="Write the (first mode's) TREC run file.")
@click.option(
    "--resume", type=click.Path(path_type=Path, file_okay=False),
    help="Keep index and answers in this folder, and go on with what it holds.",
)  # fmt: skip
def run(
    dataset: str,
    split: str | None,
    articles: Path | None,
    modes: tuple[str, ...],
    ablation: bool,
    answers: bool | None,
    others: tuple[Path, ...],
    encoder: str,
    reranker: str | None,
    device: str | None,
    json_file: Path | None,
    run_file: Path | None,
    resume: Path | None,
) -> None:
    """Score retrieval and answers on DATASET: 'seeds', a question set (.jsonl), or a folder in BEIR format.

    The texts are indexed in a temporary home; the index in --home is not touched.
    """
    if ablation and (modes or reranker):
        raise click.UsageError(
            "--ablation has the modes among its rows, none re-sorted; leave out --mode and --reranker"
        )
    with _errors():
        data = open_dataset(dataset, articles, split)
        chosen = tuple(map(Mode, modes)) or (() if others else tuple(Mode))
        if answers is None:
            answers = isinstance(data, QuestionSet) and not (modes or others or ablation)
        plan = Plan(chosen, ablation, answers, [load_run(path) for path in others], encoder, device, resume, reranker)
        with progress_bar() as bar:
            evaluation = evaluate_dataset(data, plan, bar)
        figures = evaluation.report.figures()
        print_report(evaluation.report, figures, Console())
        if json_file is not None:
            evaluation.report.save(json_file, beside(evaluation.report, figures))
        if run_file is not None:
            save_run(evaluation.runs[0], run_file)


@click.command()
@click.argument("question_set", type=_FILE, default=SEEDS)
@_articles
def check(question_set: Path, articles: Path | None) -> None:
    """Check a QUESTION_SET: its fields, that quotes are verbatim, that parts and pairs fit. Default: the seeds'.

    Exit code 1 if there is a problem; each is told with its line.
    """
    with _errors():
        checked = check_question_set(question_set, articles or articles_of(question_set))
    for problem in checked.problems:
        click.echo(f"{question_set}:{problem.line}: {problem.message}")
    click.echo(f"{checked.questions} questions, {len(checked.problems)} problems", err=True)
    if checked.problems:
        sys.exit(1)


@click.command("compare")
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--run", "runs", multiple=True, help="Only this run; repeat for several. Default: all of BEFORE.")
@click.option(
    "--measure", "measures", multiple=True, type=click.Choice(list(MEASURES)), default=Rules().measures,
    show_default=True, help="Test this measure; repeat for several.",
)  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1), default=Rules().level, show_default=True, help="Of significance.")
@click.option("--tolerance", type=click.FloatRange(0, 1), help="A mean may not fall by more, significantly or not.")
def compare_reports(
    before: Path, after: Path, runs: tuple[str, ...], measures: tuple[str, ...], level: float, tolerance: float | None
) -> None:
    """Compare two reports (JSON), question by question: BEFORE and AFTER a change.

    Each slice of each run is tested (Fisher's randomisation, Holm's correction). Exit code 1 if something dropped.
    """
    with _errors():
        comparison = compare(load_report(before), load_report(after), Rules(measures, level, tolerance, runs))
    print_comparison(comparison, Console())
    if not comparison.passed:
        sys.exit(1)


@click.command("report")
@click.argument("file", type=_FILE)
@click.option("--html", "html_file", type=_FILE, help="Where the page goes; beside FILE if not given.")
@click.option("--open", "opened", is_flag=True, help="Show it in the browser.")
def draw_report(file: Path, html_file: Path | None, opened: bool) -> None:
    """Draw a report FILE (JSON) as one self-contained page, with its tables as Markdown beside it."""
    page = html_file or file.with_suffix(".html")
    with _errors():
        report = load_report(file)
        figures = report.figures()
        page.write_text(render_html(report, figures), encoding="utf-8")
        page.with_suffix(".md").write_text(render_markdown(report, figures), encoding="utf-8")
    click.echo(page)
    if opened:
        click.launch(page.resolve().as_uri())


@click.command("table")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def print_table(files: tuple[Path, ...]) -> None:
    """Print report FILES (JSON) side by side as Markdown: a row for every run, a column for every report."""
    with _errors():
        click.echo(render_side_by_side([load_report(file) for file in files]), nl=False)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--to", "accepted", type=_FILE, help="Where it is kept; eval/reports/DATASET.json if not given.")
def accept(file: Path, accepted: Path | None) -> None:
    """Accept a report FILE (JSON): from now on others are compared with it. Only its scores are kept."""
    with _errors():
        report = load_report(file)
        kept = accepted or REPORTS / f"{report.dataset.replace('/', '-')}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        report.abridged().save(kept)
    click.echo(kept)


@click.command()
@click.argument("datasets", nargs=-1, required=True)
@_articles
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default="rag/data", show_default=True)
@click.option("--answers-only", is_flag=True, help="Keep the weights of the legs; fit what decides about answers.")
def fit(datasets: tuple[str, ...], articles: Path | None, output: Path, answers_only: bool) -> None:
    """Fit on DATASETS: 'seeds' and other question sets, of which the dev split, and folders in BEIR format.

    Writes the weights of the legs to fusion.json in the folder --output, then, if a question set is among the data, what is
    quoted and when a question is refused to answering.json. Needs the extra 'fit'.
    """
    try:
        encoder = load_encoder()
        data = [open_to_learn_from(name, "dev", articles) for name in datasets]
        if not answers_only:
            judged = [judge(each, encoder) for each in data]
            _write_json(output / "fusion.json", models_json(fit_models(judged)))
        if answers_only or any(isinstance(each, QuestionSet) for each in data):
            _write_json(output / "answering.json", fit_answers([judge_answers(each, encoder) for each in data]))
    except (EvalError, SearchIndexError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(path)


COMMANDS = {command.name: command for command in (run, check, compare_reports, draw_report, print_table, accept, fit)}
