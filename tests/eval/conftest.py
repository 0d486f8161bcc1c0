"""Small data sets."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.encoders import TokenVectors
from index.encoders.bundled import BundledEncoder
from index.spans import Span
from tests.conftest import share_jieba

Json = dict[str, Any]

CORPUS: list[Json] = [
    {"_id": "gulls", "title": "Gulls", "text": "The lighthouse keeper counts gulls every morning."},
    {"_id": "bread", "title": "Bread", "text": "Bread is baked at night, when the ovens are hot."},
    {"_id": "tides", "title": "", "text": "The tide turns twice a day because of the moon."},
    {"_id": "tea", "text": "Tea was first grown in Yunnan, in the mountains."},
]
QUERIES: list[Json] = [
    {"_id": "q1", "text": "Who counts the gulls?"},
    {"_id": "q2", "text": "When is bread baked?"},
    {"_id": "q3", "text": "Why does the tide turn?"},
    {"_id": "unjudged", "text": "Where was tea first grown?"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\tgulls\t1\nq2\tbread\t2\nq2\ttea\t0\nq3\ttides\t1\n"


def lines(rows: list[Json]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def write_beir(
    folder: Path, corpus: list[Json] = CORPUS, queries: list[Json] = QUERIES, qrels: str = QRELS, packed: bool = False
) -> Path:
    """A folder in BEIR format."""
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        if packed:
            (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines(rows).encode()))
        else:
            (folder / f"{name}.jsonl").write_text(lines(rows), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """The small BEIR folder."""
    return write_beir(tmp_path / "harbour")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an index may be built."""
    return tmp_path / "home"


def question(**changes: object) -> Json:
    """A line of a question set."""
    row: Json = {
        "id": "gulls.en", "pair": "gulls", "split": "dev", "language": "en", "kind": "fact", "question": "Who counts gulls?",
        "evidence": [{"file": "gulls.md", "quote": "The keeper counts gulls", "part": 1}],
    }  # fmt: skip
    return {**row, **changes}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Two English articles; the first says one thing twice."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "gulls.md").write_text(
        "# Gulls\n\nThe keeper counts gulls. He is old.\n\n## Evening\n\nThe keeper counts gulls. Then he sleeps.\n",
        encoding="utf-8",
    )
    (folder / "bread.md").write_text("# Bread\n\nBread is baked at night.\n", encoding="utf-8")
    return folder


@pytest.fixture
def write_questions(tmp_path: Path) -> Callable[..., Path]:
    """Writes a question set; what is a string is a line as it is."""

    def write(*rows: Json | str) -> Path:
        path = tmp_path / "questions.jsonl"
        path.write_text("".join(row if isinstance(row, str) else lines([row]) for row in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def _one_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    share_jieba(monkeypatch)


@pytest.fixture(scope="module")
def questions_encoded_once() -> Iterator[None]:
    """Where the same questions are asked again and again, of one fault after the other."""
    encode = BundledEncoder.encode_tokens
    known: dict[str, list[TokenVectors]] = {}

    def remember(
        self: BundledEncoder, texts: Sequence[str], *, queries: bool = False, parts: Sequence[Sequence[Span]] = ()
    ) -> list[TokenVectors]:
        if not queries or len(texts) != 1:
            return encode(self, texts, queries=queries, parts=parts)
        if texts[0] not in known:
            known[texts[0]] = encode(self, texts, queries=True)
        return known[texts[0]]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BundledEncoder, "encode_tokens", remember)
        yield
