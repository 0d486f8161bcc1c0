"""Judging by quotes: on two small articles, and on every way of cutting them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from eval.dataset import RankedItem
from eval.errors import UnknownItemError
from eval.evidence import ALL_EVIDENCE, EvidenceJudgements
from eval.question_set import QuestionSet
from eval.scoring import measure
from index.encoders import Encoder
from index.spans import Span
from index.store import Home, SearchIndex
from tests.conftest import build
from tests.eval.conftest import Json, question

GULLS = (
    "# Gulls\n\nThe keeper counts gulls. He is old.\n\n## Evening\n\nThe keeper counts gulls. Then he sleeps.\n\n"
    "## Prices\n\n| fish | price |\n|---|---|\n| cod | 7 crowns |\n| eel | 12 crowns |\n"
)
Judge = Callable[..., EvidenceJudgements]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles; the first says one thing twice, and has a table."""
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "gulls.md").write_text(GULLS, encoding="utf-8")
    (folder / "bread.md").write_text("# 面包\n\n面包在夜里烤制，那时炉子是热的。\n", encoding="utf-8")
    return folder


@pytest.fixture
def index(folder: Path, home: Path, encoder: Encoder) -> SearchIndex:
    build(home, folder, encoder)
    return Home(home).open()


@pytest.fixture
def judge(folder: Path, index: SearchIndex, write_questions: Callable[..., Path]) -> Judge:
    def judge(*rows: Json) -> EvidenceJudgements:
        return QuestionSet(write_questions(*rows), folder).judgements(index)

    return judge


def passage(index: SearchIndex, holding: str, article: str = "gulls.md", nth: int = 0) -> str:
    """The id of a passage that holds some words."""
    found = [s.passage for row, s in index.database.passages_of(article) if row is not None]
    return [each.id for each in found if holding in each.readable.text][nth]


def items(*names: str, **parallel: tuple[str, ...]) -> list[RankedItem]:
    return [RankedItem(name, 1 - 0.01 * i, parallel.get(f"at{i}", ())) for i, name in enumerate(names)]


TWO_PARTS = [
    {"file": "gulls.md", "quote": "The keeper counts gulls", "part": 1},
    {"file": "bread.md", "quote": "面包在夜里烤制", "part": 2},
]


def test_a_result_is_relevant_that_covers_a_quote_and_other_occurrences_are_missing(
    judge: Judge, index: SearchIndex
) -> None:
    morning, evening = (passage(index, "counts gulls", nth=nth) for nth in (0, 1))
    judged = judge(question()).judge("gulls.en", items(passage(index, "面包", "bread.md"), evening))
    assert judged.grades == (None, 1)
    assert judged.missing == (1,), "the morning's"
    both = judge(question()).judge("gulls.en", items(evening, morning))
    assert (both.grades, both.missing) == ((1, 1), ())


def test_a_result_counts_when_a_passage_folded_into_it_covers_the_quote(judge: Judge, index: SearchIndex) -> None:
    """Shown is the bread, with both gulls folded into it: one relevant result, and nothing is missing."""
    folded = tuple(passage(index, "counts gulls", nth=nth) for nth in (0, 1))
    judged = judge(question()).judge("gulls.en", items(passage(index, "面包", "bread.md"), at0=folded))
    assert (judged.grades, judged.missing) == ((1,), ())
    assert measure({"q": judged})["q"]["nDCG@10"] == 1


def test_labels_survive_another_cutting(judge: Judge) -> None:
    """Somebody else's passages: halves of the article, and one that cuts the quote in two."""
    half = GULLS.index("## Evening")
    judged = judge(question()).judge("gulls.en", items(f"gulls.md#0-{half}", f"gulls.md#{half}-{len(GULLS)}"))
    assert (judged.grades, judged.missing) == ((1, 1), ())
    inside = GULLS.index("counts")
    cut = judge(question()).judge("gulls.en", items(f"gulls.md#0-{inside}", f"gulls.md#{inside}-{half}"))
    assert cut.grades == (None, None)
    assert cut.evidence["Evidence@1000"] == 1, "together the two halves show it"


def test_every_part_must_be_shown(judge: Judge, index: SearchIndex) -> None:
    gulls, bread = passage(index, "counts gulls"), passage(index, "面包", "bread.md")
    judgements = judge(question(id="two", evidence=TWO_PARTS))
    one = judgements.judge("two", items(gulls)).evidence
    assert one == {"Evidence@1000": 0.5, "Evidence@2000": 0.5, ALL_EVIDENCE: 0}
    assert judgements.judge("two", items(gulls, bread)).evidence[ALL_EVIDENCE] == 1
    late = [f"gulls.md#{i}-{i + 1}" for i in range(9)]
    assert judgements.judge("two", items(*late, gulls)).evidence[ALL_EVIDENCE] == 0
    assert judgements.judge("two", items(gulls, *late, bread)).evidence[ALL_EVIDENCE] == 0, "eleventh"
    assert ALL_EVIDENCE not in judge(question()).judge("gulls.en", items(gulls)).evidence, "a single part"


