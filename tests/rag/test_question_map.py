"""Turning questions towards answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoders import BUNDLED, Encoder
from index.reduction import LANGUAGES
from rag.question_map import QuestionMap
from tests.conftest import ROOT

ALONG = np.array([[1, 0, 0]], np.float32)


def test_the_turned_vector_is_the_sum_of_itself_and_its_image_at_unit_length() -> None:
    image = np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]], np.float32)
    turned = QuestionMap({("zh", "en"): image}).turn(ALONG, "zh", "en")
    assert turned == pytest.approx(np.array([[0.5**0.5, 0.5**0.5, 0]]))
    assert turned.dtype == np.float32


def test_a_pair_that_nothing_was_learnt_for_is_left_alone() -> None:
    learnt = QuestionMap({("zh", "en"): np.ones((3, 3), np.float32)})
    assert learnt.turn(ALONG, "en", "zh") is ALONG
    assert QuestionMap().turn(ALONG, "zh", "en") is ALONG


def test_saved_and_loaded_it_turns_alike(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    learnt = QuestionMap({("zh", "zh"): random.normal(size=(3, 3)).astype(np.float32)})
    learnt.save(tmp_path / "map.npz")
    loaded = QuestionMap.load(tmp_path / "map.npz")
    assert loaded.maps.keys() == learnt.maps.keys()
    assert loaded.turn(ALONG, "zh", "zh") == pytest.approx(learnt.turn(ALONG, "zh", "zh"), abs=1e-3)


def test_what_ships_is_for_every_pair_of_languages_and_for_the_bundled_encoder_alone(encoder: Encoder) -> None:
    shipped = QuestionMap.shipped(BUNDLED)
    assert set(shipped.maps) == {(asked, passages) for asked in LANGUAGES for passages in LANGUAGES}
    assert {each.shape for each in shipped.maps.values()} == {(encoder.dimensions, encoder.dimensions)}
    assert QuestionMap.shipped("BAAI/bge-m3").maps == {}
    assert (ROOT / "rag" / "data" / "question_map.npz").stat().st_size < 5e6


def test_what_ships_brings_a_question_nearer_to_an_answer_in_other_words(encoder: Encoder) -> None:
    """The question is not one of those that the map was learnt from; the second sentence shares more words with it."""
    question, answer, trap = encoder.encode_queries(
        ["小扎那家公司亏了多少？", "Meta 今年净亏损达四十亿美元。", "小扎那家公司在加州，他多少岁？"]
    )
    turned = QuestionMap.shipped(BUNDLED).turn(question[None], "zh", "zh")[0]
    assert turned @ answer - turned @ trap > question @ answer - question @ trap + 0.05
