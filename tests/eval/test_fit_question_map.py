"""What is learnt from questions: the lessons of a data set, and maps that turn questions to where answers lie."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.beir import BeirDataset
from eval.fit_question_map import fit_question_map
from eval.lessons import Collection, Lesson, lessons
from eval.question_set import QuestionSet
from index.encoders import Encoder
from index.reduction import LANGUAGES
from rag.config import LEGS
from tests.eval.conftest import Json, lines, write_beir

pytestmark = pytest.mark.models
"""torch comes with the extra ``models``."""
SIZE = 8


def question(number: int, language: str, text: str, evidence: list[Json]) -> Json:
    return {
        "id": f"q{number}.{language}",
        "pair": f"q{number}",
        "split": "train",
        "language": language,
        "kind": "fact" if evidence else "near_topic",
        "question": text,
        "evidence": evidence,
    }


@pytest.fixture
def harbour(tmp_path: Path) -> QuestionSet:
    """Articles in both languages: one question that both answer, and one that neither does."""
    articles = tmp_path / "harbour"
    articles.mkdir()
    (articles / "zh.txt").write_text("灯塔看守人每天早上数海鸥。昨天有一百二十只。", encoding="utf-8")
    (articles / "en.txt").write_text(
        "The keeper counts gulls each morning. There were 120 yesterday.", encoding="utf-8"
    )
    quotes = [("zh.txt", "昨天有一百二十只"), ("en.txt", "There were 120 yesterday")]
    evidence: list[Json] = [{"file": file, "quote": quote, "part": 1} for file, quote in quotes]
    path = tmp_path / "harbour.jsonl"
    rows = [question(1, "zh", "那天鸟有几只？", evidence), question(2, "en", "How old is he?", [])]
    path.write_text(lines(rows), encoding="utf-8")
    return QuestionSet(path, articles)


def test_a_question_is_a_lesson_in_each_language_that_answers(harbour: QuestionSet, encoder: Encoder) -> None:
    chinese, english = lessons(harbour, encoder)
    assert (chinese.asked, chinese.passages, english.asked, english.passages) == ("zh", "zh", "zh", "en")
    for lesson in (chinese, english):
        assert lesson.vector == pytest.approx(encoder.encode_queries(["那天鸟有几只？"])[0], abs=1e-6), "not turned"
        assert lesson.legs.shape == (len(lesson.rows), len(LEGS))
        assert lesson.answers.any()
        [row] = lesson.rows[lesson.answers]
        start, end = lesson.collection.starts[row : row + 2]
        assert lesson.evidence.tolist() == [end - 1], "the last of two sentences"
        assert end - start == 2


def test_of_a_large_set_only_some_questions_take_part(tmp_path: Path, encoder: Encoder) -> None:
    data = BeirDataset(write_beir(tmp_path / "data"))
    assert len(lessons(data, encoder)) == 3
    some = lessons(data, encoder, most=2)
    assert len(some) == 2
    assert not any(len(lesson.evidence) for lesson in some), "only documents were judged"


def drawn(n: int) -> list[Lesson]:
    """Questions along one axis whose answers lie along the next one; the legs know nothing of it."""
    random = np.random.default_rng(0)
    answers_at = np.roll(np.eye(SIZE, dtype=np.float32), 1, axis=1)
    collection = Collection(answers_at, answers_at, np.arange(SIZE + 1))
    made = []
    for _ in range(n):
        axis = int(random.integers(SIZE))
        answers = np.arange(SIZE) == axis
        vector = np.eye(SIZE, dtype=np.float32)[axis]
        legs = np.zeros((SIZE, len(LEGS)), np.float32)
        rows = np.arange(SIZE)
        made.append(Lesson(collection, vector, "zh", "en", rows, legs, answers, np.flatnonzero(answers)))
    return made


def test_the_map_turns_questions_to_where_their_answers_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.fit_question_map._RATE", 5e-3)  # for few lessons
    learnt = fit_question_map(drawn(400))
    assert set(learnt.maps) == {(asked, passages) for asked in LANGUAGES for passages in LANGUAGES}
    for axis in range(SIZE):
        question = np.eye(SIZE, dtype=np.float32)[[axis]]
        turned = learnt.turn(question, "zh", "en")[0]
        answer = np.roll(question, 1, axis=1)[0]
        others = np.delete(turned, (axis, int(answer.argmax())))
        assert turned @ answer > max(others.max() + 0.02, question[0] @ answer)
    assert not np.any(learnt.maps["en", "zh"]), "nothing was asked in English"


def test_the_same_lessons_give_the_same_map() -> None:
    one, other = (json.dumps(fit_question_map(drawn(64)).maps["zh", "en"].tolist()) for _ in range(2))
    assert one == other


def test_without_lessons_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="give other data"):
        fit_question_map([])
