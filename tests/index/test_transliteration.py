"""Names by their sound, against a recursion that says what a likelihood is, and on names that no dictionary has."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
import pytest

from index.encoders.vocabulary import load_vocabulary
from index.transliteration import (
    _EDGE,
    _EDGES,
    _UNSEEN,
    _UNSEEN_LETTER,
    LONGEST_CHUNK,
    LONGEST_NAME,
    LONGEST_WORD,
    SHORTEST_WORD,
    Transliteration,
    latin_letters,
)

READINGS = {"甲": "jia", "乙": "yi", "丙": "bing", "丁": "ding"}
NAMES = [
    ("麦金德", "mackinder"),
    ("约塞米蒂", "yosemite"),
    ("胡格诺", "huguenot"),
    ("马斯克", "musk"),
    ("马尔萨斯", "malthus"),
    ("哈耶克", "hayek"),
    ("布罗代尔", "braudel"),
    ("巴斯克维尔", "baskerville"),
    ("克莱斯勒", "chrysler"),
]


@pytest.fixture(scope="module")
def shipped() -> Transliteration:
    return Transliteration.shipped()


# -- the likelihood ----------------------------------------------------------------------------------------------------


class Toy:
    """A model of four characters and two letters, with its likelihood as a recursion."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        chunks = ["".join(letters) for k in range(4) for letters in product("ab", repeat=k)]
        self.emissions = {
            syllable: {chunk: float(random.uniform(-6, -0.5)) for chunk in random.choice(chunks, 6, replace=False)}
            for syllable in ("jia", "yi", "bing")  # what "ding" stands for was never seen
        }
        self.letters = dict(zip("ab", np.log([0.7, 0.3]).tolist(), strict=True))
        self.model = Transliteration(READINGS, "".join(READINGS), self.emissions, self.letters)

    def emission(self, character: str, chunk: str) -> float:
        seen = self.emissions.get(READINGS[character], {})
        return seen.get(chunk, _UNSEEN + _UNSEEN_LETTER * len(chunk))

    def spelt(self, name: str, word: str) -> float:
        """The best way to divide a word among all the characters of a name."""
        if not name:
            return 0.0 if not word else -math.inf
        ways = range(min(LONGEST_CHUNK, len(word)) + 1)
        return max(self.emission(name[0], word[:k]) + self.spelt(name[1:], word[k:]) for k in ways)

    def likelihood(self, name: str, word: str) -> float:
        """The best part of the name, less what is left out at its ends, compared with chance."""
        parts = [(start, end) for start in range(len(name)) for end in range(start + 1, len(name) + 1)]
        best = max(
            self.spelt(name[start:end], word) - _EDGE * (min(start, _EDGES) + min(len(name) - end, _EDGES))
            for start, end in parts
        )
        return max(best - sum(self.letters[letter] for letter in word), -1e9)

    def found(self, names: Sequence[str], words: Sequence[str]) -> np.ndarray:
        return self.model.likelihoods(self.model.transcriptions(names), self.model.spellings(words))


def cases(seed: int, count: int) -> tuple[list[str], list[str]]:
    random = np.random.default_rng(100 + seed)
    names = ["".join(random.choice(list(READINGS), random.integers(1, LONGEST_NAME + 1))) for _ in range(count)]
    words = ["".join(random.choice(["a", "b"], random.integers(SHORTEST_WORD, 9))) for _ in range(count)]
    return names, words


def test_an_example_worked_by_hand():
    """甲 is certainly "ab" and 乙 half the time "a"; by chance each letter is as likely as the other."""
    half = math.log(0.5)
    emissions = {"jia": {"ab": 0.0}, "yi": {"a": half}}
    model = Transliteration(READINGS, "甲乙", emissions, {"a": half, "b": half})
    word = model.spellings(["aba"])

    def found(name: str) -> float:
        return float(model.likelihoods(model.transcriptions([name]), word)[0])

    assert found("甲乙") == pytest.approx(half - 3 * half)
    assert found("甲乙丙") == pytest.approx(half - _EDGE - 3 * half), "the last character left out"
    assert found("丁甲乙丙") == pytest.approx(half - 2 * _EDGE - 3 * half)
    assert found("甲") == pytest.approx(_UNSEEN + 3 * _UNSEEN_LETTER - 3 * half), "three letters it never stood for"


