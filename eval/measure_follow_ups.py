"""Measures whether follow-ups are understood: ``python -m eval.measure_follow_ups``. For maintainers only.

Each line of question_sets/follow_ups.jsonl has what was asked before, a follow-up, and the question of the seeds that means
the same in full: what answers that one answers the follow-up.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from rich.console import Console

from eval.dataset import read_jsonl
from eval.evidence import EvidenceJudgements
from eval.places import Place
from eval.question_set import SEEDS, QuestionSet
from index.build import build_index
from index.encoders import load_encoder
from index.store import Home
from rag.answering.follow_up import FollowUps
from rag.answering.types import Turn
from rag.config import SearchConfig
from rag.retriever import Retriever
from rag.types import SearchRequest

FOLLOW_UPS = SEEDS.with_name("follow_ups.jsonl")
_WAYS = ("as asked", "after the question before", "after all before", "as understood")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question in a conversation; ``answers`` is the id of the seeds' question that it stands for."""

    id: str
    split: str
    kind: str
    history: tuple[str, ...]
    question: str
    answers: str


def read_follow_ups(path: Path = FOLLOW_UPS) -> list[FollowUp]:
    """All of a file.

    Raises:
        DatasetError: the file is missing or malformed.
    """
    return [
        FollowUp(row["id"], row["split"], row["kind"], tuple(row["history"]), row["question"], row["answers"])
        for _, row in read_jsonl(path)
    ]


def ways(follow_up: FollowUp, follow_ups: FollowUps) -> Mapping[str, str]:
    """What could be searched for, by name."""
    history, question = follow_up.history, follow_up.question
    understood = follow_ups.resolve(question, [Turn(each, "") for each in history])
    return dict(
        zip(_WAYS, (question, f"{history[-1]} {question}", " ".join((*history, question)), understood), strict=True)
    )


def reciprocal_ranks(articles: Path) -> Iterator[tuple[FollowUp, Mapping[str, float]]]:
    """RR@10 of each way of searching for each follow-up."""
    dataset, encoder = QuestionSet(SEEDS, articles), load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        build_index(home, dataset.sources, encoder)
        index = home.open()
        retriever = Retriever(index, encoder, SearchConfig())
        follow_ups = FollowUps(retriever.subjects, index.tokenizer)
        judgements = dataset.judgements(index)
        for each in read_follow_ups():
            texts = ways(each, follow_ups)
            yield (
                each,
                {way: _reciprocal_rank(retriever, judgements, text, each.answers) for way, text in texts.items()},
            )


def _reciprocal_rank(retriever: Retriever, judgements: EvidenceJudgements, text: str, question_id: str) -> float:
    for result in retriever.search(SearchRequest(text)).results:
        shown = [Place(result.article.id, result.passage.span)]
        shown += [Place(parallel.article_id, parallel.span) for parallel in result.parallel]
        if any(judgements.parts_met(question_id, place) for place in shown):
            return 1 / result.rank
    return 0.0


def main() -> None:
    """Prints a Markdown table."""
    measured = list(reciprocal_ranks(Path("seeds")))
    console = Console()
    console.print(f"| RR@10 | {' | '.join(_WAYS)} | n |\n|{' --- |' * (len(_WAYS) + 2)}")
    for split in ("dev", "test"):
        for kind in (None, "pronoun", "ellipsis", "turns", "new"):
            rows = [ranks for each, ranks in measured if each.split == split and kind in (None, each.kind)]
            figures = " | ".join(f"{mean(ranks[way] for ranks in rows):.3f}" for way in _WAYS)
            console.print(f"| {split}, {kind or 'all'} | {figures} | {len(rows)} |")


if __name__ == "__main__":
    main()
