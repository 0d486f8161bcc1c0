"""Search responses for people and programs: the one JSON shape of command line and HTTP, and a table for terminals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from index.spans import Span
from index.types import Article, PassageKind
from rag.anchors import link
from rag.types import ParallelPassage, Result, SearchResponse

CONTROLS = {
    code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"
}
"""An article must not be able to steer the reader's terminal."""
RECORDS = (PassageKind.TABLE_ROW, PassageKind.METADATA)


def article_json(article: Article) -> dict[str, Any]:
    """The public face of an article."""
    return {
        "id": article.id,
        "title": article.metadata.title,
        "path": article.path,
        "url": article.metadata.url,
        "language": article.language,
        "sha256": article.sha256,
    }


def response_json(response: SearchResponse) -> dict[str, Any]:
    """What ``POST /v1/search`` answers; every position counts code points of the article's text."""
    explained = response.explanation
    body: dict[str, Any] = {
        "query": response.query,
        "query_language": response.query_language,
        "results": [_result_json(result) for result in response.results],
        "index_version": response.index_version,
        "degraded": list(response.degraded),
        "took_ms": round(response.took_ms, 3),
    }
    if explained is not None:
        body["explanation"] = {
            "tokens": list(explained.tokens),
            "expansion": explained.expansion,
            "weights": explained.weights,
            "reranker": explained.reranker,
        }
        parts = zip(body["results"], explained.results, explained.biases, explained.matches, strict=True)
        for result, legs, bias, matches in parts:
            result["legs"] = {name: asdict(leg) for name, leg in legs.items()}
            result["bias"] = bias
            result["matches"] = [
                {"token": match.token, **span_json(match.span), "likeness": match.likeness} for match in matches
            ]
    return body


def _result_json(result: Result) -> dict[str, Any]:
    passage, sentence = result.passage, result.best_sentence.span
    return {
        "id": passage.id,
        "rank": result.rank,
        "score": result.score,
        "scores": dict(result.scores),
        "text": passage.readable.text,
        "quote": result.quote,
        **span_json(passage.span),
        "best_sentence": {
            **span_json(sentence),
            "quote": sentence.quote(result.article.text),
            "link": link(result.article.id, sentence, result.article.text),
        },
        "highlights": [span_json(span) for span in result.highlights],
        "heading": list(passage.heading),
        "kind": passage.kind.value,
        "language": passage.language,
        "article": article_json(result.article),
        "parallel": [_parallel_json(other) for other in result.parallel],
    }


def _parallel_json(other: ParallelPassage) -> dict[str, Any]:
    return {
        "article_id": other.article_id,
        **span_json(other.span),
        "score": other.score,
        "link": link(other.article_id, other.span, other.article.text),
    }


def span_json(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def print_lines(console: Console, lines: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Lines, each as pieces of text with their styles; whole in a pipe, and without what could steer a terminal."""
    for pieces in lines:
        line = Text.assemble(*((text.translate(CONTROLS), style) for text, style in pieces))
        console.print(line, soft_wrap=not console.is_terminal)


def print_results(response: SearchResponse) -> None:
    """A readable list on standard output; in a pipe it has no colours and leaves every quote on one line."""
    console = Console(highlight=False)
    if not response.results:
        console.print("nothing found; try other words, or fewer filters")
    for result in response.results:
        print_lines(console, _result_lines(result))
        console.print()
    degraded = f"; no information from: {', '.join(response.degraded)}" if response.degraded else ""
    console.print(f"{len(response.results)} passages in {response.took_ms:.0f} ms{degraded}", style="dim")


def _result_lines(result: Result) -> Iterator[list[tuple[str, str]]]:
    """Rank, place and score; the quote; its positions. Each line as pieces of text with their styles."""
    passage, sentence = result.passage, result.best_sentence.span
    path = " › ".join((result.article.metadata.title, *passage.heading))
    yield [(f"{result.rank}. ", "bold"), (path, "bold cyan"), (f"  {result.score:.3f}", "dim")]
    # in a table the cell is the quote; its row's name and column's header go before it
    context, _, said = result.best_sentence.text.rpartition(": ") if passage.kind in RECORDS else ("", "", "")
    lead = f"{context}: " if said else ""
    yield [(f"   {lead}“{sentence.quote(result.article.text)}”", "")]
    yield [(f"   {passage.article_id} [{sentence.start}:{sentence.end}]", "dim")]
