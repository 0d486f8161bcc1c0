"""Answers as JSON and in the terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.spans import Span
from rag.anchors import digest, find_again
from rag.answering.present import answer_json, citation_json, print_answer
from rag.answering.types import Answer, AskRequest, CheckedStatement
from rag.engine import Engine
from rag.present import response_json
from rag.types import Filters
from tests.rag.answering.conftest import WILLING, EngineOn

ZH, EN, OFF = "GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?", "hello"
FIELDS = {
    "question", "question_language", "searched", "answerable", "confidence", "threshold", "reason", "answer", "generated",
    "fallback", "statements", "citations", "results", "index_version", "degraded", "took_ms",
}  # fmt: skip
CITATION_FIELDS = {
    "marker", "cited_text", "document_id", "document_title", "document_sha256", "language", "start_char_index",
    "end_char_index", "passage_id", "highlights", "link",
}  # fmt: skip


@pytest.mark.parametrize("question", [ZH, EN, OFF])
def test_the_json_has_the_fields_of_the_contract(seeds_engine: Engine, question: str) -> None:
    body = json.loads(json.dumps(answer_json(seeds_engine.ask(AskRequest(question)))))
    assert set(body) == FIELDS
    assert all(set(citation) == CITATION_FIELDS for citation in body["citations"])
    for statement in body["statements"]:
        assert set(statement) == {"text", "markers", "supported", "support", "unsupported"}


@pytest.mark.parametrize("question", [ZH, EN])
def test_the_json_says_what_the_answer_says(seeds_engine: Engine, question: str) -> None:
    answer = seeds_engine.ask(AskRequest(question))
    body = answer_json(answer)
    assert (body["question"], body["question_language"]) == (question, answer.language)
    assert (body["answerable"], body["reason"], body["answer"]) == (True, None, answer.text)
    assert body["confidence"] == pytest.approx(answer.confidence, abs=1e-4)
    assert body["threshold"] == answer.threshold
    assert body["results"] == response_json(answer.response)["results"]
    assert body["index_version"] == seeds_engine.index.version
    assert "".join(statement["text"] for statement in body["statements"]) in body["answer"]
    for shown, citation in zip(body["citations"], answer.citations, strict=True):
        article = citation.article
        start, end = shown["start_char_index"], shown["end_char_index"]
        assert article.text[start:end] == shown["cited_text"] == citation.cited_text
        assert (shown["document_id"], shown["document_title"]) == (article.id, article.metadata.title)
        assert shown["document_sha256"] == article.sha256
        assert shown["passage_id"] in [result["id"] for result in body["results"]]
        assert all(start <= h["start"] < h["end"] <= end for h in shown["highlights"])


def test_a_refusal_has_empty_lists_and_the_nearest_passages(seeds_engine: Engine) -> None:
    body = answer_json(seeds_engine.ask(AskRequest(OFF)))
    assert (body["answerable"], body["reason"], body["confidence"]) == (False, "not_a_question", 0.0)
    assert body["citations"] == body["statements"] == []
    assert body["answer"] == "This doesn't look like a question. Ask something about the articles."
    assert len(body["results"]) == 10


def test_a_link_leads_to_the_quote(engine_on: EngineOn) -> None:
    """Also after the file has changed; the address of an awkward name is escaped."""
    text = "😀 序言。\n\n守塔人在夜里数海鸥。\n"
    answer = engine_on({"夜 1#.md": text}, WILLING).ask(AskRequest("谁在夜里数海鸥？"))
    shown = citation_json(answer.citations[0])
    address, _, fragment = shown["link"].partition("#")
    assert address == "/articles/%E5%A4%9C%201%23.md"
    start, end, kept = fragment.split("-")
    assert text[int(start) : int(end)] == shown["cited_text"]
    assert kept == digest(shown["cited_text"])
    moved = find_again("夜 1#.md", "新的一段。\n\n" + text, Span(int(start), int(end)), kept)
    assert moved.quote("新的一段。\n\n" + text) == shown["cited_text"]


def with_doubts(answer: Answer) -> Answer:
    """As a language model might have worded it."""
    doubted = CheckedStatement("It cost 75,000 pounds.[1]", (1,), False, 0.1234567, (Span(8, 21),))
    return replace(answer, generated=True, statements=(doubted,), text=doubted.text)


def test_what_is_unsupported_is_told_by_position(seeds_engine: Engine) -> None:
    (statement,) = answer_json(with_doubts(seeds_engine.ask(AskRequest(ZH))))["statements"]
    assert (statement["supported"], statement["support"], statement["markers"]) == (False, 0.123, [1])
    (span,) = statement["unsupported"]
    assert statement["text"][span["start"] : span["end"]] == "75,000 pounds"


# --- in the terminal ---


def printed(answer: Answer, capsys: pytest.CaptureFixture[str]) -> str:
    print_answer(answer)
    output = capsys.readouterr()
    assert output.err == ""
    assert "\x1b" not in output.out, "no colours in a pipe"
    return output.out


def test_an_answer_is_printed_with_what_proves_it(seeds_engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    answer = seeds_engine.ask(AskRequest(ZH))
    out = printed(answer, capsys)
    assert out.startswith(answer.text)
    for citation in answer.citations:
        place = f"{citation.article.id} {citation.span.start}-{citation.span.end}"
        assert f"\n[{citation.marker}] {citation.article.metadata.title}  {place}\n    {citation.cited_text}" in out
    said = f"confidence {answer.confidence:.2f}, answered from {answer.threshold:.2f}; "
    assert out.splitlines()[-1].startswith(said)
    assert "language model" not in out


def test_a_refusal_is_printed_with_the_nearest_passages(
    seeds_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = seeds_engine.ask(AskRequest(OFF))
    lines = printed(answer, capsys).splitlines()
    assert lines[0] == answer.text
    results = answer.response.results[:3]
    assert lines[2:5] == [f"{r.rank}. {r.article.metadata.title}  {r.best_sentence.text}" for r in results]
    assert lines[5].startswith("confidence 0.00, answered from 0.")


def test_who_worded_it_and_what_is_doubted_is_printed(seeds_engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    answer = with_doubts(seeds_engine.ask(AskRequest(ZH)))
    out = printed(answer, capsys)
    assert "\nunsupported: It cost 75,000 pounds.[1]\n" in out
    assert "; written by a language model; " in out.splitlines()[-1]
    failed = replace(answer, generated=False, fallback="llm_failed")
    assert "; quoted instead of written: llm_failed; " in printed(failed, capsys).splitlines()[-1]


def test_no_article_steers_the_terminal(engine_on: EngineOn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does rich take its brackets for markup."""
    text = "The keeper \x1b[31mcounts\x07 [bold]gulls[/bold] at night.\n"
    engine = engine_on({"a.md": text}, WILLING)
    answer = engine.ask(AskRequest("Who counts gulls at night?"))
    assert answer.citations[0].cited_text in text
    out = printed(answer, capsys)
    assert "[bold]gulls[/bold]" in out
    assert "\N{REPLACEMENT CHARACTER}" in out
    assert not {"\x1b", "\x07"} & set(out)


def test_nothing_at_all_is_printed_as_a_refusal(engine_on: EngineOn, capsys: pytest.CaptureFixture[str]) -> None:
    answer = engine_on({"a.md": "Gulls."}).ask(AskRequest("谁？", filters=Filters(article_ids=())))
    assert printed(answer, capsys).splitlines()[:2] == [answer.text, ""]
