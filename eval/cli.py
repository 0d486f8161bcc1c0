"""The command ``rag eval``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click
from rich.console import Console

from eval.beir import BeirDataset
from eval.dataset import Dataset
from eval.errors import DatasetError, EvalError
from eval.fit import fit_models, judge, models_json
from eval.question_set import QuestionSet
from eval.report import make_report
from eval.run import make_run
from index.build import build_index
from index.encoders import BUNDLED, load_encoder
from index.errors import SearchIndexError
from index.store import Home
from rag.engine import Engine
from rag.types import Mode

SEEDS = Path(__file__).parent / "question_sets" / "seeds.jsonl"


class _DefaultToRun(click.Group):
    """A group whose first word may be left out: ``rag eval FOLDER`` is ``rag eval run FOLDER``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["run", *args])


@click.group(cls=_DefaultToRun)
def evaluate() -> None:
    """Score retrieval, or fit it.

    Without a command, `run` is meant: `rag eval` scores the questions about the seeds, `rag eval FOLDER` a BEIR folder.
    """


@evaluate.command()
@click.argument("dataset", default="seeds")
@click.option("--split", type=click.Choice(["all", "dev", "test"]), default="all", help="Part of the seeds questions.")
@click.option("--articles", type=click.Path(path_type=Path), default="seeds", help="Folder of the seeds articles.")
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice([mode.value for mode in Mode]),
    help="Only this mode; repeat for several.",
)
@click.option("--encoder", envvar="RAG_ENCODER", default=BUNDLED, show_default=True, help="Encoder to evaluate.")
@click.option("--device", envvar="RAG_DEVICE", help="Where a sentence-transformers model runs.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option("--run", "run_file", type=click.Path(path_type=Path), help="Write the (first mode's) TREC run file.")
def run(
    dataset: str,
    split: str,
    articles: Path,
    modes: tuple[str, ...],
    encoder: str,
    device: str | None,
    json_file: Path | None,
    run_file: Path | None,
) -> None:
    """Score retrieval on DATASET: the questions about the seeds, or a folder in BEIR format.

    The texts are indexed in a temporary home; the index in --home is not touched.
    """
    console = Console()
    try:
        data = _dataset(dataset, articles, split)
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder))
            build_index(home, data.sources, load_encoder(encoder, device))
            engine = Engine(home.path, encoder, device)
            runs = [make_run(data, engine, Mode(mode)) for mode in (modes or Mode)]
            report = make_report(data, runs, data.qrels(engine.index), engine.index.version, encoder)
    except (EvalError, SearchIndexError) as error:
        raise click.ClickException(str(error)) from error
    report.print(console)
    try:
        if json_file is not None:
            json_file.write_text(json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if run_file is not None:
            runs[0].save(run_file)
    except OSError as error:
        raise click.ClickException(str(error)) from error


@evaluate.command()
@click.argument("datasets", nargs=-1, required=True)
@click.option("--articles", type=click.Path(path_type=Path), default="seeds", help="Folder of the seeds articles.")
@click.option("--output", type=click.Path(path_type=Path), default="rag/data/fusion.json", show_default=True)
def fit(datasets: tuple[str, ...], articles: Path, output: Path) -> None:
    """Fit the weights of the legs on DATASETS: 'seeds' (its dev half) and folders in BEIR format.

    Needs the extra 'fit'.
    """
    try:
        encoder = load_encoder()
        sets = [judge(_dataset(name, articles, "dev"), encoder) for name in datasets]
        models = fit_models(sets)
        output.write_text(json.dumps(models_json(models), indent=2) + "\n", encoding="utf-8")
    except (EvalError, SearchIndexError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{output}: fitted on {sum(len(each.questions) for each in sets)} questions of {len(sets)} data sets")


def _dataset(name: str, articles: Path, split: str) -> Dataset:
    return QuestionSet(SEEDS, articles, split) if name == "seeds" else _beir(name)


def _beir(dataset: str) -> BeirDataset:
    folder = Path(dataset)
    if not folder.is_dir():
        raise DatasetError(
            folder, "no such folder; give 'seeds' or a folder with corpus.jsonl, queries.jsonl and qrels/"
        )
    return BeirDataset(folder)
