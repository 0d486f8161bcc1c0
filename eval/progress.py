"""A progress bar for what takes long, on a terminal's error stream only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from eval.dataset import AskedQuestion
from eval.run import Track


class _RateColumn(ProgressColumn):
    """Steps per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "", style="progress.data.speed")


class Bar:
    """Draws one line per step of the evaluation."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._indexing = progress.add_task("indexing", total=None)

    def indexed(self, done: int, total: int) -> None:
        """So many of the articles are in the index."""
        self._progress.update(self._indexing, completed=done, total=total)

    def asking(self, run: str) -> Track:
        """Follows a run through its questions."""

        def track(questions: Sequence[AskedQuestion]) -> Iterable[AskedQuestion]:
            return self._progress.track(questions, description=run)

        return track


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """With rate and time left; gone when everything is done."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress)
