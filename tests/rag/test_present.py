"""The JSON shape and the table in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.encoders import Encoder
from rag.config import LEGS
from rag.engine import Engine
from rag.present import article_json, print_results, response_json
from rag.reranking import RERANKER
from rag.types import Mode, SearchRequest
from tests.conftest import build

ZH = "GPT-3 的训练成本是多少？"
RESULT_FIELDS = {
    "id", "rank", "score", "scores", "text", "quote", "start", "end", "highlights", "heading", "article",
    "best_sentence", "kind", "language", "parallel",
}  # fmt: skip
ARTICLE_FIELDS = {"id", "title", "path", "url", "language", "sha256"}


def test_the_json_has_the_fields_of_the_contract(seeds_engine: Engine) -> None:
    body = response_json(seeds_engine.search(SearchRequest(ZH, 3)))
    assert {"query", "query_language", "results", "index_version", "degraded", "took_ms"} <= set(body)
    assert "explanation" not in body
    for result in body["results"]:
        assert set(result) >= RESULT_FIELDS
        assert set(result["article"]) >= ARTICLE_FIELDS
        assert tuple(result["scores"]) == (*LEGS, RERANKER)
        assert not {"legs", "bias", "matches"} & set(result)


def test_the_json_says_what_the_response_says(seeds_engine: Engine) -> None:
    response = seeds_engine.search(SearchRequest(ZH, 5))
    body = json.loads(json.dumps(response_json(response)))
    assert len(body["results"]) == 5
    for shown, result in zip(body["results"], response.results, strict=True):
        text = result.article.text
        assert text[shown["start"] : shown["end"]] == shown["quote"] == result.quote
        assert shown["text"] == result.passage.readable.text
        best = shown["best_sentence"]
        assert text[best["start"] : best["end"]] == best["quote"]
        assert [(h["start"], h["end"]) for h in shown["highlights"]] == [(h.start, h.end) for h in result.highlights]
        assert (shown["id"], shown["rank"], shown["score"]) == (result.passage.id, result.rank, result.score)
        assert shown["id"] == f"{shown['article']['id']}#{shown['start']}-{shown['end']}"


def test_an_explanation_adds_tokens_weights_legs_and_matches(seeds_engine: Engine) -> None:
    response = seeds_engine.search(SearchRequest(ZH, 3, Mode.HYBRID, explain=True))
    body = json.loads(json.dumps(response_json(response)))
    assert "gpt3" in body["explanation"]["tokens"]
    assert 0 < body["explanation"]["expansion"]["cost"] <= 1
    assert {"same_language", "cross_language"} <= set(body["explanation"]["weights"])
    for shown, result in zip(body["results"], response.results, strict=True):
        assert tuple(shown["legs"]) == LEGS
        assert all(set(leg) == {"raw", "normalised", "weight"} for leg in shown["legs"].values())
        assert shown["bias"] < 0
        assert shown["matches"]
        for match in shown["matches"]:
            assert match["token"] in ZH
            assert shown["start"] <= match["start"] < match["end"] <= shown["end"]
            assert result.article.text[match["start"] : match["end"]].strip()
            assert 0 < match["likeness"] <= 1.001


def test_the_public_face_of_an_article_leaves_its_text_out(seeds_engine: Engine) -> None:
    article, _ = seeds_engine.article("001_2f47759ab0307d1f.txt")
    shown = article_json(article)
    assert set(shown) == ARTICLE_FIELDS
    assert shown["title"] == article.metadata.title
    assert len(shown["sha256"]) == 64


def test_the_table_shows_title_heading_quote_and_positions(
    seeds_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    response = seeds_engine.search(SearchRequest("Midjourney 怎么定价？", 4))
    print_results(response)
    shown = capsys.readouterr().out
    unwrapped = "".join(shown.split())
    for result in response.results:
        span = result.best_sentence.span
        assert f"{result.rank}. {result.article.metadata.title[:10]}" in shown
        assert f"{result.article.id} [{span.start}:{span.end}]" in shown
        assert "".join(span.quote(result.article.text).split()) in unwrapped
        assert all("".join(heading.split()) in unwrapped for heading in result.passage.heading)
    assert f"4 passages in {response.took_ms:.0f} ms" in shown


def test_in_a_pipe_it_has_no_colours_and_every_quote_on_one_line(
    seeds_engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    response = seeds_engine.search(SearchRequest("What is Copilot?", 5))
    print_results(response)
    lines = capsys.readouterr().out.splitlines()
    assert not any("\x1b" in line for line in lines)
    quotes = [line for line in lines if "“" in line]
    for result in response.results:
        quote = result.best_sentence.span.quote(result.article.text)
        if "\n" not in quote:
            assert any(f"“{quote}”" in line for line in quotes)


def test_a_silent_leg_is_named(seeds_engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    print_results(seeds_engine.search(SearchRequest("zzqx", 1)))
    assert "no information from: lexical" in capsys.readouterr().out


def test_nothing_found_is_said(seeds_engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    print_results(seeds_engine.search(SearchRequest("zzqx", mode=Mode.LEXICAL)))
    shown = capsys.readouterr().out
    assert shown.startswith("nothing found; try other words, or fewer filters\n")
    assert "0 passages" in shown


def test_a_cell_is_shown_after_its_row_and_column(
    home: Path, articles: Path, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    build(home, articles, encoder)
    response = Engine(home).search(SearchRequest("红茶的温度", 10))
    print_results(response)
    shown = capsys.readouterr().out
    row = next(result for result in response.results if "95度" in result.quote)
    assert row.passage.kind == "table_row"
    sentence = row.best_sentence.span
    assert sentence.quote(row.article.text) == "95度"
    assert "   红茶 温度: “95度”\n" in shown


def test_an_article_cannot_steer_the_terminal(
    home: Path, tmp_path: Path, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Escape sequences are shown as what they are not: text. Square brackets are no markup."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    text = "Gulls \x1b[31mred\x9b0m\x07 are counted by [bold]keepers[/bold]."
    (folder / "[red]gulls.txt").write_text(text, encoding="utf-8")
    build(home, folder, encoder)
    response = Engine(home).search(SearchRequest("gulls", 1))
    print_results(response)
    shown = capsys.readouterr().out
    assert response.results[0].quote == text, "the quote itself stays verbatim"
    assert not {"\x1b", "\x9b", "\x07"} & set(shown)
    assert "[bold]keepers[/bold]" in shown
    assert "[red]gulls.txt [0:" in shown
