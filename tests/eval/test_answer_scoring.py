"""The measures of an answer, worked by hand on two small articles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.answer_scoring import ANSWER_MEASURES, AUROC, LESS_IS_BETTER, score_answer
from eval.answers import Cited, GivenAnswer
from eval.evidence import EvidenceJudgements
from eval.question_set import QuestionSet
from index.encoders import Encoder
from index.store import Home
from tests.conftest import build
from tests.eval.conftest import question

Write = Callable[..., Path]
TEXTS = {
    "gulls.md": "# Gulls\n\nThe keeper counts gulls. He is old.\n\n## Evening\n\nThe keeper counts gulls. Then he sleeps.\n",
    "bread.md": "# Bread\n\nBread is baked at night.\n",
}


@pytest.fixture
def judgements(articles: Path, home: Path, encoder: Encoder, write_questions: Write) -> EvidenceJudgements:
    """A question of two parts, and one that nothing answers."""
    build(home, articles, encoder)
    evidence = [
        {"file": "gulls.md", "quote": "The keeper counts gulls", "part": 1},
        {"file": "bread.md", "quote": "Bread is baked at night.", "part": 2},
    ]
    data = QuestionSet(
        write_questions(question(evidence=evidence), question(id="u", pair="u", kind="near_topic", evidence=[])),
        articles,
    )
    return data.judgements(Home(home).open())


def cite(article: str, words: str) -> Cited:
    """A citation of what stands there; its last occurrence."""
    start = TEXTS[article].rindex(words)
    return Cited(f"{article}#{start}-{start + len(words)}", True)


FIRST, SECOND = cite("gulls.md", "The keeper counts gulls. Then he sleeps."), cite("bread.md", "Bread is baked")
NOTHING, BARELY = cite("gulls.md", "Then he sleeps."), cite("gulls.md", "gulls. Then he sleeps.")


def answer(*citations: Cited, reason: str | None = None, withheld: tuple[Cited, ...] = ()) -> GivenAnswer:
    return GivenAnswer(0.9, 0.5, "en→en", reason, citations, withheld)


@pytest.mark.parametrize(
    ("citations", "values"),
    [
        ((NOTHING, FIRST, FIRST), (0, 1, 2 / 3, 1 / 2, 0)),
        ((FIRST, SECOND), (1, 1, 1, 1, 0)),
        ((NOTHING, NOTHING, NOTHING, SECOND), (0, 0, 1 / 4, 1 / 2, 0)),
        ((BARELY,), (0, 0, 0, 0, 0)),
    ],
)
def test_answers_are_scored_by_what_their_citations_hold(
    judgements: EvidenceJudgements, citations: tuple[Cited, ...], values: tuple[float, ...]
) -> None:
    """A longer sentence meets the quote in it, and a shorter piece the quote around it; five letters of it do not."""
    scores = score_answer("gulls.en", answer(*citations), judgements).scores
    assert scores == dict(zip(("Hit@1", "Hit@3", "Precision", "Recall", "Refused"), values, strict=True))


def test_each_citation_is_told_what_it_holds(judgements: EvidenceJudgements) -> None:
    scored = score_answer("gulls.en", answer(NOTHING, SECOND, FIRST), judgements)
    assert scored.met == (frozenset(), {1}, {0})


def test_a_refusal_counts_nothing_though_it_would_have_been_right(judgements: EvidenceJudgements) -> None:
    scored = score_answer("gulls.en", answer(reason="weak_evidence", withheld=(FIRST,)), judgements)
    assert scored.scores == {"Hit@1": 0, "Hit@3": 0, "Precision": 0, "Recall": 0, "Refused": 1}
    assert (scored.met, scored.withheld) == ((), ({0},))


@pytest.mark.parametrize(("reason", "false"), [(None, 1), ("no_evidence", 0)])
def test_what_nothing_answers_is_right_only_if_it_is_refused(
    judgements: EvidenceJudgements, reason: str | None, false: float
) -> None:
    given = answer(*([] if reason else [FIRST]), reason=reason)
    assert score_answer("u", given, judgements).scores == {"False answers": false}


def test_every_measure_is_described() -> None:
    assert set(ANSWER_MEASURES) == {"Hit@1", "Hit@3", "Precision", "Recall", AUROC, *LESS_IS_BETTER}
