"""Checks a question set as its author would want it checked: every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import parse_object, read_lines
from eval.errors import DatasetError
from eval.question_set import Question, question_of, stale_quotes
from index.reading import decode, find_files, read_file

UNANSWERABLE = ("near_topic", "off_topic", "greeting")
"""The kinds of questions that the articles do not answer."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong with a line."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check."""

    questions: int
    problems: tuple[Problem, ...]


def check_question_set(path: Path, articles: Path) -> Checked:
    """Looks for lines that are no questions, stale quotes, gaps between parts, repetitions, and twins that differ.

    Raises:
        DatasetError: the file cannot be read.
        SearchIndexError: the articles cannot.
    """
    texts = {file: decode(read_file(file, at).data, file) for file, at in find_files([articles]).items()}
    questions: dict[int, Question] = {}
    problems = []
    for line, text in read_lines(path):
        try:
            questions[line] = question_of(path, line, parse_object(path, line, text))
        except DatasetError as error:
            problems.append(Problem(line, error.reason))
    for line, question in questions.items():
        problems += [Problem(line, message) for message in _own_problems(question)]
        problems += [Problem(line, f"stale quote, not in its file: {quote}") for quote in stale_quotes(question, texts)]
    problems += _problems_between(questions)
    return Checked(len(questions), tuple(sorted(problems)))


def _own_problems(question: Question) -> Iterator[str]:
    parts = sorted({e.part for e in question.evidence})
    if parts != list(range(1, len(parts) + 1)):
        yield f"parts {', '.join(map(str, parts))}: number them 1, 2, … without gaps"
    if bool(question.evidence) == (question.kind in UNANSWERABLE):
        yield (
            f"kind {question.kind!r} with {len(question.evidence)} quotes: "
            f"a question has evidence or is one of {', '.join(UNANSWERABLE)}"
        )
    for e in question.evidence:
        if "\n" in e.quote.strip() or e.quote != e.quote.strip():
            yield f"quote over several lines, or with white space around it: {e.quote!r}"


def _problems_between(questions: dict[int, Question]) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for line, question in questions.items():
        for name, value in (("id", question.id), ("question", question.text)):
            if (before := first.setdefault((name, value), line)) != line:
                yield Problem(line, f"{name} {value!r} stands on line {before} already")
    twins: dict[str, list[tuple[int, Question]]] = {}
    for line, question in questions.items():
        twins.setdefault(question.pair, []).append((line, question))
    for group in twins.values():
        yield from _problems_of_twins(group)


def _problems_of_twins(group: Sequence[tuple[int, Question]]) -> Iterator[Problem]:
    first_line, first = group[0]
    for line, question in group[1:]:
        same = {
            "split": question.split == first.split,
            "kind": question.kind == first.kind,
            "evidence": set(question.evidence) == set(first.evidence),
        }
        for name in (name for name, equal in same.items() if not equal):
            yield Problem(line, f"{name} differs from line {first_line}, which asks the same (pair {first.pair!r})")
        if question.language == first.language:
            yield Problem(line, f"the same language as line {first_line}, which asks the same (pair {first.pair!r})")
