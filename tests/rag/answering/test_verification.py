"""Claims are flagged where they say what no quote says, and nowhere else, by the claims in question_sets/claims.jsonl."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from index.sentences import split_sentences
from index.spans import Span
from rag.answering.quantities import find_quantities
from rag.answering.verification import supports, unsupported
from rag.dictionary import Dictionary
from tests.conftest import ROOT, SEEDS

Check = Callable[..., list[str]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with the quotes it cites; ``false`` are its fragments that they do not bear out, none if it is true."""

    id: str
    language: str
    claim: str
    file: str
    quotes: list[str]
    false: list[str]
    half: str


LINES = (ROOT / "eval" / "question_sets" / "claims.jsonl").read_text("utf-8").splitlines()
CLAIMS = [Claim(**json.loads(line)) for line in LINES]


@pytest.fixture(scope="module")
def check(dictionary: Dictionary) -> Check:
    """What is flagged of a claim, as it is written there."""

    def flagged(claim: str, *quotes: str) -> list[str]:
        return [span.quote(claim) for span in unsupported(claim, quotes, dictionary.translate)]

    return flagged


# --- the claims file ---


def test_the_claims_are_balanced_and_told_apart() -> None:
    cells = Counter((claim.language, bool(claim.false), claim.half) for claim in CLAIMS)
    assert len(CLAIMS) >= 160
    assert len(cells) == 8
    for half in ("dev", "test"):
        assert len({count for (*_, part), count in cells.items() if part == half}) == 1
    assert len({claim.id for claim in CLAIMS}) == len({claim.claim for claim in CLAIMS}) == len(CLAIMS)
    assert {claim.file for claim in CLAIMS} == {path.name for path in SEEDS.glob("*.txt")}


def test_every_quote_is_verbatim_and_every_false_fragment_stands_once() -> None:
    texts = {path.name: path.read_text("utf-8-sig") for path in SEEDS.glob("*.txt")}
    for claim in CLAIMS:
        assert claim.quotes, claim.id
        assert all(quote in texts[claim.file] for quote in claim.quotes), claim.id
        assert all(claim.claim.count(fragment) == 1 for fragment in claim.false), claim.id


@pytest.mark.parametrize("half", ["dev", "test"])
def test_false_fragments_are_flagged_and_true_claims_are_not(dictionary: Dictionary, half: str) -> None:
    missed, alarms = [], []
    claims = [claim for claim in CLAIMS if claim.half == half]
    for claim in claims:
        spans = unsupported(claim.claim, claim.quotes, dictionary.translate)
        places = [Span(start := claim.claim.index(part), start + len(part)) for part in claim.false]
        if not all(any(place.overlap(span) for span in spans) for place in places):
            missed.append(claim.id)
        if not claim.false and spans:
            alarms.append(claim.id)
    false = sum(bool(claim.false) for claim in claims)
    assert len(missed) <= 0.05 * false, missed
    assert len(alarms) <= 0.05 * (len(claims) - false), alarms


def test_a_sentence_bears_out_itself(check: Check) -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text("utf-8-sig")
        for sentence in (span.quote(text) for span in split_sentences(text)):
            assert check(sentence, sentence) == [], sentence


# --- figures ---


@pytest.mark.parametrize(
    ("quote", "claim", "borne_out"),
    [
        ("2022年11月30日", "in November 2022", True),
        ("2022年11月30日", "on November 30", True),
        ("2022年11月30日", "in 2022", True),
        ("2022年", "November 2022", False),
        ("11月30日，OpenAI在2022年发布", "November 30, 2022", True),
        ("2021年11月30日，2022年", "November 30, 2022", False),
        ("花费5000万美金", "over 50 million", True),
        ("花费500美金", "over 500", False),
        ("拨款100亿", "10 billion yuan", False),
        ("从0级到5级", "level 5", True),
        ("第二阶段", "phase 2", True),
        ("2000TPU", "2000 TPUs", True),
        ("增长2%", "2 percentage points", False),
        ("5天", "5 hours", False),
        ("1.83 亿", "about 180 million", False),
        ("数亿美元", "hundreds of millions of dollars", True),
        ("数亿美元", "billions of dollars", False),
        ("最早推出", "the first to do so", True),
    ],
)
def test_a_quote_bears_out_what_says_no_more_than_it(quote: str, claim: str, borne_out: bool) -> None:
    quoted, claimed = find_quantities(quote), find_quantities(claim)
    assert len(claimed) == 1
    assert supports(quoted, claimed[0]) is borne_out


