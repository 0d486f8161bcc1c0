"""Run files as TREC and its tools write them: ``qid Q0 docid rank score tag`` a line."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from eval.dataset import RankedItem, Ranking
from eval.errors import DatasetError
from eval.run import Run

_UNSAFE = re.compile(r"[\s%]")


def save_run(run: Run, path: Path) -> None:
    """Writes a run. White space in ids, which the format cannot hold, is written as in addresses: ``%20``."""
    lines = [
        f"{_escaped(question)} Q0 {_escaped(item.id)} {rank} {item.score:.6f} {_escaped(run.name)}\n"
        for question, ranking in run.rankings.items()
        for rank, item in enumerate(ranking.items, 1)
    ]
    path.write_text("".join(lines), encoding="utf-8")


def load_run(path: Path) -> Run:
    """Reads a run, named by its tag. As in trec_eval scores decide the order, not ranks; here equal scores keep the file's.

    Raises:
        DatasetError: the file cannot be read, a line is not of the format, or an item stands twice.
    """
    rankings: dict[str, dict[str, float]] = {}
    tag = path.stem
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(path, f"cannot be read ({error})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question, _, item, _, score, tag = (unquote(field) for field in line.split())
            value = float(score)
        except ValueError as error:
            raise DatasetError(path, "not 'qid Q0 docid rank score tag'", number) from error
        if item in rankings.setdefault(question, {}):
            raise DatasetError(path, f"{item!r} stands twice for question {question!r}", number)
        rankings[question][item] = value
    if not rankings:
        raise DatasetError(path, "holds no line 'qid Q0 docid rank score tag'")
    return Run(tag, {question: _ranked(scores) for question, scores in rankings.items()})


def _ranked(scores: dict[str, float]) -> Ranking:
    best_first = sorted(scores.items(), key=lambda pair: -pair[1])
    return Ranking(tuple(RankedItem(item, score) for item, score in best_first))


def _escaped(name: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)
