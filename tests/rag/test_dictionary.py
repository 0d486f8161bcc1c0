"""Translations of single words and phrases."""

from __future__ import annotations

import re

import pytest

from index.errors import GlossaryError
from rag.dictionary import Dictionary, normalise_english

NAMES = [("谷歌", "Google"), ("英伟达", "Nvidia"), ("红杉", "Sequoia"), ("百度", "Baidu"), ("微软", "Microsoft")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Language Models", "language model"),
        ("  the   TRAINING, cost! ", "the train cost"),
        ("GPT-3", "gpt 3"),
        ("谷歌", ""),
        ("", ""),
    ],
)
def test_english_is_compared_in_small_letters_and_stemmed(text: str, expected: str) -> None:
    assert normalise_english(text) == re.sub(r"\blanguage\b", normalise_english("language"), expected)


@pytest.mark.parametrize(("chinese", "english"), NAMES)
def test_proper_names_are_known_both_ways(dictionary: Dictionary, chinese: str, english: str) -> None:
    assert normalise_english(english) in dictionary.translate(chinese)
    assert chinese in dictionary.translate(normalise_english(english))


@pytest.mark.parametrize(
    ("word", "translation"),
    [("训练", "train"), ("train", "训练"), ("成本", "cost"), ("cost", "成本"), ("模型", "model")],
)
def test_common_words_are_known_both_ways(dictionary: Dictionary, word: str, translation: str) -> None:
    assert translation in dictionary.translate(word)


@pytest.mark.parametrize("word", ["训练", "cost", "model", "谷歌", "红杉", "run", "打"])
def test_weights_lie_between_0_and_1_and_the_likeliest_has_1(dictionary: Dictionary, word: str) -> None:
    weights = list(dictionary.translate(word).values())
    assert weights == sorted(weights, reverse=True)
    assert max(weights) == 1
    assert min(weights) > 0


@pytest.mark.parametrize("word", ["zzqx", "", "42", "2020", "' OR 1=1 --", "\0", "盗梦师傅傅"])
def test_what_is_no_word_has_no_translation(dictionary: Dictionary, word: str) -> None:
    assert dictionary.translate(word) == {}


def test_a_users_glossary_adds_both_ways_and_takes_nothing_away(dictionary: Dictionary) -> None:
    own = Dictionary("云顶雪芽,Cloudtop Bud|Snow Bud tea\n训练,zzqx")
    assert set(own.translate("云顶雪芽")) == {normalise_english("Cloudtop Bud"), normalise_english("Snow Bud tea")}
    assert own.translate(normalise_english("cloudtop bud")) == {"云顶雪芽": 1.0}
    assert own.translate("训练") == {"zzqx": 1.0, **dictionary.translate("训练")}
    assert own.translate("成本") == dictionary.translate("成本")
    assert dictionary.translate("云顶雪芽") == {}


def test_a_glossary_may_have_a_header_and_empty_lines() -> None:
    assert Dictionary("term,translations\n\n云顶雪芽,zzqx\n").translate("云顶雪芽") == {"zzqx": 1.0}


@pytest.mark.parametrize(
    ("glossary", "line"),
    [("谷歌", 1), ("谷歌,Google\n百度", 2), ("谷歌,", 1), (",Google", 1), ("谷歌,|", 1), ("a,b,c", 1)],
)
def test_a_bad_glossary_is_an_error_that_names_the_line(glossary: str, line: int) -> None:
    with pytest.raises(GlossaryError, match=rf"glossary line {line}: .*each line is: term,translation\|translation"):
        Dictionary(glossary)
