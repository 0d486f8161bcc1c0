"""Charts: what must be in each; how they look is checked by eye (docs/evaluation.md)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from eval.report.charts import (
    CURVES,
    answer_risk_curve,
    bars,
    latency,
    refusal_curve,
    reliability_curve,
    risk_coverage_curve,
    style,
)
from eval.report.model import Report
from tests.eval.report.conftest import make


def classes(picture: str) -> list[str]:
    return [each.attrib.get("class", "") for each in ET.fromstring(picture).iter()]


def texts(picture: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(picture).iter("text")]


def test_each_run_has_a_bar_a_whisker_and_its_mean(report: Report) -> None:
    picture = bars(report, report.figures(), "nDCG@10")
    assert [name for name in classes(picture) if name.startswith("bar")] == ["bar run0", "bar run1"]
    assert classes(picture).count("whisker") == 6
    assert {"hybrid", "dense", ".625", ".250"} <= set(texts(picture))


def test_a_measure_that_no_question_has_leaves_its_bar_out(report: Report) -> None:
    picture = bars(report, report.figures(), "AllEvidence@10")
    assert not any(name.startswith("bar") for name in classes(picture))


def test_long_names_are_cut(report: Report) -> None:
    picture = bars(
        make({"a very long name of a run": [1.0]}), make({"a very long name of a run": [1.0]}).figures(), "R@10"
    )
    assert "a very long name…" in texts(picture)


def test_curves_are_of_the_first_runs_the_first_on_top() -> None:
    report = make({f"run{i}": [1, 0, 1, 0] * 5 for i in range(5)})
    for picture in (reliability_curve(report), risk_coverage_curve(report)):
        assert [n for n in classes(picture) if n.startswith("curve")] == [
            f"curve run{i}" for i in reversed(range(CURVES))
        ]


def test_scores_that_are_no_probabilities_have_no_curve(report: Report) -> None:
    odd = [
        replace(
            q,
            outcomes={
                n: replace(o, results=tuple(r._replace(score=9) for r in o.results)) for n, o in q.outcomes.items()
            },
        )
        for q in report.questions
    ]
    assert not any(
        name.startswith("curve") for name in classes(reliability_curve(replace(report, questions=tuple(odd))))
    )


def test_bins_of_few_results_are_not_drawn() -> None:
    """Four questions have four results about .8 and four of .2; five have five."""
    few, enough = (reliability_curve(make({"run": [1.0] * count}, unanswerable=0, top=0.85)) for count in (4, 5))
    assert not any(name.startswith("dot") for name in classes(few))
    assert sum(name.startswith("dot") for name in classes(enough)) == 2


def test_times_are_drawn_with_their_median_and_percentile(report: Report) -> None:
    picture = latency(report)
    assert picture is not None
    assert "10.0 / 10.0" in texts(picture)
    assert latency(report.abridged()) is None


def test_a_run_keeps_its_colour() -> None:
    assert [style(place) for place in (0, 5, 6)] == ["run0", "run5", "run0"]


def test_answers_have_curves_over_all_and_by_language_with_a_dot_where_the_thresholds_stand(answered: Report) -> None:
    risk, refusing = answer_risk_curve(answered), refusal_curve(answered)
    for picture, dots in ((risk, ["dot run2", "dot run1", "dot run0"]), (refusing, ["dot run2", "dot run0"])):
        assert [name for name in classes(picture) if name.startswith("curve")] == [f"curve run{i}" for i in (2, 1, 0)]
        assert [name for name in classes(picture) if name.startswith("dot")] == dots, "no English one is unanswerable"
    assert "<title>all: .800 answered, .500 of them wrong</title>" in risk
    assert "<title>zh: .000 refused, 1.000 false answers</title>" in refusing
