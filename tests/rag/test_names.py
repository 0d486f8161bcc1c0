"""Names that no dictionary lists: found in the index by their sound, and passages by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.encoders import Encoder
from index.lexical import LexicalIndex
from index.tokens import Tokenizer, stem
from rag.config import SearchConfig
from rag.dictionary import Dictionary
from rag.engine import Engine
from rag.names import NameMatcher
from rag.types import Mode, SearchRequest
from tests.conftest import build

PAIRS = [
    ("麦金德", "Mackinder"),
    ("马尔萨斯", "Malthus"),
    ("斯宾诺莎", "Spinoza"),
    ("阿多诺", "Adorno"),
    ("弗里德兰德", "Friedlander"),
    ("巴斯克维尔", "Baskerville"),
    ("拉马努金", "Ramanujan"),
    ("埃斯科巴", "Escobar"),
]
CHINESE = {
    "Mackinder": "麦金德在1904年提出了心脏地带理论，认为欧亚大陆的中心决定世界的命运。",
    "Yosemite": "约塞米蒂的花岗岩峭壁很高，冬天积雪很深。",
    "Huguenot": "胡格诺派教徒受到迫害，许多人离开了家乡。",
    "茶": "茶起源于中国西南部，绿茶不发酵。",
    "湖": "西湖在杭州，春天柳树发芽。",
    "面包": "这座城市的面包房早上五点开门。",
}
ENGLISH = {
    "马尔萨斯": "Malthus feared that people would grow in number faster than their food.",
    "斯宾诺莎": "Spinoza ground lenses for a living and wrote in Latin.",
    "拉马努金": "Ramanujan filled his notebooks with formulas and no proofs.",
    "coffee": "Coffee was first cultivated in Yemen and traded through Mocha.",
    "gulls": "The lighthouse keeper counts gulls every morning.",
    "bread": "Bread is baked at night, when the ovens are hot.",
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer()


@pytest.fixture(scope="module")
def matcher(tokenizer: Tokenizer, dictionary: Dictionary) -> NameMatcher:
    """Over an index that holds every name in both scripts, each in a passage of its own."""
    texts = [text for chinese, english in PAIRS for text in (f"学者{chinese}写了书。", f"{english} wrote books.")]
    return NameMatcher(LexicalIndex.build([tokenizer.tokens(text) for text in texts]), dictionary, tokenizer)


@pytest.mark.parametrize(("chinese", "english"), PAIRS)
def test_no_dictionary_lists_the_names_of_these_tests(dictionary: Dictionary, chinese: str, english: str) -> None:
    assert dictionary.translate(chinese) == dictionary.translate(stem(english.lower())) == {}


@pytest.mark.parametrize(("chinese", "english"), PAIRS)
def test_a_name_is_its_likeliest_spelling_and_transcription(matcher: NameMatcher, chinese: str, english: str) -> None:
    spelt, transcribed = matcher.spelt(chinese), matcher.transcribed(english.lower())
    assert max(spelt, key=lambda term: spelt[term]) == stem(english.lower())
    assert max(transcribed, key=lambda term: transcribed[term]) == chinese
    for found in (spelt, transcribed):
        assert min(found.values()) >= 0.2
        assert sum(found.values()) <= 1


@pytest.mark.parametrize("name", ["西湖", "克尔凯郭尔", "德德德德"])
def test_a_name_that_is_not_there_is_not_spelt(matcher: NameMatcher, name: str) -> None:
    assert matcher.spelt(name) == {}


@pytest.mark.parametrize("word", ["lighthouse", "kierkegaard", "zzzz"])
def test_a_word_that_is_not_there_is_not_transcribed(matcher: NameMatcher, word: str) -> None:
    assert matcher.transcribed(word) == {}


def test_an_index_without_names_finds_none(dictionary: Dictionary, tokenizer: Tokenizer) -> None:
    for corpus in ([], [[]], [["a", "的", "gpt35"]]):
        matcher = NameMatcher(LexicalIndex.build(corpus), dictionary, tokenizer)
        assert matcher.spelt("麦金德") == matcher.transcribed("mackinder") == {}


def test_twins_share_what_is_likely(dictionary: Dictionary, tokenizer: Tokenizer) -> None:
    """One of them is meant, whichever."""
    matcher = NameMatcher(LexicalIndex.build([["阿多诺"], ["亚多诺"], ["茶"]]), dictionary, tokenizer)
    alone = NameMatcher(LexicalIndex.build([["阿多诺"], ["茶"]]), dictionary, tokenizer)
    both = matcher.transcribed("adorno")
    assert set(both) == {"阿多诺", "亚多诺"}
    assert both["阿多诺"] < alone.transcribed("adorno")["阿多诺"] - 0.3


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("麦金德是谁？", ["麦金德"]),
        ("麥金德與約塞米蒂", ["麦金德", "约塞米蒂"]),
        ("维特根斯坦是谁？", []),  # the dictionary has him
        ("训练成本是多少？", []),
        ("Who was Mackinder?", []),
        ("", []),
    ],
)
def test_chinese_names_that_no_dictionary_has_are_seen(matcher: NameMatcher, text: str, names: list[str]) -> None:
    assert matcher.find_chinese(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who was Mackinder?", ["mackinder"]),
        ("Adorno's and Spinoza’s books?", ["adorno", "spinoza"]),
        ("O'Connell's", ["oconnell"]),
        ("Müllersdorf", ["mullersdorf"]),
        ("What did the people of the city think?", []),
        ("Who founded Google?", []),  # the dictionary has it
        ("GPT-3 or Ada", []),
        ("麦金德是谁？", []),
        ("Donaudampfschifffahrt", []),  # longer than any name that is fitted
    ],
)
def test_english_names_that_no_dictionary_has_are_seen(matcher: NameMatcher, text: str, names: list[str]) -> None:
    assert matcher.find_english(text) == names


# -- end to end --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Twelve articles, each in one language and about something else."""
    folder, home = tmp_path_factory.mktemp("library"), tmp_path_factory.mktemp("home")
    for name, text in (CHINESE | ENGLISH).items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    build(home, folder, encoder)
    return home