@pytest.mark.parametrize("seed", range(6))
def test_the_likelihood_is_the_best_of_all_ways_to_divide_the_word(seed: int):
    toy, (names, words) = Toy(seed), cases(seed, 12)
    assert toy.found(names, words) == pytest.approx(list(map(toy.likelihood, names, words)), abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_one_with_many_and_many_with_one_are_pairs_of_one_with_one(seed: int):
    toy, (names, words) = Toy(seed), cases(seed, 9)
    table = np.array([[toy.found([name], [word])[0] for word in words] for name in names])
    for i in range(9):
        assert toy.found([names[i]], words) == pytest.approx(table[i], abs=1e-4)
        assert toy.found(names, [words[i]]) == pytest.approx(table[:, i], abs=1e-4)
    assert toy.found(names, words) == pytest.approx(np.diag(table), abs=1e-4)
    assert np.ptp(table) > 5


def test_longest_and_shortest_names_and_words_fit():
    toy = Toy(1)
    names, words = ["甲", "乙" * LONGEST_NAME], ["abab", "ab" * (LONGEST_WORD // 2)]
    assert toy.found(names, words) == pytest.approx(list(map(toy.likelihood, names, words)), abs=1e-3)
    assert toy.found([], []).shape == (0,)


# -- the model that ships ----------------------------------------------------------------------------------------------


@cache
def random_words() -> tuple[str, ...]:
    """Two thousand pieces of words in sixteen languages."""
    vocabulary = load_vocabulary()
    pieces = (vocabulary.id_to_piece(i).lstrip("▁") for i in range(vocabulary.get_piece_size()))
    fitting = sorted({piece.lower() for piece in pieces if re.fullmatch("[A-Za-z]{4,14}", piece)})
    return tuple(np.random.default_rng(0).choice(fitting, 2_000, replace=False).tolist())


@pytest.mark.parametrize(("name", "word"), NAMES)
def test_a_name_is_likelier_than_almost_every_random_word(shipped: Transliteration, name: str, word: str):
    others = [each for each in random_words() if each != word]
    scores = shipped.likelihoods(shipped.transcriptions([name]), shipped.spellings([word, *others]))
    assert scores[0] > 5, "nats above chance"
    assert (scores[1:] < scores[0]).mean() > 0.998


@pytest.mark.parametrize(("name", "word"), NAMES)
def test_its_transcription_is_likelier_than_almost_every_random_one(shipped: Transliteration, name: str, word: str):
    characters = sorted({character for each, _ in NAMES for character in each})
    random = np.random.default_rng(1)
    others = ["".join(random.choice(characters, random.integers(2, 6))) for _ in range(2_000)]
    others = [each for each in others if name not in each]
    scores = shipped.likelihoods(shipped.transcriptions([name, *others]), shipped.spellings([word]))
    assert (scores[1:] < scores[0]).mean() > 0.99


def test_characters_around_a_name_cost_little(shipped: Transliteration):
    word = shipped.spellings(["mackinder"])
    alone, before, after, other = shipped.likelihoods(
        shipped.transcriptions(["麦金德", "克麦金德", "麦金德提", "西湖"]), word
    )
    assert alone - 2 < before < alone
    assert alone - 2 < after < alone
    assert other < 0


def test_names_are_found_in_running_text(shipped: Transliteration):
    assert shipped.find_names("在麦金德的书里，约塞米蒂是公园。") == ["麦金德", "约塞米蒂"]
    assert shipped.find_names("我们在西湖边散步，今天天气很好。Mackinder, 2022") == []
    assert [len(run) for run in shipped.find_names("斯" * 11)] == [LONGEST_NAME, 3]
    assert shipped.is_name("麦金德")
    assert not any(map(shipped.is_name, ["德", "麦金德的", "斯" * 9, "", "mackinder"]))


def test_every_character_of_names_has_a_reading(shipped: Transliteration):
    characters = shipped._names.pattern.partition("[")[2].partition("]")[0]
    assert len(characters) > 200
    assert set(characters) <= set(shipped._readings)


# -- letters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "letters"),
    [("Mackinder", "mackinder"), ("Müller", "muller"), ("O'Brien", "obrien"), ("GPT-3", "gpt"), ("茶", ""), ("", "")],
)
def test_words_are_reduced_to_the_letters_a_to_z(word: str, letters: str):
    assert latin_letters(word) == letters
