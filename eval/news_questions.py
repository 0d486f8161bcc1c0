"""Lays out the questions about news as question sets with their articles: ``python -m eval.news_questions NEWS FOLDER``.

``question_sets/news.jsonl`` holds what was written about 1,280 articles of the CRUD-RAG news (Lyu et al. 2024): for each
an English telling, questions in both languages with where both texts answer, and questions that neither does. The
articles themselves are not ours to ship; NEWS is a folder with their ``corpus.jsonl`` or ``corpus.jsonl.gz``. Every theme
becomes a question set of its own, THEME.jsonl, with the articles in the folder THEME beside it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.beir import read_texts
from eval.dataset import read_jsonl
from eval.errors import DatasetError

WRITTEN = Path("eval/question_sets/news.jsonl")
_DIGEST = 16


def lay_out(news: Path, folder: Path, written: Path = WRITTEN) -> list[Path]:
    """Writes a question set for every theme, and says where.

    Raises:
        DatasetError: an article is missing or is not the one that was written about.
    """
    texts = read_texts(news)
    themes: dict[str, list[dict[str, Any]]] = {}
    for line, row in read_jsonl(written):
        name = row["article"]
        if name not in texts or _digest(texts[name]) != row["sha256"]:
            raise DatasetError(written, f"{news} does not hold the article {name} that this is about", line)
        themes.setdefault(row["theme"], []).append(row)
    return [_write(folder / theme, rows, texts) for theme, rows in themes.items()]


def _write(articles: Path, rows: list[dict[str, Any]], texts: Mapping[str, str]) -> Path:
    articles.mkdir(parents=True, exist_ok=True)
    path = articles.with_suffix(".jsonl")
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            tellings = {f"{row['article']}.txt": texts[row["article"]], f"{row['article']}.en.txt": row["english"]}
            for name, text in tellings.items():
                (articles / name).write_text(text, encoding="utf-8", newline="")
            file.writelines(json.dumps(question, ensure_ascii=False) + "\n" for question in _questions(row, tellings))
    return path


def _questions(row: Mapping[str, Any], tellings: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Lines as ``question_sets/schema.json`` has them; both tellings answer, each where it says so."""
    for number, need in enumerate([*row["needs"], *row["traps"]]):
        places = zip(tellings.items(), (need.get("zh_at"), need.get("en_at")), strict=True)
        evidence = [{"file": name, "quote": text[at[0] : at[1]], "part": 1} for (name, text), at in places if at]
        pair = f"{row['article']}-{number}"
        for language in ("zh", "en"):
            yield {
                "id": f"{pair}.{language}",
                "pair": pair,
                "split": "train",
                "language": language,
                "kind": "fact" if evidence else "near_topic",
                "question": need[language],
                "evidence": evidence,
            }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in lay_out(Path(sys.argv[1]), Path(sys.argv[2])))
