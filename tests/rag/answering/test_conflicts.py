"""Articles that contradict each other are both cited, and the answer says so; what only looks like it is no contradiction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.encoders import Encoder
from index.language import detect_language
from rag.answering.conflicts import contradiction
from rag.answering.evidence import Asked, Evidence
from rag.answering.extractive import Quote
from rag.answering.phrases import CONFLICT
from rag.answering.types import Answer, AskRequest
from rag.types import Filters
from tests.rag.answering.checks import check_answer, evidence_of, files_of, in_parallel
from tests.rag.answering.conftest import WILLING, EngineOn

COST = {
    "12": "The Whale model cost 12 million dollars to train.",
    "4": "Training the Whale model cost 4 million dollars.",
    "zh 12": "训练 Whale 模型花了1200万美元。",
    "zh 4": "训练 Whale 模型的成本是四百万美元。",
}
DATE = {
    "2020": "The Whale model was released in May 2020.",
    "zh 2020": "Whale 模型在2020年5月发布。",
    "zh 2021": "Whale 模型是2021年发布的。",
}
SHARE = {"40": "Whale writes 40% of the code.", "55": "Whale writes 55 percent of the code."}
ASKED = {
    "cost": ("How much did it cost to train Whale?", "训练 Whale 花了多少钱？"),
    "date": ("When was Whale released?", "Whale 是什么时候发布的？"),
    "share": ("What percentage of the code does Whale write?", "代码有百分之几是 Whale 写的？"),
}


def ask(engine_on: EngineOn, question: str, *texts: str, filters: Filters = Filters()) -> Answer:  # noqa: B008  (frozen)
    engine = engine_on({f"{number}.md": text for number, text in enumerate(texts)}, WILLING)
    return engine.ask(AskRequest(question, filters=filters))


def disagrees(answer: Answer) -> bool:
    return answer.text.startswith(tuple(CONFLICT.values()))


@pytest.mark.parametrize("asked", [0, 1], ids=["en", "zh"])
@pytest.mark.parametrize(
    ("about", "texts"),
    [
        ("cost", (COST["12"], COST["4"])),
        ("cost", (COST["zh 12"], COST["zh 4"])),
        ("date", (DATE["zh 2020"], DATE["zh 2021"])),
        ("date", (DATE["2020"], DATE["zh 2021"])),
        ("share", (SHARE["40"], SHARE["55"])),
    ],
    ids=["cost", "cost in Chinese", "date in Chinese", "date across languages", "share"],
)
def test_both_sides_are_cited_and_the_answer_says_that_they_disagree(
    engine_on: EngineOn, folder: Path, about: str, texts: tuple[str, str], asked: int
) -> None:
    question = ASKED[about][asked]
    answer = ask(engine_on, question, *texts)
    check_answer(answer, files_of(folder))
    assert answer.text.startswith(CONFLICT[detect_language(question)] + "\n“")
    assert {citation.cited_text for citation in answer.citations} == set(texts)
    assert {citation.article.id for citation in answer.citations} == {"0.md", "1.md"}


@pytest.mark.parametrize("asked", [0, 1], ids=["en", "zh"])
@pytest.mark.parametrize(
    ("about", "texts"),
    [
        ("cost", (COST["12"], COST["zh 12"])),
        ("cost", (COST["4"], COST["zh 4"])),
        ("cost", (COST["12"], "Training the Whale model cost $12,000,000.")),
        ("date", (DATE["2020"], DATE["zh 2020"])),
        ("share", (SHARE["40"], "Whale 写了百分之四十的代码。")),
    ],
    ids=["1200万 and 12 million", "4 million and 四百万", "12,000,000", "May 2020 and 2020年5月", "40% and 百分之四十"],
)
def test_the_same_in_another_notation_is_no_contradiction(
    engine_on: EngineOn, folder: Path, about: str, texts: tuple[str, str], asked: int
) -> None:
    answer = ask(engine_on, ASKED[about][asked], *texts)
    check_answer(answer, files_of(folder))
    assert answer.answerable
    assert not disagrees(answer)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("How much did the model cost to train?", ("The model cost 12 million dollars to train.", COST["4"])),
        ("模型是什么时候发布的？", ("模型在2020年5月发布。", "模型是2021年发布的。")),
        ("公司有多少名员工？", ("公司有300名员工。", "公司有500名员工。")),
    ],
)
def test_without_a_name_in_the_question_two_figures_may_be_of_two_things(
    engine_on: EngineOn, question: str, texts: tuple[str, str]
) -> None:
    answer = ask(engine_on, question, *texts)
    assert answer.answerable
    assert not disagrees(answer)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        (ASKED["cost"][0], (COST["12"], "Training the Shark model cost 4 million dollars.")),
        (ASKED["cost"][0], (COST["12"], "Training the Whale model took 4 months.")),
        (ASKED["cost"][0], (COST["12"], "Training the Whale model cost 80 million yuan.")),
        ("What is Whale?", (COST["12"], COST["4"])),
        ("How many users does Whale have?", ("Whale has 12 million users.", "Whale has 4 million users.")),
        (ASKED["cost"][0], (f"{COST['12']} {COST['4']}",)),
    ],
    ids=["another name", "another kind", "another unit", "no figure asked for", "a bare number", "one article"],
)
def test_what_only_looks_like_a_contradiction_is_none(
    engine_on: EngineOn, question: str, texts: tuple[str, ...]
) -> None:
    answer = ask(engine_on, question, *texts)
    assert answer.answerable
    assert not disagrees(answer)


def test_what_a_filter_leaves_out_contradicts_nothing(engine_on: EngineOn) -> None:
    answer = ask(engine_on, ASKED["cost"][0], COST["12"], COST["4"], filters=Filters(article_ids=("0.md",)))
    assert [citation.cited_text for citation in answer.citations] == [COST["12"]]
    assert not disagrees(answer)


# --- translations of a passage, which search folds into it ---

ANY = Asked(frozenset({"count", "date", "currency"}), ())


def first(evidence: list[Evidence], number: int = 0) -> Quote:
    return Quote(evidence[0].passage, number, number, 0.9)


def against(evidence: list[Evidence], asked: Asked, encoder: Encoder, *translations: list[Evidence]) -> Quote | None:
    told = [in_parallel(each, *(other[0] for other in translations)) for each in evidence]
    return contradiction(first(evidence), told, asked, encoder)


def test_a_translation_with_another_figure_contradicts(encoder: Encoder) -> None:
    """Also without a name in the question, and by a bare number: the two passages say the same thing."""
    evidence = evidence_of("The tower has 300 steps. It is white.", 0.9, 0.1)
    other = evidence_of("塔是白的。它有500级台阶。", 0.0, 0.0, name="b.md")
    found = against(evidence, ANY, encoder, other)
    assert found is not None
    assert (found.text, found.passage.article_id, found.probability) == ("它有500级台阶。", "b.md", 0.9)


@pytest.mark.parametrize(
    "other",
    [
        "它有300级台阶。",
        "它有三百级台阶，塔身高500米。",
        "塔是白的。2020年有500人来过，它有三百级台阶。",
        "塔是白的。",
        "它建于2020年。",
    ],
)
def test_a_translation_that_holds_the_figure_somewhere_or_holds_none_does_not(encoder: Encoder, other: str) -> None:
    evidence = evidence_of("The tower has 300 steps. It is white.", 0.9, 0.1)
    translation = evidence_of(other, *[0.0] * other.count("。"), name="b.md")
    assert against(evidence, ANY, encoder, translation) is None


def test_only_figures_of_the_kind_that_is_asked_for_are_compared(encoder: Encoder) -> None:
    evidence = evidence_of("The tower has 300 steps. It is white.", 0.9, 0.1)
    other = evidence_of("它有500级台阶。", 0.0, name="b.md")
    assert against(evidence, replace(ANY, kinds=frozenset({"date"})), encoder, other) is None
    assert against(evidence, replace(ANY, kinds=frozenset()), encoder, other) is None


def test_the_first_translation_that_contradicts_is_the_one(encoder: Encoder) -> None:
    evidence = evidence_of("The tower has 300 steps.", 0.9)
    agreeing = evidence_of("它有300级台阶。", 0.0, name="b.md")
    others = [evidence_of(f"它有{figure}级台阶。", 0.0, name=f"{figure}.md") for figure in (500, 600)]
    found = against(evidence, ANY, encoder, agreeing, *others)
    assert found is not None
    assert found.passage.article_id == "500.md"


# --- other sentences about the same ---

NAMED = Asked(frozenset({"currency"}), (frozenset({"whale"}),))


@pytest.mark.parametrize(
    ("probability", "fits", "found"), [(0.9, True, True), (0.46, True, True), (0.44, True, False), (0.9, False, False)]
)
def test_a_sentence_must_fit_and_be_nearly_as_likely(
    encoder: Encoder, probability: float, fits: bool, found: bool
) -> None:
    evidence = evidence_of(COST["12"], 0.9)
    other = evidence_of(COST["4"], probability, name="b.md", fits=fits)
    assert (contradiction(first(evidence), [*evidence, *other], NAMED, encoder) is not None) is found


def test_both_sentences_must_name_it(encoder: Encoder) -> None:
    unnamed = "Training the model cost 4 million dollars."
    evidence, other = evidence_of(COST["12"], 0.9), evidence_of(unnamed, 0.9, name="b.md")
    assert contradiction(first(evidence), [*evidence, *other], NAMED, encoder) is None
    assert contradiction(first(other), [*other, *evidence], NAMED, encoder) is None
