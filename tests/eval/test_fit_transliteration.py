"""What the transliteration model learns, from pairs whose answer is known."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from eval.fit_transliteration import _SURE, Pair, _best, fit_emissions, name_characters, read_pairs, readings
from index.transliteration import LONGEST_NAME, LONGEST_WORD

SOUNDS = {"甲": "ka", "乙": "lo", "丙": "mi", "丁": "s"}
SYLLABLES = {"甲": "jia", "乙": "yi", "丙": "bing", "丁": "ding"}


def transcribed(characters: str) -> Pair:
    return Pair(characters, tuple(SYLLABLES[each] for each in characters), "".join(SOUNDS[each] for each in characters))


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Transcriptions of two to four characters, and two words that are none."""
    random = np.random.default_rng(0)
    drawn = ("".join(random.choice(list(SOUNDS), random.integers(2, 5))) for _ in range(200))
    translations = [Pair("甲乙", ("jia", "yi"), "milosa"), Pair("丙丁", ("bing", "ding"), "kalolo")]
    return [transcribed(characters) for characters in drawn] + translations


@pytest.fixture(scope="module")
def letters(pairs: list[Pair]) -> dict[str, float]:
    counts = Counter("".join(pair.word for pair in pairs))
    return {letter: math.log(count / counts.total()) for letter, count in counts.items()}


@pytest.fixture(scope="module")
def dictionary_pairs() -> list[Pair]:
    return read_pairs()


def test_each_syllable_learns_the_letters_it_stands_for(pairs: list[Pair], letters: dict[str, float]) -> None:
    table = fit_emissions(pairs, letters)
    for character, sound in SOUNDS.items():
        assert table[SYLLABLES[character]][sound] > 0.9
        assert 0.9 < sum(table[SYLLABLES[character]].values()) <= 1 + 1e-9


def test_transcriptions_are_told_from_translations(pairs: list[Pair], letters: dict[str, float]) -> None:
    table = fit_emissions(pairs, letters)
    scores = {pair: _best(pair, table, letters) for pair in pairs}
    worst = min(scores[pair] for pair in pairs[:-2])
    assert worst > _SURE
    assert worst > max(scores[pair] for pair in pairs[-2:]) + 0.1


def test_fitting_twice_gives_the_same(pairs: list[Pair], letters: dict[str, float]) -> None:
    assert fit_emissions(pairs[:40], letters) == fit_emissions(pairs[:40], letters)


def test_the_dictionary_gives_names_and_few_that_are_spelt_in_pinyin(dictionary_pairs: list[Pair]) -> None:
    words = {pair.characters: pair.word for pair in dictionary_pairs}
    assert words["克莱斯勒"] == "chrysler"
    assert len(dictionary_pairs) > 5_000
    pinyin = [pair for pair in dictionary_pairs if pair.pinyin]
    assert 0 < len(pinyin) < len(dictionary_pairs) / 2
    for pair in dictionary_pairs:
        assert 2 <= len(pair.characters) == len(pair.syllables) <= LONGEST_NAME
        assert 3 <= len(pair.word) <= LONGEST_WORD


def test_the_names_of_the_tests_were_not_learnt_by_heart(dictionary_pairs: list[Pair]) -> None:
    known = {pair.word for pair in dictionary_pairs} | {pair.characters for pair in dictionary_pairs}
    assert not known & {"mackinder", "yosemite", "huguenot", "麦金德", "约塞米蒂", "胡格诺"}


def test_a_character_is_read_as_in_names_where_it_has_several_readings(dictionary_pairs: list[Pair]) -> None:
    read = readings(dictionary_pairs)
    assert (read["斯"], read["克"], read["德"]) == ("si", "ke", "de")
    assert read["什"] == "shi", "not shen as in 什么"


def test_characters_of_names_are_not_those_of_running_text(dictionary_pairs: list[Pair]) -> None:
    characters = name_characters([pair for pair in dictionary_pairs if not pair.pinyin])
    assert set("斯克德尔") <= set(characters)
    assert not set("的是我们今天") & set(characters)
    assert len(characters) == len(set(characters))
