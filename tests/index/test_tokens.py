import sys
from importlib import metadata
from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import STOP_WORDS, Tokenizer, locate


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer(cache=tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("GPT-3.5", ["gpt", "3", "5", "gpt35"]),
        ("GPT3.5", ["gpt", "3", "5", "gpt35"]),
        ("text-to-image", ["text", "imag", "texttoimage"]),
        ("The cats were running", ["cat", "run"]),
        ("ＧＰＴ－４", ["gpt", "4", "gpt4"]),
        ("C++ and R&D", ["c", "r", "d", "rd"]),
        ("2022年", ["2022", "年"]),
        ("4.6", ["4", "6", "4.6"]),
        ("４．６倍", ["4", "6", "4.6", "倍"]),
        ("2023-01-02", ["2023", "01", "02", "2023-01-02"]),
        ("GPT-4.6", ["gpt", "4", "6", "gpt46"]),
        ("ÉTÉ café", ["été", "café"]),
        ("", []),
        ("，。！ \n😀", []),
        ("what is the", []),
    ],
)
def test_words_are_folded_stemmed_and_kept_whole_and_in_parts(tokenizer: Tokenizer, text: str, tokens: list[str]):
    assert tokenizer.tokens(text) == tokens


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("DALLE2", "DALL-E2", {"dalle2"}),
        ("DALLE2", "DALL·E 2", {"dall", "2"}),
        ("DALL-E 2", "DALL·E 2", {"dalle", "2"}),
        ("GPT3.5", "GPT-3.5", {"gpt35", "gpt"}),
        ("GPT-3", "GPT3", {"gpt3"}),
        ("chatGPT", "ChatGPT", {"chatgpt"}),
        ("StabilityAI", "stabilityai", {"stabilityai"}),
        ("生成式AI", "生成式 AI", {"生成式", "ai"}),
        ("models", "modeling", {"model"}),
        ("DALL·E2", "DALLE2", {"dalle2"}),
        ("DALL·E2", "DALL-E2", {"dalle2"}),
        ("ＤＡＬＬ·Ｅ２", "DALL-E2", {"dalle2"}),
        ("機器學習的訓練成本", "机器学习的训练成本", {"机器", "学习", "训练", "成本"}),
        ("臺灣", "台湾", {"台湾"}),
    ],
)
def test_variants_of_a_name_meet(tokenizer: Tokenizer, one: str, other: str, shared: set[str]):
    assert shared <= set(tokenizer.tokens(one)) & set(tokenizer.tokens(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("機器學習模型的訓練成本，與軟體無關。", "机器学习模型的训练成本，与软体无关。"),
        ("乾隆皇帝的衣服乾燥了。", "乾隆皇帝的衣服干燥了。"),
        ("ＧＰＴ－３．５ ＣＯＳＴＳ １００", "gpt-3.5 costs 100"),
    ],
)
def test_another_script_or_width_has_the_same_tokens(tokenizer: Tokenizer, one: str, other: str):
    assert tokenizer.tokens(one) == tokenizer.tokens(other)
    assert tokenizer.words(one) == tokenizer.words(other)
    assert tokenizer.latin_words(one) == tokenizer.latin_words(other)


def test_a_number_is_not_another_one_without_its_point(tokenizer: Tokenizer):
    assert not set(tokenizer.tokens("46")) & set(tokenizer.tokens("4.6"))


def test_words_stand_one_after_the_other_uncut(tokenizer: Tokenizer):
    assert tokenizer.words("Ｉt's DALL·E2的模型訓練，好吗？ 4.6%") == [
        "it's", "dall·e2", "的", "模型", "训练", "好", "吗", "4.6",
    ]  # fmt: skip
    assert tokenizer.words("，。 \n") == []


def test_latin_words_are_folded_and_not_stemmed():
    assert Tokenizer.latin_words("It's Running Stability AI的模型 ＧＰＴ-4 café") == [
        "it's", "running", "stability", "ai", "gpt", "4", "café",
    ]  # fmt: skip


def test_chinese_is_cut_in_search_mode(tokenizer: Tokenizer):
    tokens = tokenizer.tokens("生成式人工智能模型的训练成本")
    assert {"人工", "智能", "模型", "训练", "成本"} <= set(tokens)
    assert "的" not in tokens


