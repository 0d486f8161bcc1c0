from collections.abc import Mapping
from pathlib import Path

import pytest

from index.errors import GlossaryError
from index.glossary import chinese_terms, read_built_in, read_glossary
from index.language import count_han
from index.tokens import Tokenizer


def test_each_row_is_a_term_with_its_translations():
    text = "算力,compute|computing power\n\nQuarkStar , 夸克星 | 夸克之星\n"
    assert list(read_glossary(text)) == [
        ("算力", ["compute", "computing power"]),
        ("QuarkStar", ["夸克星", "夸克之星"]),
    ]


@pytest.mark.parametrize("head", ["term,translations", "Term,Translations", "TERM,翻译"])
def test_a_head_is_no_term(head: str):
    assert list(read_glossary(f"{head}\n茶,tea\n")) == [("茶", ["tea"])]


def test_a_term_called_term_may_stand_below():
    assert list(read_glossary("茶,tea\nterm,术语\n")) == [("茶", ["tea"]), ("term", ["术语"])]


def test_a_term_with_a_comma_is_quoted():
    assert list(read_glossary('"Tea, Inc.",茶公司\r\n')) == [("Tea, Inc.", ["茶公司"])]


@pytest.mark.parametrize("text", ["", "\n\n", "term,translations\n"], ids=repr)
def test_a_glossary_may_be_empty(text: str):
    assert list(read_glossary(text)) == []


@pytest.mark.parametrize("row", ["茶", "茶,", "茶, | ", ",tea", "茶,tea,thé", " ,tea"])
def test_a_row_that_is_no_term_with_translations_is_told_with_its_line(row: str):
    with pytest.raises(
        GlossaryError, match=r"^glossary line 3: .*each line is: term,translation\|translation"
    ) as caught:
        list(read_glossary(f"term,translations\n水,water\n{row}\n"))
    assert caught.value.line == 3


# -- the one that ships ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built_in() -> Mapping[str, list[str]]:
    return dict(read_built_in())


def test_the_built_in_glossary_knows_terms_of_the_field(built_in: Mapping[str, list[str]]):
    assert built_in["红杉"] == ["Sequoia"]
    assert "compute" in built_in["算力"]
    assert len(built_in) >= 40
    assert len(built_in) == len(read_built_in()), "no term stands twice"


def test_it_goes_from_chinese_to_english(built_in: Mapping[str, list[str]]):
    assert all(count_han(term) for term in built_in)
    assert set(chinese_terms("")) == {term for term in built_in if count_han(term) == len(term)}
    assert all(translation.isascii() for translations in built_in.values() for translation in translations)


# -- words to keep whole -----------------------------------------------------------------------------------------------


def test_chinese_words_of_both_columns_and_both_glossaries_are_kept():
    terms = chinese_terms("QuarkStar,夸克星|夸克 Star\n量子芝麻,quantum sesame\n")
    assert {"算力", "夸克星", "量子芝麻"} <= set(terms)
    assert not {"QuarkStar", "夸克 Star", "quantum sesame", "term"} & set(terms)


def test_the_cutter_keeps_them_whole(jieba_cache: Path):
    text = "他吃了量子芝麻饼。"
    assert "量子芝麻饼" not in Tokenizer(cache=jieba_cache).tokens(text)
    assert "量子芝麻饼" in Tokenizer(cache=jieba_cache, glossary="quantum sesame cake,量子芝麻饼\n").tokens(text)
    assert "文生视频" in Tokenizer(cache=jieba_cache).tokens("文生视频很难。")
