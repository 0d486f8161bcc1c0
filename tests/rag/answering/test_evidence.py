"""What is known of a sentence: each feature by an article that has it, and which sentences can be evidence at all."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoders import BUNDLED
from rag.answering.asked import NAME
from rag.answering.evidence import FEATURES, Asked, Evidence
from rag.answering.model import shipped_model
from rag.engine import Engine
from rag.types import SearchRequest
from tests.rag.answering.checks import result_of
from tests.rag.answering.conftest import EngineOn
from tests.rag.test_retriever import QUESTIONS


def features(engine: Engine, question: str) -> dict[str, dict[str, float]]:
    """By sentence."""
    found = engine._asking.retriever.read_and_search(SearchRequest(question))
    reader = engine._asking.answerer.evidence
    asked = reader.asked(question, found.question)
    return {
        sentence.text: dict(zip(FEATURES, row.tolist(), strict=True))
        for result in found.response.results
        for sentence, row in zip(result.passage.sentences, reader.features(result, asked), strict=True)
    }


def evidence(engine: Engine, question: str) -> list[Evidence]:
    found = engine._asking.retriever.read_and_search(SearchRequest(question))
    reader = engine._asking.answerer.evidence
    return reader.read(found, reader.asked(question, found.question), shipped_model(BUNDLED).evidence)


GULLS = "The keeper counts gulls at night. He was paid 40 pounds in 1990. Nobody knows why.\n"


def test_what_is_asked_for_is_read_from_the_question_and_whom_it_is_about_from_what_is_searched(
    seeds_engine: Engine,
) -> None:
    reader = seeds_engine._asking.answerer.evidence
    searched = seeds_engine._asking.retriever.question("Who founded Stability AI? How much did it raise?")
    asked = reader.asked("How much did it raise?", searched)
    assert asked.kinds == {"currency"}
    assert [any(token in subject for subject in asked.subjects) for token in ("stabil", "ai")] == [True, True]
    assert reader.asked("Why?", seeds_engine._asking.retriever.question("Why?")) == Asked(frozenset(), ())
    assert reader.asked("Who?", searched).kinds == {NAME}


def test_a_kind_that_is_asked_for_is_held_or_lacked(engine_on: EngineOn) -> None:
    engine = engine_on({"gulls.md": GULLS})
    when, why = features(engine, "When was he paid?"), features(engine, "Why does he count gulls?")
    held = {text: (row["asked"], row["unasked"]) for text, row in when.items()}
    assert held == {
        "The keeper counts gulls at night.": (0, 1),
        "He was paid 40 pounds in 1990.": (1, 0),
        "Nobody knows why.": (0, 1),
    }
    assert {(row["asked"], row["unasked"]) for row in why.values()} == {(0, 0)}, "nothing of a kind is asked for"


def test_a_sentence_is_about_what_it_or_the_one_before_or_a_heading_names(engine_on: EngineOn) -> None:
    text = "# Title\n\n## Zed\n\nIt is big. Whale is bigger. It swims. It sings.\n"
    engine = engine_on({"a.md": text})
    named = {text: (row["named"], row["unnamed"]) for text, row in features(engine, "How big is Whale?").items()}
    assert named == {
        "It is big.": (0, 1), "Whale is bigger.": (1, 0), "It swims.": (1, 0), "It sings.": (0, 1),
    }  # fmt: skip
    assert {row["named"] for row in features(engine, "Who sings in Zed?").values()} == {1}
    both = {text: row["named"] for text, row in features(engine, "Is Zed bigger than Whale?").items()}
    assert both == {"It is big.": 0, "Whale is bigger.": 1, "It swims.": 1, "It sings.": 0}, "all names must be"
    assert {(row["named"], row["unnamed"]) for row in features(engine, "How big is it?").values()} == {(0, 0)}


def test_a_cell_is_about_all_that_its_row_names_and_answers_by_what_it_says_itself(engine_on: EngineOn) -> None:
    table = "| Name | Year | Maker |\n|---|---|---|\n| Whale 2 | 2021 | Acme |\n| Shark | 2022 | Umbrella |\n"
    rows = features(engine_on({"a.md": table}), "When did Acme launch its Whale?")
    assert [(text, row["named"], row["asked"]) for text, row in rows.items() if row["named"]] == [
        ("Name: Whale 2", 1, 0), ("Whale 2 Year: 2021", 1, 1), ("Whale 2 Maker: Acme", 1, 0),
    ]  # fmt: skip
    assert {row["record"] for row in rows.values()} == {1}
    assert len(rows) == 6


def test_a_sentence_that_asks_is_told_apart_and_its_length_counts(engine_on: EngineOn) -> None:
    rows = features(engine_on({"a.md": "守塔人数什么？ 他数海鸥。 Who counts gulls? "}), "守塔人在数什么东西？")
    assert {text.strip(): row["question"] for text, row in rows.items()} == {
        "守塔人数什么？": 1, "他数海鸥。": 0, "Who counts gulls?": 1,
    }  # fmt: skip
    assert [row["length"] for row in rows.values()] == pytest.approx(np.log1p([len(text.strip()) for text in rows]))
    assert {row["record"] for row in rows.values()} == {0}


def test_nearness_is_measured_by_itself_and_below_the_passages_best(seeds_engine: Engine) -> None:
    found = seeds_engine._asking.retriever.read_and_search(SearchRequest("GPT-3 的训练成本是多少？"))
    reader = seeds_engine._asking.answerer.evidence
    for result in found.response.results:
        table = dict(zip(FEATURES, reader.features(result, Asked(frozenset(), ())).T, strict=True))
        assert table["cosine"].tolist() == [score.cosine for score in result.sentence_scores]
        assert table["interaction"].tolist() == [score.interaction for score in result.sentence_scores]
        for name in ("cosine", "interaction"):
            assert table[f"{name}_gap"] == pytest.approx(table[name] - table[name].max())
        odds = np.log(result.score / (1 - result.score))
        assert table["passage"] == pytest.approx(np.full(len(result.passage.sentences), odds))


@pytest.mark.parametrize(("score", "odds"), [(0.0, -25.0), (1.0, 25.0), (0.5, 0.0)])
def test_a_passage_of_score_0_or_1_has_odds_too(seeds_engine: Engine, score: float, odds: float) -> None:
    index = seeds_engine.index
    passage = index.database.passage(0)
    found = index.database.article(passage.article_id)
    assert found is not None
    result = result_of(passage, found[0], score)
    assert set(seeds_engine._asking.answerer.evidence.features(result, Asked(frozenset(), ()))[:, 0]) == {odds}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_evidence_comes_likeliest_first_and_is_of_the_results(seeds_engine: Engine, language: str) -> None:
    asked = [question["question"] for question in QUESTIONS if question["language"] == language]
    for question in asked[::10]:
        found = evidence(seeds_engine, question)
        probabilities = [each.probability for each in found]
        assert probabilities == sorted(probabilities, reverse=True)
        assert 0 < probabilities[-1] <= probabilities[0] < 1
        places = [(each.passage.id, each.number) for each in found]
        assert len(set(places)) == len(places)
        assert all(0 <= each.number < len(each.passage.sentences) for each in found)
        assert {each.result.rank for each in found} <= set(range(1, 11))


def test_what_only_repeats_the_question_is_no_evidence(engine_on: EngineOn) -> None:
    texts = {
        "a.md": "Who counts gulls? The keeper counts gulls.",
        "b.md": "| Name | Count |\n|---|---|\n| gulls | 40 |\n",
        "c.md": "**The keeper**\n\nGulls!\n\nThe keeper’s gulls.",
    }
    found = {
        each.passage.sentences[each.number].text.strip() for each in evidence(engine_on(texts), "Who counts gulls?")
    }
    assert {"The keeper counts gulls.", "gulls Count: 40", "The keeper’s gulls."} <= found
    assert not {"Who counts gulls?", "Name: gulls", "Gulls!"} & found


def test_what_fits_names_it_all_and_holds_what_is_asked_for(engine_on: EngineOn) -> None:
    text = "Whale is a model. It was released in 2020.\n\nShark came later. It was released in 2021."
    engine = engine_on({"a.md": text, "b.md": "Whale swims. Whale cost 12 dollars in 2019."})
    fits = {
        each.passage.sentences[each.number].text: each.fits for each in evidence(engine, "When was Whale released?")
    }
    assert {text for text, fit in fits.items() if fit} == {
        "It was released in 2020.", "Whale cost 12 dollars in 2019.",
    }  # fmt: skip


def test_a_cells_figure_is_evidence_though_the_question_holds_the_same_digits(engine_on: EngineOn) -> None:
    engine = engine_on({"a.md": "| name | layers |\n|---|---|\n| Whale-2 | 2 |\n| Tern | 7 |\n"})
    said = [each.passage.sentences[each.number].text for each in evidence(engine, "How many layers has Whale-2?")]
    assert any(text.endswith("layers: 2") for text in said)
    assert not any(text.endswith("name: Whale-2") for text in said), "what the question says is no answer"


def test_what_stands_after_a_colon_in_prose_is_not_taken_for_a_cell(engine_on: EngineOn) -> None:
    engine = engine_on({"a.md": "The keeper told us who counts: gulls. Bread is baked at night by Umbrella.\n"})
    said = [each.passage.sentences[each.number].text for each in evidence(engine, "Who counts gulls?")]
    assert "The keeper told us who counts: gulls." in said
