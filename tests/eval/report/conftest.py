"""A small report whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from eval.dataset import Extract
from eval.report.model import IndexFacts, Outcome, Report, ReportedQuestion, ReportedRun, ShownResult
from index.spans import Span
from index.types import Language

KINDS = ("fact", "number")


def outcome(value: float, *results: tuple[str, float, int | None], ms: float | None = 10.0) -> Outcome:
    """All measures have one value."""
    scores = dict.fromkeys(("nDCG@10", "R@10", "Success@1", "Evidence@2000", "Judged@10", "Returned@10"), value)
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