def test_only_the_first_characters_count(tmp_path: Path, home: Path, encoder: Encoder, write_questions: Judge) -> None:
    """A passage of 30 characters, then one of 90: the last of 1,000 characters is the 970th of the second.

    Read as places, since no passage is so long: quotes end at 1,000 and at 1,001 characters shown.
    """
    folder = tmp_path / "long"
    folder.mkdir()
    text = "".join(f"{number:09d} " for number in range(300))
    (folder / "n.md").write_text(text, encoding="utf-8")
    build(home, folder, encoder)
    rows = [
        question(id=name, question=name, evidence=[{"file": "n.md", "quote": text[end - 100 : end].strip()}])
        for name, end in (("in", 970), ("out", 1_000))
    ]
    judgements = QuestionSet(write_questions(*rows), folder).judgements(Home(home).open())  # type: ignore[arg-type]
    shown = items("n.md#2900-2930", "n.md#0-2500")
    assert judgements.judge("in", shown).evidence == {"Evidence@1000": 1, "Evidence@2000": 1}
    assert judgements.judge("out", shown).evidence == {"Evidence@1000": 0, "Evidence@2000": 1}


def test_facets_tell_languages_form_parts_and_articles(judge: Judge) -> None:
    rows = [
        question(id="two", evidence=TWO_PARTS),
        question(id="row", pair="r", language="zh", kind="number", split="test", question="鳕鱼多少钱？",
                 evidence=[{"file": "gulls.md", "quote": "7 crowns"}]),
        question(id="hello", pair="h", kind="greeting", question="Hello!", evidence=[]),
    ]  # fmt: skip
    judgements = judge(*rows)
    assert judgements.facets("two") == {
        "languages": ("en→en+zh",), "kind": ("fact",), "split": ("dev",), "form": ("prose",), "parts": ("several",),
        "article": ("bread.md", "gulls.md"),
    }  # fmt: skip
    assert judgements.facets("row") == {
        "languages": ("zh→en",), "kind": ("number",), "split": ("test",), "form": ("table",), "parts": ("one",),
        "article": ("gulls.md",),
    }  # fmt: skip
    assert judgements.facets("hello") == {"kind": ("greeting",), "split": ("dev",)}


def test_a_question_without_evidence_has_no_relevant_results(judge: Judge, index: SearchIndex) -> None:
    judgements = judge(question(), question(id="hello", pair="h", kind="greeting", question="Hello!", evidence=[]))
    assert (judgements.answerable("hello"), judgements.answerable("gulls.en")) == (False, True)
    judged = judgements.judge("hello", items(passage(index, "counts gulls")))
    assert (judged.grades, judged.missing, judged.evidence) == ((0,), (), {})


def test_evidence_is_marked_in_what_readers_see(judge: Judge, index: SearchIndex) -> None:
    """A row reads 'fish: cod …'; the mark is on the value, wherever that stands."""
    judgements = judge(question(id="row", evidence=[{"file": "gulls.md", "quote": "| 7 crowns"}]))
    row = passage(index, "7 crowns")
    text = judgements.extract(row).text
    marks = judgements.marks("row", row)
    assert [span.quote(text) for span in marks] == ["7 crowns"]
    assert judgements.marks("row", passage(index, "面包", "bread.md")) == ()
    assert judgements.extract(row).heading == f"Prices › {row}"
    assert judgements.evidence("row") == ("gulls.md: | 7 crowns",)


def test_a_place_that_is_no_passage_is_read_from_the_article(judge: Judge) -> None:
    judgements = judge(question())
    assert judgements.extract("gulls.md#9-32").text == "The keeper counts gulls"
    assert (judgements.language("gulls.md#9-32"), judgements.language("gone.md#0-1")) == ("en", None)
    assert judgements.marks("gulls.en", "gulls.md#9-50") == (Span(0, 23),)


def test_a_run_over_other_articles_is_an_error(judge: Judge) -> None:
    for look in (judge(question()).extract, partial(judge(question()).marks, "gulls.en")):
        with pytest.raises(UnknownItemError, match=r"ranks 'seals\.md#0-9'.*with an article of the data set"):
            look("seals.md#0-9")