@pytest.mark.parametrize("name", ["麦金德", "约塞米蒂", "巴斯克维尔", "維特根斯坦"])
def test_a_transcribed_name_is_a_token_whole_beside_its_parts(tokenizer: Tokenizer, name: str):
    """jieba cuts names that its dictionary lacks, differently by what stands around them."""
    simplified = tokenizer.fold(name)
    for text in (f"学者{name}，他写了书。", f"在{name}的书里", name):
        assert tokenizer.tokens(text).count(simplified) == 1


def test_words_that_are_no_names_are_as_jieba_cuts_them(tokenizer: Tokenizer):
    text = "我们在西湖边散步，今天天气很好，训练成本多少钱"
    cut = [word for run in text.split("，") for word in jieba.cut_for_search(run)]
    assert tokenizer.tokens(text) == [word for word in cut if word not in STOP_WORDS]


def test_tokens_are_repeated_as_often_as_they_occur(tokenizer: Tokenizer):
    assert tokenizer.tokens("tea, tea and TEA").count("tea") == 3


def test_a_user_dictionary_changes_how_words_are_cut(tmp_path: Path):
    name = "量子芝麻饼"
    assert name not in Tokenizer(cache=tmp_path).tokens(f"他吃了{name}。")
    assert name in Tokenizer(f"{name} 1000 n\n", cache=tmp_path).tokens(f"他吃了{name}。")


def test_the_compiled_dictionary_lies_in_the_cache_of_the_index(tmp_path: Path):
    Tokenizer(cache=tmp_path / "cache").tokens("中文")
    python = f"{sys.version_info.major}{sys.version_info.minor}"
    expected = f"jieba-{metadata.version('jieba')}-{python}.marshal"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [expected]


@given(text=st.text(max_size=40))
def test_any_text_gives_clean_tokens(tokenizer: Tokenizer, text: str):
    for token in tokenizer.tokens(text):
        assert token
        assert token not in STOP_WORDS
        assert "\n" not in token
        assert token == token.strip()


# -- where tokens stand ------------------------------------------------------------------------------------------------


def quotes(text: str, *tokens: str) -> list[str]:
    return [span.quote(text) for span in locate(text, frozenset(tokens))]


def test_tokens_are_located_in_order_and_words_are_shown_whole():
    assert quotes("Running models: 模型在运行，Models run.", "run", "model", "模型") == [
        "Running",
        "models",
        "模型",
        "Models",
        "run",
    ]


def test_folding_moves_no_position():
    text = "ﬁne ＧＰＴ İstanbul ㈱红茶"
    assert quotes(text, "gpt", "茶") == ["ＧＰＴ", "茶"]


def test_tokens_are_located_on_the_original_glyphs():
    text = "𠮷 機器學習與訓練，ＤＡＬＬ·Ｅ２、DALLE2 和 DALL-E2 是 4.6 倍而非46倍"
    assert quotes(text, "学习", "训练", "dalle2", "4.6") == [
        "學習", "訓練", "ＤＡＬＬ·Ｅ２", "DALLE2", "DALL-E2", "4.6",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["乾隆皇帝", "乾燥的乾隆", "ﬁ乾隆㈱", "İ 乾隆"])
def test_a_character_is_folded_by_its_neighbours(tokenizer: Tokenizer, text: str):
    assert "乾隆" in tokenizer.tokens(text)
    assert quotes(text, "乾隆") == ["乾隆"]


def test_a_place_is_located_once():
    assert quotes("茶，水", "茶") == ["茶"]


def test_marks_of_regular_expressions_in_a_token_are_characters():
    assert locate("茶.*道", frozenset({"茶.*"})) != locate("茶叶道", frozenset({"茶.*"}))


def test_nothing_asked_nothing_located():
    assert locate("任何文字 any", frozenset()) == []


@given(st.text(max_size=40), st.frozensets(st.text(min_size=1, max_size=3), max_size=4))
def test_located_spans_lie_inside_the_text(text: str, tokens: frozenset[str]):
    spans = locate(text, tokens)
    assert spans == sorted(spans)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_a_damaged_compiled_dictionary_is_compiled_anew(tmp_path: Path):
    wanted = Tokenizer(cache=tmp_path).tokens("自然语言处理")
    (compiled,) = tmp_path.iterdir()
    whole = compiled.stat().st_size
    compiled.write_bytes(compiled.read_bytes()[: whole // 2])
    assert Tokenizer(cache=tmp_path).tokens("自然语言处理") == wanted
    assert compiled.stat().st_size == whole
