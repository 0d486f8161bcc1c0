"""Indexing from the command line: which files, with a progress bar, and a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.build import BuildReport, BuildSettings, build_index
from index.encoders import BUNDLED, load_encoder
from index.errors import UnknownSourcesError
from index.reading import find_files, read_file
from index.store import Home
from rag.answering.model import shipped_model

DEFAULT_SOURCE = Path("seeds")
_NAMED = 10
"""How many articles of a kind the report names before it only counts."""


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """What a build is told; None and an empty tuple mean "as the last time".

    Args:
        user_dictionary: words jieba should not cut, as lines of text.
        glossary: terms and translations, as CSV text.
    """

    paths: tuple[Path, ...] = ()
    encoder: str | None = None
    device: str | None = None
    user_dictionary: str | None = None
    glossary: str | None = None
    rebuild: bool = False


def index_articles(home: Home, options: IndexOptions) -> BuildReport:
    """Brings the index up to date with the files below the paths, drawing a progress bar on a terminal's error stream.

    The first time it is ``seeds/`` and the bundled encoder, if nothing else is given.

    Raises:
        SearchIndexError: see ``index.build.build_index`` and ``index.reading.find_files``.
    """
    options = _completed(options, home)
    files = find_files(options.paths)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    encoder = load_encoder(options.encoder or BUNDLED, options.device)
    settings = BuildSettings(
        user_dictionary=options.user_dictionary or "",
        glossary=options.glossary or "",
        answering=shipped_model(encoder.name).to_json(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("indexing", total=len(files))
        return build_index(
            home,
            {article_id: partial(read_file, article_id, path) for article_id, path in files.items()},
            encoder,
            settings,
            roots=[str(path.resolve()) for path in options.paths],
            rebuild=options.rebuild,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _completed(options: IndexOptions, home: Home) -> IndexOptions:
    """With what the last build was told, where nothing is said now."""
    everything = None not in (options.encoder, options.user_dictionary, options.glossary) and options.paths
    try:
        last = None if everything else home.last_build()
    except UnknownSourcesError:
        if not options.paths:
            raise
        last = None
    if last is None:
        return replace(options, paths=options.paths or (DEFAULT_SOURCE,))
    return replace(
        options,
        paths=options.paths or tuple(Path(source) for source in last.sources),
        encoder=options.encoder or last.encoder,
        user_dictionary=last.user_dictionary if options.user_dictionary is None else options.user_dictionary,
        glossary=last.glossary if options.glossary is None else options.glossary,
    )


def print_report(report: BuildReport) -> None:
    """What was added, changed, removed and failed, and how long it took, on the error stream."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for verb, articles in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        if articles:
            more = f" and {len(articles) - _NAMED} more" if len(articles) > _NAMED else ""
            console.print(f"{verb} {len(articles)}: {', '.join(articles[:_NAMED])}{more}", markup=False)
    if report.unchanged:
        console.print(f"unchanged {len(report.unchanged)}")
    for article_id, reason in report.failed.items():
        console.print(f"failed {article_id}: {reason}", style="red", markup=False)
    if report.truncated:
        console.print(f"truncated {report.truncated} texts longer than the encoder reads", style="yellow")
    console.print(
        f"index {report.version}: {report.passages} passages, {report.sentences} sentences in {report.seconds:.1f} s"
    )