def test_a_figure_may_stand_in_any_quote(check: Check) -> None:
    assert check("It cost $12 million in 2022.", "花费1200万美元", "在2022年发布") == []
    assert check("It cost $12 million in 2022.", "花费1200万美元") == ["2022"]
    assert check("It cost $12 million in 2022.") == ["$12 million", "2022"]


def test_citations_and_list_numbers_are_no_figures(check: Check) -> None:
    assert check("1. The model was released [1][2, 3].", "模型已发布") == []
    assert check("2、模型已发布【4】。", "模型已发布") == []
    assert check("(3) It was released [^5].", "模型已发布") == []


def test_a_sentence_without_figures_and_names_passes(check: Check) -> None:
    assert check("Training models is expensive, and the costs keep falling.", "训练成本高") == []
    assert check("训练模型很贵。") == []
    assert check("") == []


# --- names ---


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("谷歌和微软", "Built by Google and Microsoft"),
        ("DALLE2 上线", "DALL·E 2 and DALL-E 2 went live"),
        ("采用GPT3.5", "It uses GPT-3.5"),
        ("StabilityAI", "the company Stability AI"),
        ("AI 开源社区 Huggingface", "Hugging Face hosts it"),
        ("ＯｐｅｎＡＩ发布", "the lab OpenAI"),
        ("红杉合伙人", "partners of Sequoia Capital"),
        ("硅谷与华盛顿", "in Silicon Valley and Washington"),
        ("为美联社产出", "for the Associated Press"),
        ("以色列公司", "an Israeli company"),
        ("美国公司", "a U.S. company"),
        ("国内大模型", "the Chinese models"),
        ("中文和英文", "in Chinese and English"),
        ("基础的3D模型", "Basic 3D models"),
        ("马斯克等名人", "celebrities like Musk"),
        ("使用扎克伯格的照片", "a picture of Zuckerberg"),
        ("大语言模型", "these are LLMs"),
        ("A 轮融资", "a Series A"),
        ("进入第二幕", "entering Act Two"),
        ("2022年第三季度", "in Q3 2022"),
        ("V100GPU", "trained on V100 cards"),
        ("OpenAI was founded", "OpenAI's founders"),
        ("the firm Zurich", "the firm Zürich"),
    ],
)
def test_a_name_is_known_by_letter_translation_or_sound(check: Check, quote: str, claim: str) -> None:
    assert check(claim, quote) == []


@pytest.mark.parametrize(
    ("quote", "claim", "flagged"),
    [
        ("谷歌和微软", "Built by Google and Apple", ["Apple"]),
        ("采用GPT3.5", "It uses GPT-3", ["GPT-3"]),
        ("Llama-2", "It uses Llama-3", ["Llama-3"]),
        ("David Cahn所写", "As David Chan writes", ["Chan"]),
        ("Coatue领投", "led by Andreessen Horowitz", ["Andreessen Horowitz"]),
        ("A 轮融资", "a Series B", ["B"]),
        ("A 轮融资", "完成B轮融资", ["B"]),
        ("Meta发布", "Google released it", ["Google"]),
        ("以色列公司", "a German company", ["German"]),
        ("使用扎克伯格的照片", "a picture of Musk", ["Musk"]),
        ("V100训练", "在H100上训练", ["H100"]),
        ("采用GPT3.5", "它采用gpt-4", ["gpt-4"]),
    ],
)
def test_another_name_is_flagged_where_it_stands(check: Check, quote: str, claim: str, flagged: list[str]) -> None:
    assert check(claim, quote) == flagged


def test_what_opens_a_sentence_is_a_name_if_it_is_written_large_elsewhere(check: Check) -> None:
    assert check('Training costs fell. Berlin said so. "Everything changes."', "成本下降") == ["Berlin"]


def test_it_is_flagged_at_its_place_in_the_sentence(dictionary: Dictionary) -> None:
    claim = "[1] 测试者有１５万人，由Google领投。"
    spans = unsupported(claim, ["150 万用户，OpenAI领投"], dictionary.translate)
    assert [span.quote(claim) for span in spans] == ["１５万", "Google"]
