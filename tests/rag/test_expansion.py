"""Questions with the translations of their words, so that BM25 sees across languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.build import BuildSettings
from index.encoders import Encoder
from index.language import detect_language
from index.lexical import LexicalIndex
from index.tokens import Tokenizer
from rag.config import SearchConfig
from rag.dictionary import Dictionary
from rag.engine import Engine
from rag.expansion import Expander
from rag.names import NameMatcher
from rag.types import Mode, SearchRequest
from tests.conftest import build
from tests.rag.conftest import Ask
from tests.rag.test_dictionary import NAMES

SHIPPED = SearchConfig()


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Engine:
    """Each passage holds a name in one language only; what it says besides is the same for all."""
    folder, home = tmp_path_factory.mktemp("names"), tmp_path_factory.mktemp("home")
    for chinese, english in NAMES:
        (folder / f"{english}.zh.md").write_text(f"{chinese}在办公楼里有一间食堂，每天中午开门。", encoding="utf-8")
        (folder / f"{english}.en.md").write_text(f"There is a canteen at {english} on the ground floor.", "utf-8")
    build(home, folder, encoder)
    return Engine(home)


def found(engine: Engine, query: str) -> set[str]:
    results = engine.search(SearchRequest(query, 100, Mode.LEXICAL, group_parallel=False)).results
    return {result.article.id for result in results}


@pytest.mark.parametrize(("chinese", "english"), NAMES)
def test_proper_names_meet_both_ways(names: Engine, chinese: str, english: str) -> None:
    both = {f"{english}.zh.md", f"{english}.en.md"}
    assert found(names, f"What is {english}?") == both
    assert found(names, f"{chinese}是什么？") == both
    assert found(names, english) == found(names, chinese) == both
    assert found(names, f"{english}是什么？") == both, "an English name in a Chinese question"


def test_the_word_itself_ranks_before_its_translation(names: Engine) -> None:
    for query, first in (("Who is at Nvidia?", "Nvidia.en.md"), ("谁在英伟达？", "Nvidia.zh.md")):
        assert names.search(SearchRequest(query, 2, Mode.LEXICAL)).results[0].article.id == first


# --- weights ---


def expanded(
    text: str,
    known: Sequence[str],
    tokenizer: Tokenizer,
    dictionary: Dictionary,
    glossary: str = "",
    config: SearchConfig = SHIPPED,
) -> Mapping[str, float]:
    """The expansion of ``text`` over an index that holds exactly the known terms."""
    index = SimpleNamespace(tokenizer=tokenizer, lexical=LexicalIndex.build([list(known)]))
    known_words = Dictionary(glossary) if glossary else dictionary
    names = NameMatcher(index.lexical, known_words, tokenizer)
    expander = Expander(known_words, names, index, config)  # type: ignore[arg-type]
    return expander.expand(text, detect_language(text)).terms


@pytest.mark.parametrize("text", ["train", "cost", "model", "训练", "成本", "run", "generate", "founded", "打", "好"])
def test_the_weights_of_one_words_translations_sum_to_one_at_most(text: str, ask: Ask) -> None:
    weights = ask(text).expansion.terms
    assert all(weight > 0 for weight in weights.values())
    assert sum(weights.values()) <= 1 + 1e-9


def test_a_word_has_the_weight_of_one_word_however_many_translations(
    tokenizer: Tokenizer, dictionary: Dictionary
) -> None:
    one = expanded("cost", ["成本"], tokenizer, dictionary)
    two = expanded("cost", ["成本", "费用"], tokenizer, dictionary)
    assert set(one) == {"成本"}
    assert 0 < one["成本"] <= 1
    assert set(two) == {"成本", "费用"}
    assert sum(two.values()) == pytest.approx(sum(one.values()))


def test_a_common_word_weighs_less_than_a_name(tokenizer: Tokenizer, dictionary: Dictionary) -> None:
    known = ["英伟达", "好", "良好"]
    weights = expanded("good Nvidia", known, tokenizer, dictionary)
    assert weights["英伟达"] == pytest.approx(1, abs=0.05)
    assert sum(weight for term, weight in weights.items() if term != "英伟达") < 0.8


def test_translations_no_passage_holds_get_nothing(tokenizer: Tokenizer, dictionary: Dictionary) -> None:
    assert set(expanded("training cost", ["成本"], tokenizer, dictionary)) == {"成本"}
    assert expanded("training cost", ["食堂"], tokenizer, dictionary) == {}
    assert expanded("zzqx", ["食堂"], tokenizer, dictionary) == {}
    assert expanded("the of", ["食堂"], tokenizer, dictionary) == {}


def test_phrases_are_translated_before_their_words(tokenizer: Tokenizer, dictionary: Dictionary) -> None:
    """A red zzqx is no red thing."""
    known, glossary = ["红", "红色", "雪芽"], "雪芽,red zzqx"
    assert set(expanded("a red zzqx", known, tokenizer, dictionary, glossary)) == {"雪芽"}
    assert set(expanded("a red thing", known, tokenizer, dictionary, glossary)) == {"红", "红色"}
    assert set(expanded("Zebra crossings!", ["斑马线", "交叉"], tokenizer, dictionary)) == {"斑马线"}


def test_chinese_compounds_are_translated_before_their_words(tokenizer: Tokenizer, dictionary: Dictionary) -> None:
    weights = expanded("云顶雪芽", ["zzqx", "snow", "bud"], tokenizer, dictionary, "云顶雪芽,zzqx")
    assert set(weights) == {"zzqx"}


def test_an_unknown_compound_is_translated_by_its_parts(tokenizer: Tokenizer, dictionary: Dictionary) -> None:
    assert {"train", "cost"} <= set(expanded("训练成本", ["train", "cost"], tokenizer, dictionary))


def test_a_glossary_given_when_indexing_helps_searching(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tea.md").write_text("老张每天喝云顶雪芽茶。", encoding="utf-8")
    (folder / "gulls.md").write_text("灯塔边有很多海鸥。", encoding="utf-8")
    build(tmp_path / "home", folder, encoder, settings=BuildSettings(glossary="云顶雪芽,Zzqx"))
    assert found(Engine(tmp_path / "home"), "Who drinks zzqx?") >= {"tea.md"}
