"""Indexing from the command line: which files, with a progress bar, and a report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.build import BuildReport, BuildSettings, build_index
from index.encoders import BUNDLED, load_encoder
from index.reading import find_files, read_file
from index.store import Home

DEFAULT_SOURCE = Path("seeds")
_NAMED = 10
"""How many articles of a kind the report names before it only counts."""


def index_paths(
    home: Home,
    paths: Sequence[Path],
    encoder: str | None = None,
    device: str | None = None,
    user_dictionary: str | None = None,
    *,
    rebuild: bool = False,
) -> BuildReport:
    """Brings the index up to date with the files below ``paths``, drawing a progress bar on a terminal's error stream.

    What is not given stays as it was the last time; the first time, it is ``seeds/`` and the bundled encoder.

    Raises:
        SearchIndexError: see ``index.build.build_index`` and ``index.reading.find_files``.
    """
    last = home.last_manifest()
    if last is not None:
        paths = paths or [Path(source) for source in last.sources]
        encoder = encoder or last.recipe.encoder.name
        user_dictionary = last.recipe.user_dictionary if user_dictionary is None else user_dictionary
    paths = paths or [DEFAULT_SOURCE]
    files = find_files(paths)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("indexing", total=len(files))
        return build_index(
            home,
            {article_id: partial(read_file, article_id, path) for article_id, path in files.items()},
            load_encoder(encoder or BUNDLED, device),
            BuildSettings(user_dictionary=user_dictionary or ""),
            roots=[str(path.resolve()) for path in paths],
            rebuild=rebuild,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
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
