"""What words mean, for readers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from index.tokens import Tokenizer
from rag.compile_glosses import clean
from rag.dictionary import Dictionary
from rag.engine import Engine
from rag.errors import InvalidParameterError
from rag.gloss import COMPILED, LONGEST_WORD, MOST_TRANSLATIONS, Gloss, Glosser

OWN = "云顶雪芽,Cloudtop Bud|Snow Bud tea\n苹果,Zzqx Corporation\n"
Ask = Callable[[str], Gloss]


@pytest.fixture(scope="module")
def ask(dictionary: Dictionary) -> Ask:
    """What ships."""
    return Glosser(dictionary, Tokenizer()).gloss


def terms(gloss: Gloss) -> list[str]:
    return [entry.term for entry in gloss.entries]


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("模型", "model"),
        ("训练", "to train"),
        ("成本", "(manufacturing, production etc) costs"),
        ("大语言模型", "large language model"),
    ],
)
def test_a_chinese_word_is_told_in_the_dictionarys_own_words(ask: Ask, word: str, meaning: str) -> None:
    gloss = ask(word)
    assert (gloss.word, gloss.language, terms(gloss)) == (word, "zh", [word])
    assert meaning in gloss.entries[0].translations


@pytest.mark.parametrize(
    ("word", "chinese"), [("model", "模型"), ("Models", "模型"), ("cost", "成本"), ("Nvidia", "英伟达")]
)
def test_an_english_word_is_told_in_chinese(ask: Ask, word: str, chinese: str) -> None:
    gloss = ask(word)
    assert (gloss.language, terms(gloss)) == ("en", [word])
    assert chinese in gloss.entries[0].translations


@pytest.mark.parametrize("word", ["蘋果", "苹果", " 苹果\n"])
def test_traditional_characters_are_read_as_simplified_ones(ask: Ask, word: str) -> None:
    assert terms(ask(word)) == [word.strip()]
    assert "apple" in ask(word).entries[0].translations


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("大语言模型训练", ["大语言模型", "训练"]),
        ("训练，模型，训练", ["训练", "模型"]),
        ("盗梦师", ["盗", "梦", "师"]),
        ("GPT模型zzqx", ["模型"]),
        ("“模型”", ["模型"]),
        ('"<cost>"', ["cost"]),
        ("the cost of training", ["cost", "training"]),
        ("large language model training", ["large language model", "training"]),
    ],
)
def test_what_is_unknown_is_read_in_the_longest_known_words(ask: Ask, word: str, parts: list[str]) -> None:
    assert terms(ask(word)) == parts


@pytest.mark.parametrize(
    "word", ["zzqx", "42", "🍵", "。", "' OR 1=1 --zzqx", "\0", "𪚥", "\u202e", "x" * LONGEST_WORD]
)
def test_what_nobody_knows_has_no_entries(ask: Ask, word: str) -> None:
    assert terms(ask(word)) == []


@pytest.mark.parametrize("word", ["", "  \n", "字" * (LONGEST_WORD + 1), "x" * 10_000])
def test_only_1_to_40_characters_are_a_word(ask: Ask, word: str) -> None:
    with pytest.raises(InvalidParameterError, match="give a word of 1 to 40 characters"):
        ask(word)


def test_white_space_around_a_word_does_not_count(ask: Ask) -> None:
    assert ask(f"  {'字' * LONGEST_WORD}  ").word == "字" * LONGEST_WORD


def test_a_users_glossary_comes_first_both_ways(dictionary: Dictionary) -> None:
    own = Glosser(dictionary, Tokenizer(glossary=OWN), OWN).gloss
    assert own("云顶雪芽").entries[0].translations == ("Cloudtop Bud", "Snow Bud tea")
    assert own("snow bud tea").entries[0].translations == ("云顶雪芽",)
    assert own("苹果").entries[0].translations[:3] == ("Zzqx Corporation", "Apple", "apple")
    assert terms(own("云顶雪芽训练")) == ["云顶雪芽", "训练"]


def test_no_word_has_too_many_translations(ask: Ask) -> None:
    for word in ("打", "上", "run", "go", "make"):
        found = ask(word).entries[0].translations
        assert 1 < len(found) <= MOST_TRANSLATIONS
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ("variant of 五筆字型|五笔字型[wu3 bi3 zi4 xing2]", "variant of 五笔字型"),
        ("(used in 蘋果|苹果[ping2 guo3], 梨[li2])", "(used in 苹果, 梨)"),
        (" ~'s (possessive particle)", "~'s (possessive particle)"),
        ("dream (CL:場|场[chang2],個|个[ge4])", "dream"),
        ("model", "model"),
    ],
)
def test_definitions_are_shown_without_pronunciations_and_traditional_spellings(definition: str, said: str) -> None:
    assert clean(definition) == said


def test_what_ships_is_whole() -> None:
    """Every word has a meaning, none says how it is pronounced, and none is about nothing but measure words."""
    with sqlite3.connect(f"{COMPILED.as_uri()}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT word, translations FROM glosses").fetchall()
    assert len(rows) > 100_000
    for word, packed in rows:
        translations = packed.split("\t")
        assert word == word.lower()
        assert all(translations), word
        assert not any(translation.startswith("CL:") for translation in translations), word


def test_the_engine_tells_what_words_mean(seeds_engine: Engine) -> None:
    assert "model" in seeds_engine.gloss("模型").entries[0].translations
    with pytest.raises(InvalidParameterError):
        seeds_engine.gloss(" ")
