"""Makes a report: scores the runs and gathers what a reader of it will want to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from eval.answer_scoring import score_answer
from eval.answers import ANSWERS, Cited, GivenAnswer
from eval.dataset import AskedQuestion, Dataset, Judgements, Ranking
from eval.evidence import EvidenceJudgements
from eval.report.model import (
    IndexFacts,
    Outcome,
    Report,
    ReportedAnswer,
    ReportedQuestion,
    ReportedRun,
    ShownCitation,
    ShownResult,
)
from eval.run import Run
from eval.scoring import Scored, score_run
from index.store import SearchIndex

_SHOWN = 10
_DIGITS = 6
"""Beyond the sixth digit, floating-point sums differ from machine to machine."""


def make_report(
    dataset: Dataset,
    runs: Sequence[Run],
    index: SearchIndex,
    reranker: str | None = None,
    answers: Mapping[str, GivenAnswer] | None = None,
) -> Report:
    """Scores every run. Extracts and marks are kept of the first run's results and of citations, which the page lists.

    Args:
        answers: by question; they need judgements by quotes.

    Raises:
        UnknownItemError: a run ranks something that the data set cannot judge.
        ValueError: two runs have one name.
    """
    names = [*(run.name for run in runs), ANSWERS]
    if len(set(names)) != len(names):
        raise ValueError(f"runs need names of their own: {', '.join(names[:-1])}")
    judgements = dataset.judgements(index)
    scored = {run.name: score_run(run, dataset, judgements) for run in runs}
    told = _told(answers or {}, judgements)
    questions = [_question(q, runs, scored, judgements, told.get(q.id)) for q in dataset.questions]
    shown = {item for q in questions for item in _shown(q, runs[0].name)}
    manifest = index.manifest
    return Report(
        dataset=dataset.name,
        encoder=manifest.recipe.encoder.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        index=IndexFacts(manifest.content, manifest.articles, manifest.passages),
        runs=tuple(_reported(run) for run in runs),
        questions=tuple(questions),
        stale=dict(dataset.stale),
        items={item: judgements.extract(item) for item in sorted(shown)},
        reranker=reranker,
    )


def _reported(run: Run) -> ReportedRun:
    times = [each.milliseconds for each in run.rankings.values() if each.milliseconds is not None]
    p50, p95 = np.round(np.percentile(times, [50, 95]), 3).tolist() if times else (None, None)
    return ReportedRun(run.name, p50, p95, run.index_bytes, run.about)


def _question(
    asked: AskedQuestion,
    runs: Sequence[Run],
    scored: Mapping[str, Mapping[str, Scored]],
    judgements: Judgements,
    answer: ReportedAnswer | None,
) -> ReportedQuestion:
    rankings = {run.name: run.rankings.get(asked.id, Ranking(())) for run in runs}
    question = ReportedQuestion(
        id=asked.id,
        text=asked.text.encode("utf-8", "replace").decode(),  # public data holds lone surrogates, which no file can
        language=asked.language,
        answerable=judgements.answerable(asked.id),
        facets=judgements.facets(asked.id),
        outcomes={name: _outcome(each, scored[name][asked.id], judgements) for name, each in rankings.items()},
        evidence=judgements.evidence(asked.id),
        answer=answer,
    )
    marks = {item: judgements.marks(asked.id, item) for item in _shown(question, runs[0].name)}
    return replace(question, marks={item: spans for item, spans in marks.items() if spans})


def _shown(question: ReportedQuestion, first: str) -> list[str]:
    """What the page lists of a question: the first run's results, and citations."""
    results = [result.item for result in question.outcomes[first].results]
    answer = question.answer
    return results if answer is None else results + [each.place for each in (*answer.citations, *answer.withheld)]


def _told(answers: Mapping[str, GivenAnswer], judgements: Judgements) -> Mapping[str, ReportedAnswer]:
    if not answers:
        return {}
    assert isinstance(judgements, EvidenceJudgements), "answers are asked for where quotes can judge them"
    return {question: _answer(question, given, judgements) for question, given in answers.items()}


def _answer(question: str, given: GivenAnswer, judgements: EvidenceJudgements) -> ReportedAnswer:
    scored = score_answer(question, given, judgements)
    return ReportedAnswer(
        scores={name: round(value, _DIGITS) for name, value in scored.scores.items()},
        confidence=round(given.confidence, _DIGITS),
        threshold=given.threshold,
        direction=given.direction,
        reason=given.reason,
        citations=_citations(given.citations, scored.met),
        withheld=_citations(given.withheld, scored.withheld),
        milliseconds=None if given.milliseconds is None else round(given.milliseconds, 3),
    )


def _citations(cited: Sequence[Cited], met: Sequence[frozenset[int]]) -> tuple[ShownCitation, ...]:
    return tuple(
        ShownCitation(each.place, tuple(part + 1 for part in sorted(parts)), each.exact)
        for each, parts in zip(cited, met, strict=True)
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
