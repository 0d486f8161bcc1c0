import pytest

from index.language import count_han, detect_language
from tests.index.helpers import cut, read, seed


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("茶起源于中国。", "zh"),
        ("Coffee was first cultivated in Yemen.", "en"),
        ("Stable Diffusion 训练成本", "zh"),
        ("OpenAI的GPT-3模型的表现尤为突出", "zh"),
        ("The character 茶 means tea in English", "en"),
        ("Où est le café", "en"),
        ("繁體中文也是中文", "zh"),
        ("𠮷野家", "zh"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str):
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "123 456", "😀", "— … ！", "한국어"])
def test_a_text_without_either_script_takes_the_default(text: str):
    assert detect_language(text, "zh") == "zh"
    assert detect_language(text, "en") == "en"


def test_han_characters_are_counted_beyond_the_bmp_and_nothing_else_is():
    assert count_han("𠮷野家 abc 、。カナ한글 １") == 3


def test_passages_have_their_own_language_in_a_mixed_article():
    english = "This paragraph is written in English from its beginning to its end, and long enough to stand alone. " * 5
    chinese = "这一段从头到尾都是用中文写的，而且长到足以自成一段。" * 8
    assert [passage.language for passage in cut(f"{english}\n\n{chinese}")] == ["en", "zh"]


def test_markup_and_addresses_do_not_decide():
    text = "[茶](https://example.com/a/very/long/address/of/many/words-in-english)\n\n![a b c d](x)\n\n茶的历史。"
    assert read(text).article.language == "zh"


@pytest.mark.parametrize("number", range(5))
def test_the_seeds_are_chinese(number: int):
    assert seed(number).article.language == "zh"
