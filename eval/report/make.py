"""Makes a report: scores the runs and gathers what a reader of it will want to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from eval.dataset import AskedQuestion, Dataset, Judgements, Ranking
from eval.report.model import IndexFacts, Outcome, Report, ReportedQuestion, ReportedRun, ShownResult
from eval.run import Run
from eval.scoring import Scored, score_run
from index.store import SearchIndex

_SHOWN = 10
_DIGITS = 6
"""Beyond the sixth digit, floating-point sums differ from machine to machine."""


def make_report(dataset: Dataset, runs: Sequence[Run], index: SearchIndex, reranker: str | None = None) -> Report:
    """Scores every run. Extracts and marks are kept of the first run's results, which the page lists.

    Raises:
        UnknownItemError: a run ranks something that the data set cannot judge.
        ValueError: two runs have one name.
    """
    if len({run.name for run in runs}) != len(runs):
        raise ValueError(f"runs need names of their own: {', '.join(run.name for run in runs)}")
    judgements = dataset.judgements(index)
    scored = {run.name: score_run(run, dataset, judgements) for run in runs}
    shown = dict.fromkeys(
        item.id for q in dataset.questions for item in runs[0].rankings.get(q.id, Ranking(())).items[:_SHOWN]
    )
    manifest = index.manifest
    return Report(
        dataset=dataset.name,
        encoder=manifest.recipe.encoder.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        index=IndexFacts(manifest.content, manifest.articles, manifest.passages),
        runs=tuple(_reported(run) for run in runs),
        questions=tuple(_question(q, runs, scored, judgements) for q in dataset.questions),
        stale=dict(dataset.stale),
        items={item: judgements.extract(item) for item in sorted(shown)},
        reranker=reranker,
    )


def _reported(run: Run) -> ReportedRun:
    times = [each.milliseconds for each in run.rankings.values() if each.milliseconds is not None]
    p50, p95 = np.round(np.percentile(times, [50, 95]), 3).tolist() if times else (None, None)
    return ReportedRun(run.name, p50, p95, run.index_bytes, run.about)


def _question(
    asked: AskedQuestion, runs: Sequence[Run], scored: Mapping[str, Mapping[str, Scored]], judgements: Judgements
) -> ReportedQuestion:
    rankings = {run.name: run.rankings.get(asked.id, Ranking(())) for run in runs}
    first = rankings[runs[0].name].items[:_SHOWN]
    marks = {item.id: judgements.marks(asked.id, item.id) for item in first}
    return ReportedQuestion(
        id=asked.id,
        text=asked.text.encode("utf-8", "replace").decode(),  # public data holds lone surrogates, which no file can
        language=asked.language,
        answerable=judgements.answerable(asked.id),
        facets=judgements.facets(asked.id),
        outcomes={name: _outcome(each, scored[name][asked.id], judgements) for name, each in rankings.items()},
        evidence=judgements.evidence(asked.id),
        marks={item: spans for item, spans in marks.items() if spans},
    )


def _outcome(ranking: Ranking, scored: Scored, judgements: Judgements) -> Outcome:
    shown = zip(ranking.items[:_SHOWN], scored.grades[:_SHOWN], strict=True)
    return Outcome(
        scores={name: round(value, _DIGITS) for name, value in scored.scores.items()},
        results=tuple(
            ShownResult(item.id, round(item.score, _DIGITS), grade, judgements.language(item.id))
            for item, grade in shown
        ),
        milliseconds=None if ranking.milliseconds is None else round(ranking.milliseconds, 3),
    )