@pytest.fixture(scope="module")
def engine(library: Path) -> Engine:
    return Engine(library)


@pytest.fixture(scope="module")
def deaf(library: Path) -> Engine:
    return Engine(library, config=SearchConfig(by_sound=False))


ASKED = [
    ("What did Mackinder claim?", "Mackinder", "麦金德"),
    ("How high are the cliffs in Yosemite?", "Yosemite", "约塞米蒂"),
    ("Where did the Huguenots go?", "Huguenot", "胡格诺"),
    ("What was Mackinder's claim?", "Mackinder", "麦金德"),
    ("马尔萨斯担心什么？", "马尔萨斯", "malthus"),
    ("斯宾诺莎做什么？", "斯宾诺莎", "spinoza"),
    ("拉马努金的本子里有什么？", "拉马努金", "ramanujan"),
]


@pytest.mark.parametrize(("query", "article", "term"), ASKED)
def test_a_question_finds_a_passage_by_the_sound_of_a_name(engine: Engine, query: str, article: str, term: str) -> None:
    """The encoder has never heard of some of them, so that chance may put one passage before it."""
    for mode, first in ((Mode.HYBRID, 2), (Mode.LEXICAL, 1)):
        response = engine.search(SearchRequest(query, first, mode, explain=True))
        assert response.explanation is not None
        assert 0.2 <= response.explanation.expansion[term] <= 1
        found = [result for result in response.results if result.article.id == f"{article}.md"]
        assert len(found) == 1
        assert found[0].scores["lexical"]
    marked = [span.quote(found[0].article.text).lower() for span in found[0].highlights]
    assert any(term in each for each in marked), "what was found by its sound is marked"


@pytest.mark.parametrize(("query", "article", "term"), ASKED)
def test_who_is_told_not_to_listen_does_not(engine: Engine, deaf: Engine, query: str, article: str, term: str) -> None:
    found = deaf.search(SearchRequest(query, 3, explain=True))
    assert found.explanation is not None
    assert term not in found.explanation.expansion
    heard = engine.search(SearchRequest(query, 3, Mode.LEXICAL, explain=True))
    assert heard.explanation is not None
    assert {*found.explanation.expansion, term} == set(heard.explanation.expansion)

    def bm25(results: Engine) -> float:
        listed = results.search(SearchRequest(query, 12, Mode.LEXICAL)).results
        return sum(each.scores["lexical"] or 0.0 for each in listed if each.article.id == f"{article}.md")

    assert bm25(engine) > bm25(deaf) + 0.3


def test_who_is_told_not_to_translate_listens_still(library: Path) -> None:
    engine = Engine(library, config=SearchConfig(translated=False))
    response = engine.search(SearchRequest("How high are the cliffs in Yosemite?", 1, explain=True))
    assert response.explanation is not None
    assert set(response.explanation.expansion) == {"约塞米蒂"}
    both = Engine(library, config=SearchConfig(translated=False, by_sound=False))
    response = both.search(SearchRequest("How high are the cliffs in Yosemite?", 1, explain=True))
    assert response.explanation is not None
    assert response.explanation.expansion == {}
