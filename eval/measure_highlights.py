"""Measures highlights across languages: ``python -m eval.measure_highlights ASKED PARALLEL``. For maintainers only.

ASKED is a folder in BEIR format whose questions and texts are in different languages, PARALLEL one with the same questions in
the language of the texts. A highlighted word counts as right if the parallel question has it: a lower bound, since a
translation may use other words.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from eval.beir import BeirDataset
from index.build import build_index
from index.encoders import load_encoder
from index.store import Home, SearchIndex
from rag.config import SearchConfig
from rag.matching import Matcher
from rag.retriever import Retriever

_THRESHOLDS = (0.0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
_LOWEST = -1.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """A match of one word of a question with a word of the passage that answers."""

    likeness: float
    right: bool


def judge_highlights(asked: BeirDataset, parallel: BeirDataset) -> list[Judgement]:
    """Every word of every question with its nearest in each passage of the text that answers."""
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        build_index(home, asked.sources, encoder)
        index = home.open()
        retriever = Retriever(index, encoder, SearchConfig())
        return list(_judge(asked, parallel, index, retriever, Matcher(index, encoder, _LOWEST)))


def _judge(
    asked: BeirDataset, parallel: BeirDataset, index: SearchIndex, retriever: Retriever, matcher: Matcher
) -> Iterator[Judgement]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, article in enumerate(index.columns.articles.tolist()):
        rows[index.columns.article_ids[article]].append(row)
    told = {question.id: question.text.lower() for question in parallel.questions}
    qrels = asked.qrels(index)
    for each in asked.questions:
        question = retriever.question(each.text)
        answering = np.array(sorted(row for document in qrels[each.id] for row in rows[document]))
        meeting = question.meet(answering)
        assert meeting is not None, "the bundled encoder has token vectors"
        for row in answering.tolist():
            found = index.database.article(index.database.passage(row).article_id)
            assert found is not None, "every passage belongs to an article"
            for match in matcher.match(question, (meeting,), row).matches:
                word = match.span.quote(found[0].text).lower()
                if match.token.lower() != word:  # the same letters are found without vectors
                    yield Judgement(match.likeness, word in told[each.id])


def main(asked: Path, parallel: Path) -> None:
    """Prints a Markdown table."""
    judged = judge_highlights(BeirDataset(asked), BeirDataset(parallel))
    likeness = np.array([each.likeness for each in judged])
    right = np.array([each.right for each in judged])
    console = Console()
    console.print("| likeness from | right, at least | of all right ones | shown |\n| --- | --- | --- | --- |")
    for threshold in _THRESHOLDS:
        shown = likeness >= threshold
        share = (shown & right).sum() / right.sum()
        console.print(f"| {threshold:.2f} | {right[shown].mean():.2f} | {share:.2f} | {shown.mean():.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
