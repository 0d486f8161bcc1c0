"""From a data set to its report: index the texts, ask the questions in every mode, score."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from eval.ablation import ablation_runs
from eval.dataset import Dataset
from eval.errors import EvalError
from eval.journal import Journal
from eval.progress import Bar
from eval.question_set import QuestionSet
from eval.report.make import make_report
from eval.report.model import Report
from eval.run import Run
from eval.survey import Survey
from index.build import BuildSettings, build_index
from index.encoders import BUNDLED, load_encoder
from index.store import Home
from rag.answering.model import shipped_model
from rag.reranking import load_reranker
from rag.types import Mode


@dataclass(frozen=True, slots=True)
class Plan:
    """What to evaluate.

    Args:
        modes: how to search; none if only other people's runs are to be scored.
        ablation: leave out one part of retrieval after the other instead.
        answers: ask for answers too; only a question set can judge them.
        others: runs that were made elsewhere.
        reranker: a CrossEncoder that re-sorts the best passages, in every mode.
        resume: a folder that keeps the index and the answers, so that the same evaluation can go on in it later.
    """

    modes: Sequence[Mode] = tuple(Mode)
    ablation: bool = False
    answers: bool = False
    others: Sequence[Run] = ()
    encoder: str = BUNDLED
    device: str | None = None
    resume: Path | None = None
    reranker: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report, and the runs it was made from."""

    report: Report
    runs: tuple[Run, ...]


def evaluate_dataset(dataset: Dataset, plan: Plan, bar: Bar) -> Evaluation:
    """Runs every mode in each of the data set's presentations. The index is a temporary one if it is not to be kept.

    Raises:
        EvalError: the data or a run cannot be used.
        SearchIndexError: the index cannot be built, or the reranker not be had.
        OSError: the answers cannot be kept.
    """
    if plan.answers and not isinstance(dataset, QuestionSet):
        raise EvalError(f"{dataset.name} has no quotes to judge answers by; give a question set, or --no-answers")
    reranker = load_reranker(plan.reranker, plan.device)
    with _workplace(plan.resume) as folder:
        home = Home(folder / "index")
        encoder = load_encoder(plan.encoder, plan.device)
        answering = shipped_model(encoder.name).to_json() if plan.answers else {}
        build_index(home, dataset.sources, encoder, BuildSettings(answering=answering), progress=bar.indexed)
        index = home.open(plan.encoder)
        name = reranker.name if reranker is not None else None
        subject = {"data set": dataset.name, "index": index.manifest.content, "reranker": name}
        journal = Journal(folder / "answers.jsonl", {about: value for about, value in subject.items() if value})
        try:
            survey = Survey(dataset, home, index, encoder, journal, bar, reranker)
            with threadpool_limits(limits=1, user_api="blas"):  # as every search has it
                ours = ablation_runs(survey) if plan.ablation else survey.modes(plan.modes)
                answers = survey.answers() if plan.answers else None
        finally:
            journal.close()
        runs = (*ours, *plan.others)
        return Evaluation(make_report(dataset, runs, index, name, answers), runs)


@contextmanager
def _workplace(resume: Path | None) -> Iterator[Path]:
    if resume is not None:
        resume.mkdir(parents=True, exist_ok=True)
        yield resume
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
