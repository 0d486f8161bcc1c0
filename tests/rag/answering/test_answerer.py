"""Asking: every answer to every question about the seeds, refusals, filters, and what decides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.encoders import BUNDLED
from index.types import Language
from rag.answering.model import AnswerModel, Network, Weighing, shipped_model
from rag.answering.phrases import CONFLICT, REFUSALS
from rag.answering.types import Answer, AskRequest, Reason, Turn, Wording
from rag.engine import Engine
from rag.errors import InvalidParameterError, UnknownArticleError
from rag.types import Filters, SearchResponse
from tests.conftest import SEEDS
from tests.rag.answering.checks import check_answer, check_events, files_of
from tests.rag.answering.conftest import WILLING, EngineOn
from tests.rag.test_retriever import QUESTIONS, REVIEW

GULLS = "The keeper counts gulls at night. He was paid forty pounds a week.\n"
LAKE = "西湖在杭州。苏轼修筑了苏堤。\n"
EN, ZH = "Who counts gulls at night?", "谁修筑了苏堤？"


def asked(language: str) -> list[str]:
    return [question["question"] for question in QUESTIONS if question["language"] == language]


def timeless(answer: Answer) -> Answer:
    return replace(answer, took_ms=0.0, response=replace(answer.response, took_ms=0.0))


# --- every question about the seeds ---


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_citation_of_every_answer_is_proven(seeds_engine: Engine, language: Language) -> None:
    """Read from the files as they lie on the disk, and while the answer is made no less than when it is done."""
    files, answered = files_of(SEEDS), 0
    for question in asked(language):
        answer = check_events(list(seeds_engine.ask_events(AskRequest(question))))
        check_answer(answer, files)
        check_no_translations(answer)
        assert (answer.question, answer.searched) == (question, question)
        assert answer.language == language or not any(map(str.isalpha, question)), "？？？ is of neither"
        assert len(answer.response.results) == 10, "a refusal shows the nearest passages too"
        assert (answer.generated, answer.fallback) == (False, None)
        answered += answer.answerable
    assert len(asked(language)) > 150
    assert 0.5 < answered / len(asked(language)) < 0.95


def check_no_translations(answer: Answer) -> None:
    """What several articles tell in the same words is cited once, unless they contradict each other."""
    cited = {citation.passage.id for citation in answer.citations}
    told = {other.passage.id for r in answer.response.results if r.passage.id in cited for other in r.parallel}
    assert answer.text.startswith(CONFLICT[answer.language]) or not cited & told


@pytest.mark.parametrize(
    "filters", [Filters("zh"), Filters(article_ids=(REVIEW,)), Filters("zh", (REVIEW, "000_ec51baf08d9133ae.txt"))]
)
def test_only_what_passes_the_filters_is_cited(seeds_engine: Engine, filters: Filters) -> None:
    files, cited = files_of(SEEDS), 0
    for question in (*asked("zh")[::20], *asked("en")[::20]):
        answer = seeds_engine.ask(AskRequest(question, filters=filters))
        check_answer(answer, files)
        cited += len(answer.citations)
        for passage in (*(c.passage for c in answer.citations), *(r.passage for r in answer.response.results)):
            assert filters.language in (None, passage.language)
            assert filters.article_ids is None or passage.article_id in filters.article_ids
    assert cited > 5


@pytest.mark.parametrize("top_k", [1, 3, 30])
def test_as_many_passages_are_looked_at_as_are_asked_for(seeds_engine: Engine, top_k: int) -> None:
    answer = seeds_engine.ask(AskRequest("GPT-3 的训练成本是多少？", top_k))
    check_answer(answer, files_of(SEEDS))
    assert len(answer.response.results) == top_k
    assert {c.passage.id for c in answer.citations} <= {r.passage.id for r in answer.response.results}


@pytest.mark.parametrize("question", ["GPT-3 的训练成本是多少？", "What will the weather be like in Shanghai?"])
def test_whether_there_is_an_answer_does_not_depend_on_how_much_is_shown(seeds_engine: Engine, question: str) -> None:
    answers = [seeds_engine.ask(AskRequest(question, top_k)) for top_k in (1, 3, 10, 30)]
    assert len({answer.answerable for answer in answers}) == 1
    assert len({answer.confidence for answer in answers}) == 1


@pytest.mark.parametrize("question", [*asked("zh")[::40], *asked("en")[::40]])
def test_the_same_question_gets_the_same_answer(seeds_engine: Engine, question: str) -> None:
    first, second = (timeless(seeds_engine.ask(AskRequest(question))) for _ in range(2))
    assert first == second


# --- what decides ---


def model(probability: float, threshold: float, evidence: Weighing | None = None) -> AnswerModel:
    """Takes every question to be as probably answered as that."""
    shipped = shipped_model(BUNDLED)
    nothing = (0.0,) * len(shipped.answerable.weights)
    sure = Network(nothing, nothing, math.log(probability / (1 - probability)), nothing)
    return AnswerModel(evidence or shipped.evidence, sure, dict.fromkeys(shipped.thresholds, threshold))


@pytest.mark.parametrize(
    ("probability", "threshold", "reason"),
    [
        (0.5, 0.5, None),
        (0.5, 0.49, None),
        (0.5, 0.51, Reason.WEAK_EVIDENCE),
        (0.5, 1.0, Reason.WEAK_EVIDENCE),
        (0.1, 0.39, Reason.WEAK_EVIDENCE),
        (0.1, 0.41, Reason.NO_EVIDENCE),
        (0.001, 0.5, Reason.NO_EVIDENCE),
    ],
)
@pytest.mark.parametrize("question", [EN, ZH])
def test_confidence_and_threshold_decide_and_stand_in_the_answer(
    engine_on: EngineOn, folder: Path, question: str, probability: float, threshold: float, reason: Reason | None
) -> None:
    answer = engine_on({"a.md": GULLS, "b.md": LAKE}, model(probability, threshold)).ask(AskRequest(question))
    check_answer(answer, files_of(folder))
    assert (answer.confidence, answer.threshold) == (pytest.approx(probability), threshold)
    assert answer.reason is reason
    assert answer.answerable is (reason is None)
    assert answer.response.results


def test_the_threshold_is_that_of_the_languages_of_question_and_best_passage(engine_on: EngineOn) -> None:
    thresholds = {"en→en": 0.9, "en→zh": 0.8, "zh→en": 0.7, "zh→zh": 0.6}
    engine = engine_on({"a.md": GULLS, "b.md": LAKE}, replace(model(0.5, 1.0), thresholds=thresholds))
    for name, question, article in (
        ("en→en", EN, "a.md"), ("zh→zh", ZH, "b.md"), ("zh→en", "谁在夜里数海鸥？", "a.md"),
        ("en→zh", "Who built the causeway?", "b.md"),
    ):  # fmt: skip
        answer = engine.ask(AskRequest(question, filters=Filters(article_ids=(article,))))
        assert answer.threshold == thresholds[name]


def test_the_evidence_is_weighed_by_the_indexs_own_model_too(engine_on: EngineOn) -> None:
    """Here by length alone, the shortest first."""
    shortest = Weighing(0.0, (*(0.0,) * 10, -1.0, 0.0))
    engine = engine_on({"a.md": "Gulls are counted at night by the keeper. Gulls fly."}, model(0.9, 0.5, shortest))
    (first, *_) = engine._asking.answerer.inspect(AskRequest(EN), EN).evidence
    assert first.passage.sentences[first.number].text == "Gulls fly."


def test_an_index_without_a_model_is_answered_by_the_one_that_ships(engine_on: EngineOn) -> None:
    engine = engine_on({"a.md": GULLS})
    assert engine.index.manifest.answering == {}
    answer = engine.ask(AskRequest(EN))
    assert answer.threshold == shipped_model(BUNDLED).thresholds["en→en"]
    assert answer.answerable


# --- refusals ---


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("你好！", "zh"), ("谢谢", "zh"), ("在吗？测试一下", "zh"),
        ("hello there", "en"), ("Thanks a lot!", "en"), ("test", "en"), ("??", "en"),
    ],
)  # fmt: skip
def test_small_talk_is_no_question_however_much_it_is_like_the_articles(
    engine_on: EngineOn, folder: Path, question: str, language: str
) -> None:
    texts = {"a.md": "你好！谢谢。 Hello there. Thanks a lot!", "b.md": LAKE}
    answer = engine_on(texts, WILLING).ask(AskRequest(question))
    check_answer(answer, files_of(folder))
    assert (answer.reason, answer.language, answer.confidence) == (Reason.NOT_A_QUESTION, language, 0.0)
    assert answer.response.results


@pytest.mark.parametrize(
    ("question", "reason", "language"),
    [
        (EN, Reason.NO_EVIDENCE, "en"),
        (ZH, Reason.NO_EVIDENCE, "zh"),
        ("hi", Reason.NOT_A_QUESTION, "en"),
        ("你好", Reason.NOT_A_QUESTION, "zh"),
    ],
)
@pytest.mark.parametrize("filters", [Filters(article_ids=()), Filters("en")])
def test_where_nothing_passes_the_filters_nothing_is_known(
    engine_on: EngineOn, folder: Path, question: str, reason: Reason, language: Language, filters: Filters
) -> None:
    answer = engine_on({"b.md": LAKE}, WILLING).ask(AskRequest(question, filters=filters))
    check_answer(answer, files_of(folder))
    assert answer.response.results == ()
    assert (answer.reason, answer.text) == (reason, REFUSALS[reason][language])
    assert (answer.confidence, answer.threshold) == (0.0, 1.0)


def test_an_article_of_nothing_answers_nothing(engine_on: EngineOn, folder: Path) -> None:
    engine = engine_on({"empty.md": "", "heading.md": "# Who counts gulls?", "a.md": GULLS})
    answer = engine.ask(AskRequest(EN, filters=Filters(article_ids=("empty.md", "heading.md"))))
    check_answer(answer, files_of(folder))
    assert (answer.reason, answer.response.results) == (Reason.NO_EVIDENCE, ())


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (GULLS, "The keeper counts gulls at night. He was paid forty pounds a week."),
        ("GPT-3", "GPT-3?"),
        ("西湖在杭州。", "西湖在杭州？"),
        ("…！\n", "Who counts gulls?"),
    ],
)
def test_articles_that_say_no_more_than_the_question_do_not_answer(
    engine_on: EngineOn, folder: Path, text: str, question: str
) -> None:
    """However sure it is that they are about it."""
    answer = engine_on({"a.md": text}, model(0.99, 0.01)).ask(AskRequest(question))
    check_answer(answer, files_of(folder))
    assert (answer.reason, answer.confidence, answer.threshold) == (Reason.WEAK_EVIDENCE, 0.0, 0.01)


@pytest.mark.parametrize(
    ("before", "question", "language"),
    [
        ("GPT-3 有多大？", "What did it cost?", "en"), ("How big is GPT-3?", "它花了多少钱？", "zh"),
        ("GPT-3 有多大？", "thanks", "en"),
    ],
)  # fmt: skip
def test_a_follow_up_is_answered_in_its_own_language(
    seeds_engine: Engine, before: str, question: str, language: Language
) -> None:
    answer = seeds_engine.ask(AskRequest(question, history=(Turn(before, ""),)))
    check_answer(answer, files_of(SEEDS))
    assert (answer.language, answer.searched) == (language, f"{before} {question}")


# --- events ---


def test_an_answer_is_what_its_events_say(seeds_engine: Engine) -> None:
    for question in (*asked("zh")[::25], *asked("en")[::25]):
        request = AskRequest(question)
        answer = check_events(list(seeds_engine.ask_events(request)))
        assert timeless(answer) == timeless(seeds_engine.ask(request))


def test_who_has_seen_enough_may_leave(seeds_engine: Engine) -> None:
    events = seeds_engine.ask_events(AskRequest("GPT-3 的训练成本是多少？"))
    assert isinstance(next(events), SearchResponse)
    events.close()
    with pytest.raises(StopIteration):
        next(events)


@pytest.mark.parametrize("ask", ["ask", "ask_events"])
def test_an_unknown_article_is_an_error_before_anything_is_said(seeds_engine: Engine, ask: str) -> None:
    request = AskRequest(EN, filters=Filters(article_ids=("no.txt",)))
    with pytest.raises(UnknownArticleError, match=r"no article 'no.txt' in this index"):
        next(iter(getattr(seeds_engine, ask)(request)))


# --- who words it ---


@pytest.mark.parametrize("generator", [None, Wording.EXTRACTIVE])
def test_without_a_language_model_answers_are_quoted(seeds_engine: Engine, generator: Wording | None) -> None:
    answer = seeds_engine.ask(AskRequest("GPT-3 的训练成本是多少？", generator=generator))
    assert answer.answerable
    assert (answer.generated, answer.fallback) == (False, None)


def test_a_language_model_that_is_wanted_and_not_there_is_an_error(seeds_engine: Engine) -> None:
    message = "generator is 'llm'; give extractive: no language model is set, see docs/answers.md"
    for question in ("GPT-3?", "hi"):
        with pytest.raises(InvalidParameterError, match=message):
            seeds_engine.ask(AskRequest(question, generator=Wording.LLM))


# --- several threads ---


def test_threads_get_the_answers_one_caller_gets(seeds_engine: Engine) -> None:
    questions: Sequence[str] = [*asked("zh")[::30], *asked("en")[::30]] * 2
    alone = [seeds_engine.ask(AskRequest(question)).text for question in questions]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda question: seeds_engine.ask(AskRequest(question)).text, questions))
    assert together == alone
