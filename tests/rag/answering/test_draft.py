"""How an answer is put together: quotes with their markers, a frame before what is foreign, and proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import DamagedIndexError
from rag.answering.draft import Draft
from rag.answering.extractive import choose_quotes
from rag.answering.generated import as_shown
from rag.answering.phrases import FRAMES
from rag.answering.types import AskRequest, Citation, Delta
from rag.engine import Engine
from rag.types import SearchResponse
from tests.rag.answering.checks import accept_as_it_is, alter_stored, check_answer, check_events, files_of
from tests.rag.answering.conftest import WILLING, EngineOn

GULLS = "The keeper counts gulls at night. He was paid forty pounds a week.\n"
CHINESE = "# 灯塔\n\n守塔人在夜里数海鸥。面包在黎明前烤好。\n"
TABLE = "| 种类 | 温度 | 时间 |\n|---|---|---|\n| 绿茶 | 80度 | 3分钟 |\n| 红茶 | 95度 | 5分钟 |\n"


def test_what_is_quoted_in_the_questions_language_needs_no_words_of_ours(engine_on: EngineOn, folder: Path) -> None:
    answer = engine_on({"a.md": GULLS}, WILLING).ask(AskRequest("Who counts gulls at night?"))
    check_answer(answer, files_of(folder))
    assert answer.text == "The keeper counts gulls at night.[1]"
    (statement,) = answer.statements
    assert (statement.text, statement.markers) == (answer.text, (1,))
    assert (statement.supported, statement.support, statement.unsupported) == (True, 1.0, ())


def test_an_english_question_is_answered_by_chinese_words_verbatim(engine_on: EngineOn, folder: Path) -> None:
    answer = engine_on({"a.md": CHINESE}, WILLING).ask(AskRequest("Who counts gulls at night?"))
    check_answer(answer, files_of(folder))
    assert answer.text == f"{FRAMES['en']}\n“守塔人在夜里数海鸥。”[1]"
    (citation,) = answer.citations
    assert citation.cited_text == "守塔人在夜里数海鸥。"
    assert {span.quote(CHINESE) for span in citation.highlights} & {"夜", "夜里", "数", "海鸥"}


def test_a_chinese_question_is_answered_by_english_words_verbatim(engine_on: EngineOn, folder: Path) -> None:
    answer = engine_on({"a.md": GULLS}, WILLING).ask(AskRequest("谁在夜里数海鸥？"))
    check_answer(answer, files_of(folder))
    assert answer.text == f"{FRAMES['zh']}\n“The keeper counts gulls at night.”[1]"
    assert answer.citations[0].highlights


def test_the_words_that_answer_to_words_of_the_question_are_marked(seeds_engine: Engine) -> None:
    """In the other language, by what the token vectors of a whole collection know."""
    answer = seeds_engine.ask(AskRequest("How much did it cost to train GPT-3?"))
    lit = {span.quote(citation.article.text) for citation in answer.citations for span in citation.highlights}
    assert {"训练", "成本"} <= lit


def test_highlights_of_a_citation_are_those_of_its_result_that_lie_in_it(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask(AskRequest("GPT-3 的训练成本是多少？"))
    for citation in answer.citations:
        (result,) = (r for r in answer.response.results if r.passage.id == citation.passage.id)
        assert citation.highlights == tuple(h for h in result.highlights if citation.span.covers(h)) != ()


def test_a_table_answers_by_the_rows_name_the_columns_header_and_the_cell(engine_on: EngineOn, folder: Path) -> None:
    answer = engine_on({"tea.md": TABLE}, WILLING).ask(AskRequest("红茶用多少度的水？"))
    check_answer(answer, files_of(folder))
    assert answer.text.startswith("红茶 温度: 95度[1]")
    assert answer.citations[0].cited_text == "95度"


def test_markup_is_in_what_is_cited_and_not_in_what_is_said(engine_on: EngineOn, folder: Path) -> None:
    text = "The **keeper** counts [gulls](https://example.org/gulls) at `night`.\n"
    answer = engine_on({"a.md": text}, WILLING).ask(AskRequest("Who counts gulls?"))
    check_answer(answer, files_of(folder))
    assert answer.text == "The keeper counts gulls at night.[1]"
    assert answer.citations[0].cited_text.startswith(
        "The **keeper** counts [gulls](https://example.org/gulls) at `night"
    )


@pytest.mark.parametrize("question", ["Who counts gulls at night?", "谁在夜里数海鸥？"])
def test_the_number_of_a_footnote_is_not_taken_for_a_marker(engine_on: EngineOn, folder: Path, question: str) -> None:
    text = "The keeper counts gulls at night [1], as all know [2][17]. He is in [his] tower.\n"
    answer = engine_on({"a.md": text}, WILLING).ask(AskRequest(question))
    check_answer(answer, files_of(folder))
    assert "The keeper counts gulls at night ［1］, as all know ［2］［17］." in answer.text
    assert answer.citations[0].cited_text.startswith("The keeper counts gulls at night [1], as all know [2][17].")


def test_several_quotes_stand_a_line_each_and_are_cited_each(engine_on: EngineOn, folder: Path) -> None:
    texts = {"Acme.md": "Acme makes the Whale model.", "Umbrella.md": "Whale, another of those models, is by Umbrella."}
    answer = engine_on(texts, WILLING).ask(AskRequest("Which companies make the Whale model?"))
    check_answer(answer, files_of(folder))
    assert sorted(citation.article.id for citation in answer.citations) == ["Acme.md", "Umbrella.md"]
    first, second = answer.statements
    assert (first.text[0], second.text[0]) != ("\n", "\n")
    assert answer.text == first.text + second.text
    assert second.text.startswith("\n")


def test_awkward_characters_are_quoted_by_their_code_points(engine_on: EngineOn, folder: Path) -> None:
    text = "\N{BYTE ORDER MARK}😀😀 𠮷野家 e\u0301\r\n\r\n守塔人𠮷田在夜里数海鸥😀。他老了。\r\n"
    answer = engine_on({"a.md": text}, WILLING).ask(AskRequest("谁在夜里数海鸥？"))
    check_answer(answer, files_of(folder))
    assert answer.citations[0].cited_text.startswith("守塔人𠮷田在夜里数海鸥😀。")


def test_a_frame_is_said_before_the_quotes_and_each_citation_after_its_own(engine_on: EngineOn) -> None:
    engine = engine_on({"a.md": CHINESE}, WILLING)
    events = list(engine.ask_events(AskRequest("Who counts gulls at night?")))
    check_events(events)
    assert [type(event).__name__ for event in events] == ["SearchResponse", "Delta", "Delta", "Citation", "Answer"]
    assert events[1] == Delta(FRAMES["en"])


def test_a_language_model_sees_quotes_as_readers_do(engine_on: EngineOn) -> None:
    engine = engine_on({"a.md": "# Towers\n\n## Night\n\n" + GULLS, "tea.md": TABLE}, WILLING)
    request, answerer = AskRequest("Who counts gulls at night?"), engine._asking.answerer
    inspection = answerer.inspect(request, request.question)
    verdict = answerer.verdict(request.question, inspection)
    draft = Draft(request, request.question, inspection, verdict, engine.index, engine._encoder, 0.0)
    quotes = choose_quotes(inspection.evidence, most=8, enough=1.0, worth=0.0)
    shown = as_shown(draft, quotes)
    assert [quote.marker for quote in shown] == list(range(1, len(quotes) + 1))
    assert [quote.text for quote in shown] == [quote.text for quote in quotes]
    assert (shown[0].title, shown[0].heading) == ("Towers", ("Night",))
    assert shown[0].text.startswith("The keeper counts gulls at night.")


# --- a damaged store ---

QUESTION = AskRequest("Who counts gulls at night?")
ALTERED = r"articles\.sqlite: the text of a\.md is altered; repair it with: rag index --rebuild"


def test_an_index_that_was_altered_before_it_was_opened_cites_nothing_wrong(engine_on: EngineOn, home: Path) -> None:
    """Its files have the checksums that the manifest says: only reading the article again tells."""
    engine_on({"a.md": GULLS, "b.md": "Bread is baked before dawn."}, WILLING)
    alter_stored(home, "gulls", "geese")
    accept_as_it_is(home)
    engine = Engine(home)
    with pytest.raises(DamagedIndexError, match=ALTERED):
        engine.ask(QUESTION)
    assert engine.ask(AskRequest("When is bread baked?")).citations[0].cited_text == "Bread is baked before dawn."


def test_an_index_that_is_altered_while_it_is_served_does_not_either(engine_on: EngineOn, home: Path) -> None:
    """It has been read before, by us and by SQLite, and the same question has been answered."""
    engine = engine_on({"a.md": GULLS}, WILLING)
    assert engine.ask(QUESTION).citations[0].cited_text == "The keeper counts gulls at night."
    alter_stored(home, "gulls", "geese")
    with pytest.raises(DamagedIndexError, match=ALTERED):
        engine.ask(QUESTION)
    alter_stored(home, "geese", "gulls")
    assert engine.ask(QUESTION).answerable


def test_while_an_answer_is_made_the_error_comes_where_the_citation_would(engine_on: EngineOn, home: Path) -> None:
    engine = engine_on({"a.md": CHINESE}, WILLING)
    alter_stored(home, "海鸥", "海燕")
    events = engine.ask_events(QUESTION)
    assert isinstance(next(events), SearchResponse)
    with pytest.raises(DamagedIndexError, match=ALTERED):
        assert not any(isinstance(event, Citation) for event in events)


def test_a_refusal_cites_nothing_and_so_proves_nothing(engine_on: EngineOn, home: Path) -> None:
    engine = engine_on({"a.md": GULLS})
    alter_stored(home, "gulls", "geese")
    assert not engine.ask(AskRequest("hello")).answerable


def test_a_file_that_is_no_database_any_more_is_damage(engine_on: EngineOn, home: Path) -> None:
    engine = engine_on({"a.md": GULLS}, WILLING)
    engine.ask(QUESTION)
    path = next(home.glob("generations/*/articles.sqlite"))
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(DamagedIndexError, match=r"articles\.sqlite: .*repair it with: rag index --rebuild"):
        engine.ask(QUESTION)
