"""Folders in BEIR format."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from eval.beir import BeirDataset
from eval.dataset import RankedItem
from eval.errors import DatasetError
from eval.run import make_run
from index.build import build_index
from index.encoders import Encoder
from index.store import Home
from rag.engine import Engine
from rag.types import Mode
from tests.eval.conftest import CORPUS, QRELS, QUERIES, lines, write_beir


def test_a_folder_is_read(beir: Path) -> None:
    data = BeirDataset(beir)
    assert data.name == "harbour"
    assert sorted(data.sources) == ["bread", "gulls", "tea", "tides"]
    assert data.sources["gulls"]().data == CORPUS[0]["text"].encode()
    assert [data.sources[name]().title for name in ("gulls", "tides", "tea")] == ["Gulls", None, None]


def test_only_judged_questions_are_asked_and_a_score_of_0_is_not_relevant(beir: Path, seeds_engine: Engine) -> None:
    data = BeirDataset(beir)
    assert [(q.id, q.text, q.language) for q in data.questions] == [(q["_id"], q["text"], "en") for q in QUERIES[:3]]
    assert data.qrels(seeds_engine.index) == {"q1": {"gulls": 1}, "q2": {"bread": 2}, "q3": {"tides": 1}}


def test_a_question_judged_with_0_alone_is_asked_and_has_no_answer(tmp_path: Path, seeds_engine: Engine) -> None:
    data = BeirDataset(write_beir(tmp_path / "x", qrels=QRELS + "unjudged\ttea\t0\n"))
    assert len(data.questions) == 4
    assert data.qrels(seeds_engine.index)["unjudged"] == {}
    judgements = data.judgements(seeds_engine.index)
    assert [judgements.answerable(q.id) for q in data.questions] == [True, True, True, False]
    assert judgements.facets("unjudged") == {}


def test_files_may_be_packed(tmp_path: Path, beir: Path) -> None:
    packed, plain = BeirDataset(write_beir(tmp_path / "packed", packed=True)), BeirDataset(beir)
    assert packed.questions == plain.questions
    assert {name: get() for name, get in packed.sources.items()} == {name: get() for name, get in plain.sources.items()}


def test_of_two_the_plain_file_is_read(beir: Path) -> None:
    (beir / "corpus.jsonl.gz").write_bytes(gzip.compress(lines([{"_id": "other", "text": "Other."}]).encode()))
    assert "gulls" in BeirDataset(beir).sources


def test_another_split_is_another_file(beir: Path) -> None:
    (beir / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nunjudged\ttea\t1\n")
    data = BeirDataset(beir, "dev")
    assert [q.id for q in data.questions] == ["unjudged"]
    assert data.name == "harbour/dev"


def test_questions_know_their_language(tmp_path: Path) -> None:
    queries = [{"_id": "q1", "text": "谁数海鸥？"}, {"_id": "q2", "text": "When is bread baked?"}]
    assert [q.language for q in BeirDataset(write_beir(tmp_path / "x", queries=queries)).questions] == ["zh", "en"]


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(beir: Path, name: str) -> None:
    (beir / name).unlink()
    with pytest.raises(DatasetError, match=rf"{name}: cannot be read \(.*(?i:no such file)"):
        BeirDataset(beir)


@pytest.mark.parametrize(
    "row", ["q1 gulls 1", "q1\tgulls", "q1\tgulls\tvery", "q1\tQ0\tgulls\t1", "q1\tgulls\t0.5"]
)  # fmt: skip
def test_a_malformed_judgement_is_named_by_its_line(tmp_path: Path, row: str) -> None:
    folder = write_beir(tmp_path / "x", qrels=f"query-id\tcorpus-id\tscore\nq1\tgulls\t1\n{row}\nq2\tbread\t1\n")
    with pytest.raises(DatasetError, match=r"test\.tsv:3: not 'query-id <tab> corpus-id <tab> score'") as error:
        BeirDataset(folder)
    assert error.value.line == 3


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("corpus", '{"_id": "x"}', "no text in text"),
        ("corpus", '{"text": "x"}', "no text in _id"),
        ("corpus", '{"_id": 7, "text": null}', "no text in _id, text"),
        ("corpus", "{", "not JSON"),
        ("corpus", "[]", "not a JSON object"),
        ("corpus", '{"_id": "gulls", "text": "x"}', "_id 'gulls' stands twice"),
        ("queries", '{"_id": "x", "text": 5}', "no text in text"),
        ("queries", '{"_id": "q1", "text": "x"}', "_id 'q1' stands twice"),
    ],
)
def test_a_malformed_line_is_named_by_its_number(beir: Path, name: str, line: str, message: str) -> None:
    with (beir / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(DatasetError, match=rf"{name}\.jsonl:5: {message}"):
        BeirDataset(beir)


@pytest.mark.parametrize(
    "data", [b"not packed", gzip.compress(lines(CORPUS).encode())[:60], b"\x1f\x8b\x08\x00" + b"\xff" * 60]
)
def test_a_broken_archive_is_an_error(tmp_path: Path, data: bytes) -> None:
    folder = write_beir(tmp_path / "x", packed=True)
    (folder / "corpus.jsonl.gz").write_bytes(data)
    with pytest.raises(DatasetError, match=r"corpus\.jsonl\.gz: cannot be read"):
        BeirDataset(folder)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_what_is_not_utf_8_is_an_error(beir: Path, name: str) -> None:
    (beir / name).write_bytes(b"\xff\xfe\n\xff\xfe\n")
    with pytest.raises(DatasetError, match=f"{name}: cannot be read"):
        BeirDataset(beir)


def test_judgements_of_other_questions_leave_nothing_to_ask(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "x", qrels="query-id\tcorpus-id\tscore\nother\tgulls\t1\n")
    with pytest.raises(DatasetError, match=r"no question of queries\.jsonl is judged in qrels/test\.tsv"):
        BeirDataset(folder)


def test_odd_titles_and_characters_are_no_reason_to_fail(tmp_path: Path) -> None:
    corpus = [{"_id": "a/b c", "title": 7, "text": "half \ud800 a character"}, {"_id": "é", "title": None, "text": ""}]
    data = BeirDataset(write_beir(tmp_path / "x", corpus=corpus, qrels="query-id\tcorpus-id\tscore\nq1\ta/b c\t1\n"))
    assert data.sources["a/b c"]().data == b"half ? a character"
    assert [get().title for get in data.sources.values()] == [None, None]


def test_documents_rank_by_their_best_passage(tmp_path: Path, home: Path, encoder: Encoder) -> None:
    """A long document has one good passage among many; it stands once, where that passage stands."""
    filler = "\n\n".join(
        f"## Chapter {i}\n\nThe harbour master writes down ship number {i} and its cargo." for i in range(12)
    )
    corpus = [
        {"_id": "long", "text": f"{filler}\n\n## Birds\n\nThe lighthouse keeper counts gulls every morning."},
        {"_id": "short", "text": "Gulls are birds that live by the sea."},
    ]
    data = BeirDataset(write_beir(tmp_path / "x", corpus=corpus, qrels="query-id\tcorpus-id\tscore\nq1\tlong\t1\n"))
    build_index(Home(home), data.sources, encoder)
    engine = Engine(home)
    run = make_run(data, engine, Mode.DENSE)
    assert engine.index.manifest.passages > 5
    assert [item.id for item in run.rankings["q1"].items] == ["long", "short"]


def test_grades_are_those_of_the_file_and_what_is_not_in_it_nobody_judged(
    beir: Path, home: Path, encoder: Encoder
) -> None:
    data = BeirDataset(beir)
    build_index(Home(home), data.sources, encoder)
    judgements = data.judgements(Engine(home).index)
    judged = judgements.judge("q2", [RankedItem(name, 0.5) for name in ("tea", "gulls", "bread")])
    assert (judged.grades, judged.missing, judged.evidence) == ((0, None, 2), (), {})
    assert judgements.judge("q2", []).missing == (2,)
    assert judgements.facets("q2") == {"languages": ("en→en",)}
    assert judgements.evidence("q2") == ("bread",)
    shown = judgements.extract("bread")
    assert (shown.heading, shown.text) == ("Bread › bread", CORPUS[1]["text"])
    assert judgements.extract("elsewhere").text == ""
    assert (judgements.language("bread"), judgements.language("elsewhere")) == ("en", None)
    assert judgements.marks("q2", "bread") == ()


def test_an_id_may_begin_with_a_quotation_mark_and_a_negative_score_is_not_relevant(tmp_path: Path) -> None:
    corpus = [{"_id": '"a', "text": "x"}, {"_id": "b", "text": "y"}]
    qrels = 'query-id\tcorpus-id\tscore\nq1\t"a\t1\nq1\tb\t-1\n'
    data = BeirDataset(write_beir(tmp_path / "x", corpus=corpus, qrels=qrels))
    assert data._judged == {"q1": {'"a': 1, "b": 0}}


def test_a_split_that_is_not_there_is_told_with_those_that_are(beir: Path) -> None:
    (beir / "qrels" / "dev.tsv").write_text("")
    with pytest.raises(DatasetError, match=r"train\.tsv: cannot be read \(no such file\); .* are: dev, test$"):
        BeirDataset(beir, "train")
