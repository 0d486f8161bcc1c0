"""A small report whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from eval.dataset import Extract
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
from index.spans import Span
from index.types import Language

KINDS = ("fact", "number")
SHOWN = (
    "nDCG@10", "RR@10", "Success@1", "R@1", "R@5", "R@10", "Evidence@2000", "Judged@10", "Returned@10",
)  # fmt: skip


def outcome(value: float, *results: tuple[str, float, int | None], ms: float | None = 10.0) -> Outcome:
    """All measures have one value."""
    scores = dict.fromkeys(SHOWN, value)
    return Outcome(scores, tuple(ShownResult(*each) for each in results), ms)


def make(
    values: Mapping[str, Sequence[float]],
    created: str = "2024-01-01T00:00:00+00:00",
    unanswerable: int = 1,
    top: float = 0.9,
) -> Report:
    """Questions q0, q1 … with these values in each run, asked in turn in zh and en, of kind fact twice and number twice."""
    count = len(next(iter(values.values())))
    questions = [
        ReportedQuestion(
            id=f"q{i}",
            text=f"问题 {i}？<b>&",
            language="zh" if i % 2 == 0 else "en",
            answerable=True,
            facets={"languages": (("zh→zh", "en→zh")[i % 2],), "kind": (KINDS[i // 2 % 2],)},
            outcomes={
                run: outcome(each[i], ("茶.md#0-9", top - 0.01 * i, 1 if each[i] else None), ("b.md#3-20", 0.2, None))
                for run, each in values.items()
            },
            evidence=("茶.md: <i>quote</i>",),
            marks={"茶.md#0-9": (Span(1, 3),)},
        )
        for i in range(count)
    ]
    questions += [
        ReportedQuestion(
            id=f"u{i}",
            text="你好",
            language="zh",
            answerable=False,
            facets={"kind": ("greeting",)},
            outcomes={run: Outcome({}, (ShownResult("茶.md#0-9", 0.1, 0),), 5.0) for run in values},
        )
        for i in range(unanswerable)
    ]
    return Report(
        dataset="harbour",
        encoder="use",
        created=created,
        index=IndexFacts("abc", 2, 7),
        runs=tuple(ReportedRun(run, 10.0, 20.0, 10_200_000) for run in values),
        questions=tuple(questions),
        stale={"gone": ("茶.md: <gone>",)},
        items={"茶.md#0-9": Extract("茶 › 历史", "<script>茶起源"), "b.md#3-20": Extract("b", "x & y")},
    )


def in_languages(report: Report, *languages: Language) -> Report:
    """All questions in Chinese, the results of each in these languages."""

    def told(outcome: Outcome) -> Outcome:
        found = zip(outcome.results, languages, strict=True)
        return replace(outcome, results=tuple(result._replace(language=each) for result, each in found))

    questions = (
        replace(q, language="zh", outcomes={n: told(o) for n, o in q.outcomes.items()}) for q in report.questions
    )
    return replace(report, questions=tuple(questions))


@pytest.fixture
def report() -> Report:
    return make({"hybrid": [1, 1, 0.5, 0], "dense": [1, 0, 0, 0]})


def given(question: ReportedQuestion, confidence: float, *met: int, parts: int = 1, ms: float = 8.0) -> ReportedAnswer:
    """An answer that is refused below .5. Each of ``met`` is a citation: the part it holds evidence for, 0 for none."""
    citations = tuple(
        ShownCitation(f"茶.md#{at}0-{at}9", (part,) if part else (), True) for at, part in enumerate(met, 1)
    )
    refused, hits = confidence < 0.5, [bool(part) and confidence >= 0.5 for part in met]
    scores = {"False answers": float(not refused)}
    if question.answerable:
        recall = len({part for part, hit in zip(met, hits, strict=True) if hit}) / parts
        values = any(hits[:1]), any(hits[:3]), sum(hits) / len(hits) if hits else 0, recall, refused
        scores = dict(zip(("Hit@1", "Hit@3", "Precision", "Recall", "Refused"), map(float, values), strict=True))
    reason = "weak_evidence" if refused else None
    shown = ((), citations) if refused else (citations, ())
    return ReportedAnswer(scores, confidence, 0.5, f"{question.language}→zh", reason, *shown, ms)


def with_answers(report: Report, **answers: tuple[float, *tuple[int, ...]]) -> Report:
    """By question a confidence, then the citations; see ``given``."""
    questions = tuple(replace(q, answer=given(q, *answers[q.id])) if q.id in answers else q for q in report.questions)
    return replace(report, questions=questions)


ANSWERS: dict[str, tuple[float, *tuple[int, ...]]] = {
    "q0": (0.9, 1, 0), "q1": (0.8, 0, 0, 1), "q2": (0.7, 0, 0, 0, 1), "q3": (0.3, 1), "u0": (0.6, 0),
}  # fmt: skip
"""Right at once; right third; wrong, for the fourth is too late; refused though it was right; a false answer."""


@pytest.fixture
def answered(report: Report) -> Report:
    """The report, whose questions are answered as ``ANSWERS`` says. q0, q2 and u0 are in Chinese."""
    return with_answers(report, **ANSWERS)
