"""A real language model through the real client. It is small and makes things up: only the structure is held to."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from index.language import detect_language
from index.sentences import split_sentences
from rag.answering.llm import Llm, LlmSettings
from rag.answering.prompt import Quoted, messages
from rag.answering.statements import StatementReader, split_statements
from rag.answering.types import AskRequest
from rag.engine import Engine
from rag.errors import LlmError
from tests.conftest import SEEDS
from tests.rag.answering.checks import check_answer, check_events, files_of

pytestmark = pytest.mark.llm
QUESTIONS = ["生成式人工智能能做什么？", "What can generative AI do?"]


@pytest.fixture(scope="module")
def quotes() -> list[Quoted]:
    """A few sentences of each seed: Chinese and English, with figures and markup."""
    found = []
    for marker, path in enumerate(sorted(SEEDS.glob("*.txt")), 1):
        text = path.read_text(encoding="utf-8")
        sentences = [span.quote(text) for span in split_sentences(text)]
        found.append(Quoted(marker, path.stem, ("AI",), next(each for each in sentences if 40 <= len(each) <= 120)))
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_streams_text_that_is_cut_into_statements(
    real_llm: LlmSettings, quotes: list[Quoted], question: str
) -> None:
    reader = StatementReader(len(quotes))
    deltas, statements = [], []
    for delta in Llm(real_llm).stream(messages(question, detect_language(question), quotes)):
        deltas.append(delta)
        statements += reader.feed(delta)
    statements += reader.finish()
    text = "".join(deltas)
    assert len(deltas) > 1
    assert text.strip()
    assert statements == split_statements(text, len(quotes))
    assert "".join(statement.text for statement in statements) == text
    assert all(1 <= marker <= len(quotes) for statement in statements for marker in statement.markers)


def test_leaving_early_frees_it_for_the_next_question(real_llm: LlmSettings, quotes: list[Quoted]) -> None:
    patient = Llm(replace(real_llm, max_tokens=3_000))  # a minute's work, were it not hung up on
    with closing(patient.stream(messages(QUESTIONS[1], "en", quotes))) as deltas:
        next(deltas)
    hasty = Llm(replace(real_llm, max_tokens=4, timeout=15))
    assert "".join(hasty.stream(messages(QUESTIONS[1], "en", quotes)))


def test_it_refuses_a_wrong_key(real_llm: LlmSettings) -> None:
    stranger = Llm(replace(real_llm, api_key=SecretStr("sk-wrong")))
    with pytest.raises(LlmError, match=r"may not be used with this API key: HTTP 401.*set RAG_LLM_API_KEY"):
        list(stranger.stream(messages(QUESTIONS[0], "zh", [])))


def test_it_refuses_more_than_it_can_read(real_llm: LlmSettings) -> None:
    with pytest.raises(LlmError, match=r"refused the request: HTTP 400: .*context"):
        list(Llm(real_llm).stream(messages("gull " * 5_000, "en", [])))


@pytest.mark.parametrize("question", ["GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"])
@pytest.mark.parametrize("strict", [False, True], ids=["marked", "strict"])
def test_what_it_writes_about_the_articles_is_checked_and_every_citation_proven(
    real_llm: LlmSettings, seeds_home: Path, question: str, strict: bool
) -> None:
    """Whatever it says: unsupported statements are flagged or left out, and a failure is quoted instead."""
    engine = Engine(seeds_home, llm=Llm(real_llm))
    answer = check_events(list(engine.ask_events(AskRequest(question, strict=strict))))
    check_answer(answer, files_of(SEEDS))
    assert answer.fallback is None, "it was reached"
    assert answer.language == detect_language(question)
    assert all(statement.supported for statement in answer.statements) or not strict
    assert answer.generated is answer.answerable, "where nothing is left of what it says it is a refusal"
