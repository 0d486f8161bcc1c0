"""Answers for people and programs: the one JSON shape of command line and HTTP, and a text for terminals."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from rag.anchors import link
from rag.answering.types import Answer, CheckedStatement, Citation
from rag.present import print_lines, response_json, span_json


def answer_json(answer: Answer) -> dict[str, Any]:
    """What ``POST /v1/ask`` answers; every position counts code points of the article's text."""
    return {
        "question": answer.question,
        "question_language": answer.language,
        "searched": answer.searched,
        "answerable": answer.answerable,
        "confidence": round(answer.confidence, 4),
        "threshold": answer.threshold,
        "reason": answer.reason.value if answer.reason is not None else None,
        "answer": answer.text,
        "generated": answer.generated,
        "fallback": answer.fallback,
        "statements": [_statement_json(statement) for statement in answer.statements],
        "citations": [citation_json(citation) for citation in answer.citations],
        "results": response_json(answer.response)["results"],
        "index_version": answer.response.index_version,
        "degraded": list(answer.response.degraded),
        "took_ms": round(answer.took_ms, 3),
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation in the shape that developers of language models know, with what proves it."""
    article, span = citation.article, citation.span
    return {
        "marker": citation.marker,
        "cited_text": citation.cited_text,
        "document_id": article.id,
        "document_title": article.metadata.title,
        "document_sha256": article.sha256,
        "language": citation.passage.language,
        "start_char_index": span.start,
        "end_char_index": span.end,
        "passage_id": citation.passage.id,
        "highlights": [span_json(each) for each in citation.highlights],
        "link": link(article.id, span, article.text),
    }


def _statement_json(statement: CheckedStatement) -> dict[str, Any]:
    return {
        "text": statement.text,
        "markers": list(statement.markers),
        "supported": statement.supported,
        "support": round(statement.support, 3),
        "unsupported": [span_json(span) for span in statement.unsupported],
    }


def print_answer(answer: Answer) -> None:
    """The answer, then what proves it; a refusal with the nearest passages."""
    console = Console(highlight=False)
    lines = [[(answer.text, "bold" if answer.answerable else "")]]
    doubted = [statement.text.strip() for statement in answer.statements if not statement.supported]
    lines += [[("unsupported: ", "red"), (text, "")] for text in doubted]
    lines += [[]]
    for citation in answer.citations:
        place = f"{citation.article.metadata.title}  {citation.article.id} {citation.span.start}-{citation.span.end}"
        lines += [[(f"[{citation.marker}] ", "bold"), (place, "cyan")], [("    " + citation.cited_text, "dim")]]
    if not answer.citations:
        for result in answer.response.results[:3]:
            lines.append(
                [(f"{result.rank}. {result.article.metadata.title}  ", "cyan"), (result.best_sentence.text, "dim")]
            )
    said = f"confidence {answer.confidence:.2f}, answered from {answer.threshold:.2f}"
    by = "; written by a language model" if answer.generated else ""
    failed = f"; quoted instead of written: {answer.fallback}" if answer.fallback else ""
    print_lines(console, [*lines, [(f"{said}{by}{failed}; {answer.took_ms:.0f} ms", "dim")]])
