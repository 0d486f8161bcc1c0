"""The questions about the seeds, and what is refused as a question set."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import DatasetError, StaleEvidenceError
from eval.places import COVERED, Place, occurrences
from eval.question_set import Question, QuestionSet
from index.encoders import Encoder
from index.errors import SearchIndexError
from index.spans import Span
from index.store import Home
from rag.engine import Engine
from tests.conftest import ROOT, SEEDS, build
from tests.eval.conftest import Json, question

QUESTION_SETS = ROOT / "eval" / "question_sets"
SEEDS_SET = QUESTION_SETS / "seeds.jsonl"
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def seeds_set() -> QuestionSet:
    return QuestionSet(SEEDS_SET, SEEDS)


# --- the set that ships ---


def test_it_has_enough_questions_in_both_languages_and_pairs(seeds_set: QuestionSet) -> None:
    languages = Counter(question.language for question in seeds_set.entries)
    assert sum(languages.values()) >= 80
    assert languages["zh"] >= 40
    assert languages["en"] >= 40
    pairs = defaultdict(set)
    for entry in seeds_set.entries:
        pairs[entry.pair].add(entry.language)
    assert sum(both == {"zh", "en"} for both in pairs.values()) >= 25


def test_twins_share_split_kind_and_evidence(seeds_set: QuestionSet) -> None:
    twins = defaultdict(list)
    for entry in seeds_set.entries:
        twins[entry.pair].append(entry)
    for pair, entries in twins.items():
        assert len({(entry.split, entry.kind, entry.evidence) for entry in entries}) == 1, pair
        assert len({entry.language for entry in entries}) == len(entries), pair
        assert {entry.id for entry in entries} == {f"{pair}.{entry.language}" for entry in entries}


def test_every_article_is_evidence_in_both_splits(seeds_set: QuestionSet) -> None:
    files = {path.name for path in SEEDS.glob("*.txt")}
    assert len(files) == 5
    for split in ("dev", "test"):
        assert {e.file for entry in seeds_set.entries if entry.split == split for e in entry.evidence} == files


def test_every_quote_stands_in_its_file_within_one_line(seeds_set: QuestionSet) -> None:
    """Read here without the code under test."""
    texts = {path.name: path.read_text("utf-8-sig") for path in SEEDS.glob("*.txt")}
    for entry in seeds_set.entries:
        for evidence in entry.evidence:
            assert evidence.quote in texts[evidence.file], entry.id
            assert "\n" not in evidence.quote, entry.id


def test_no_question_is_asked_twice(seeds_set: QuestionSet) -> None:
    assert not [text for text, count in Counter(q.text for q in seeds_set.questions).items() if count > 1]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_split_is_a_part_under_its_own_name(seeds_set: QuestionSet, split: str) -> None:
    part = QuestionSet(SEEDS_SET, SEEDS, split)
    assert part.name == f"seeds/{split}"
    assert part.entries == tuple(entry for entry in seeds_set.entries if entry.split == split)
    assert len(part.entries) >= 40


def test_nearly_all_evidence_is_held_by_ranked_passages(seeds_set: QuestionSet, seeds_engine: Engine) -> None:
    qrels = seeds_set.qrels(seeds_engine.index)
    assert set(qrels) == {entry.id for entry in seeds_set.entries}
    judgements = seeds_set.judgements(seeds_engine.index)
    without = [name for name, relevant in qrels.items() if judgements.answerable(name) and not relevant]
    assert len(without) <= 0.02 * len(qrels), without


def test_the_figures_of_its_readme_are_those_of_the_file() -> None:
    readme = " ".join((QUESTION_SETS / "README.md").read_text("utf-8").split())
    found = re.search(
        r"(\d+) questions on (\d+) information needs: (\d+) Chinese, (\d+) English; (\d+) needs asked in both languages, "
        r"(\d+) only in Chinese, (\d+) only in English",
        readme,
    )
    assert found
    rows = [json.loads(line) for line in SEEDS_SET.read_text("utf-8").splitlines()]
    needs = defaultdict(set)
    for row in rows:
        needs[row["pair"]].add(row["language"])
    languages, shapes = Counter(row["language"] for row in rows), Counter("".join(sorted(v)) for v in needs.values())
    assert [int(figure) for figure in found.groups()] == [
        len(rows), len(needs), languages["zh"], languages["en"], shapes["enzh"], shapes["zh"], shapes["en"],
    ]  # fmt: skip


# --- the questions to practise on ---


@pytest.fixture(scope="module")
def practice() -> QuestionSet:
    return QuestionSet(QUESTION_SETS / "practice.jsonl", SEEDS)


def test_practice_is_about_all_articles_and_its_quotes_stand_there(practice: QuestionSet) -> None:
    assert not practice.stale
    files = {path.name for path in SEEDS.glob("*.txt")}
    for split in ("train", "dev"):
        assert {e.file for entry in practice.entries if entry.split == split for e in entry.evidence} == files
    assert {entry.split for entry in practice.entries} == {"train", "dev"}
    asked = Counter((e.pair, e.split, e.kind, e.evidence) for e in practice.entries)
    assert set(asked.values()) == {2}, "in both languages, with the same split, kind and evidence"


def test_nothing_that_answers_a_question_of_the_test_half_is_practised(
    practice: QuestionSet, seeds_set: QuestionSet
) -> None:
    texts = {path.name: path.read_text("utf-8") for path in SEEDS.glob("*.txt")}

    def places(entry: Question) -> list[Place]:
        return [place for e in entry.evidence for place in occurrences(e.file, texts[e.file], e.quote)]

    tested = [place for entry in seeds_set.entries if entry.split == "test" for place in places(entry)]
    shared = [e.id for e in practice.entries if any(place.meets(other) for place in places(e) for other in tested)]
    assert len(tested) > 100
    assert not shared


def test_practice_repeats_no_question(practice: QuestionSet, seeds_set: QuestionSet) -> None:
    texts = Counter(q.text.casefold() for each in (practice, seeds_set) for q in each.questions)
    assert not [text for text, count in texts.items() if count > 1]


# --- loading ---


def test_a_good_set_is_read(articles: Path, write_questions: Write) -> None:
    bread = question(
        id="bread.zh", pair="bread", split="test", language="zh", question="何时烤面包？",
        evidence=[{"file": "bread.md", "quote": "Bread is baked at night."}],
    )  # fmt: skip
    path = write_questions(question(), "\n", bread)
    loaded = QuestionSet(path, articles)
    assert loaded.name == "questions"
    assert [(q.id, q.text, q.language) for q in loaded.questions] == [
        ("gulls.en", "Who counts gulls?", "en"),
        ("bread.zh", "何时烤面包？", "zh"),
    ]
    assert loaded.entries[1].evidence[0].part == 1
    assert set(loaded.sources) == {"gulls.md", "bread.md"}


@pytest.mark.parametrize(
    ("file", "quote"),
    [
        ("gulls.md", "The keeper counts seals"),
        ("gulls.md", "the keeper counts gulls"),
        ("gulls.md", "The keeper  counts gulls"),
        ("bread.md", "The keeper counts gulls"),
        ("nowhere.md", "The keeper counts gulls"),
    ],
)
def test_a_question_whose_quote_does_not_stand_in_its_article_is_stale(
    articles: Path, write_questions: Write, file: str, quote: str
) -> None:
    """Its other quote is good; a label that is partly gone cannot be trusted."""
    evidence = [{"file": "bread.md", "quote": "Bread is baked"}, {"file": file, "quote": quote}]
    loaded = QuestionSet(write_questions(question(), question(id="stale.en", evidence=evidence)), articles)
    assert loaded.stale == {"stale.en": (f"{file}: {quote}",)}
    assert [q.id for q in loaded.questions] == ["gulls.en"]


def test_questions_that_are_all_stale_are_those_of_other_articles(articles: Path, write_questions: Write) -> None:
    gone = question(evidence=[{"file": "gulls.md", "quote": "gone"}])
    hello = question(id="hello", kind="greeting", evidence=[])
    with pytest.raises(StaleEvidenceError, match=r"no question's quotes stand in the articles of .*--articles"):
        QuestionSet(write_questions(gone, hello), articles)


def test_a_question_may_have_no_answer(articles: Path, write_questions: Write) -> None:
    loaded = QuestionSet(write_questions(question(), question(id="hello", kind="greeting", evidence=[])), articles)
    assert loaded.stale == {}
    assert [q.evidence == () for q in loaded.entries] == [False, True]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('"gulls"', "not a JSON object"),
        (question(id="gulls.en"), "question id 'gulls.en' stands twice"),
        (question(id="x", language="fr"), "language: 'fr' is not one of"),
        (question(id="x", split="validation"), "split: 'validation' is not one of"),
        (question(id="x", evidence=[{"file": "gulls.md", "quote": ""}]), "evidence.0.quote: '' "),
        (question(id="x", evidence=[{"file": "gulls.md"}]), "evidence.0: 'quote' is a required property"),
        (question(id="x", evidence=[{"file": "gulls.md", "quote": 7}]), "evidence.0.quote: 7 is not of type"),
        (question(id="x", evidence=["The keeper"]), "not a question"),
        (question(id="x", evidence=None), "not a question"),
        (question(id="x", evidence=[{"file": "gulls.md", "quote": "gulls", "part": "two"}]), "not a question"),
        (question(id=[]), "id: .* is not of type"),
        (question(id="x", question=None), "question: None is not of type"),
        ({"id": "x"}, "the line: .* is a required property; schema.json lists the fields"),
    ],
)
def test_a_line_that_is_no_question_is_named_by_its_number(
    articles: Path, write_questions: Write, line: Json | str, message: str
) -> None:
    path = write_questions(question(), "\n", line)
    with pytest.raises(DatasetError, match=rf"questions\.jsonl:3: .*{message}") as error:
        QuestionSet(path, articles)
    assert error.value.line == 3


def test_a_set_that_is_missing_empty_or_no_text_is_an_error(
    articles: Path, tmp_path: Path, write_questions: Write
) -> None:
    with pytest.raises(DatasetError, match=r"nothing\.jsonl: cannot be read"):
        QuestionSet(tmp_path / "nothing.jsonl", articles)
    with pytest.raises(DatasetError, match=r"no question in split 'test'"):
        QuestionSet(write_questions(question()), articles, "test")
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9\n")
    with pytest.raises(DatasetError, match=r"latin\.jsonl: cannot be read"):
        QuestionSet(tmp_path / "latin.jsonl", articles)


def test_articles_that_are_missing_are_an_error(tmp_path: Path, write_questions: Write) -> None:
    with pytest.raises(SearchIndexError, match="no such file or folder"):
        QuestionSet(write_questions(question()), tmp_path / "nothing")


# --- which passages are relevant ---


def test_a_passage_is_relevant_where_it_covers_four_fifths_of_a_quote(
    home: Path, tmp_path: Path, write_questions: Write, encoder: Encoder
) -> None:
    """A quote of ten characters across the border of two sections: eight of them in the first are enough, seven are not."""
    assert COVERED == 0.8
    folder = tmp_path / "border"
    folder.mkdir()
    text = "# A\n\n" + "a" * 40 + "\n\n# B\n\n" + "b" * 40 + "\n"
    (folder / "border.md").write_text(text, encoding="utf-8")
    build(home, folder, encoder)
    index = Home(home).open()
    passages = {s.passage.id: s.passage.span for row, s in index.database.passages_of("border.md") if row is not None}
    first = next(span for span in passages.values() if "a" * 40 in span.quote(text))
    for inside, expected in ((8, True), (7, False)):
        span = Span(first.end - inside, first.end + 10 - inside)  # ten characters, so many of them inside
        quote = span.quote(text)
        path = write_questions(question(id="x", evidence=[{"file": "border.md", "quote": quote}]))
        relevant = QuestionSet(path, folder).qrels(index)["x"]
        assert (f"border.md#{first.start}-{first.end}" in relevant) is expected
        assert set(relevant.values()) <= {1}


def test_every_occurrence_of_a_quote_counts(
    home: Path, articles: Path, write_questions: Write, encoder: Encoder
) -> None:
    """The keeper counts gulls in two sections; both passages answer."""
    build(home, articles, encoder)
    index = Home(home).open()
    relevant = QuestionSet(write_questions(question()), articles).qrels(index)["gulls.en"]
    holding = {
        s.passage.id for _, s in index.database.passages_of("gulls.md") if "counts gulls" in s.passage.readable.text
    }
    assert set(relevant) == holding
    assert len(holding) == 2
    whole = question(evidence=[{"file": "gulls.md", "quote": "Then he sleeps."}])
    assert len(QuestionSet(write_questions(whole), articles).qrels(index)["gulls.en"]) == 1


def test_evidence_that_no_passage_holds_gives_no_relevant_passage(
    home: Path, articles: Path, write_questions: Write, encoder: Encoder
) -> None:
    build(home, articles, encoder)
    everything = (articles / "gulls.md").read_text("utf-8").strip()
    path = write_questions(question(evidence=[{"file": "gulls.md", "quote": everything}]))
    assert QuestionSet(path, articles).qrels(Home(home).open()) == {"gulls.en": {}}
