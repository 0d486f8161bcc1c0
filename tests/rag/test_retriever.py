"""Search on the real index: quotes, modes, filters, explanations, ties."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.encoders import Encoder
from index.lexical import LexicalIndex
from index.tokens import Tokenizer
from rag.config import BIAS, FusionModel, FusionModels, SearchConfig
from rag.engine import Engine
from rag.errors import UnknownArticleError
from rag.retriever import Retriever
from rag.types import Filters, Mode, Result, SearchRequest, SearchResponse
from tests.conftest import ROOT, SEEDS, build

QUESTIONS = [json.loads(line) for line in (ROOT / "eval/question_sets/seeds.jsonl").read_text("utf-8").splitlines()]
ZH, EN = "GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"
NONSENSE = ["?!…", "、。", "zzqx", "the of", "😀"]
REVIEW = "003_225585054f10cde9.txt"


def ids(response: SearchResponse) -> list[str]:
    return [result.passage.id for result in response.results]


def scored(response: SearchResponse) -> list[tuple[str, float]]:
    return [(result.passage.id, result.score) for result in response.results]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_quote_of_every_result_stands_in_the_file_at_its_positions(seeds_engine: Engine, language: str) -> None:
    texts = {path.name: path.read_bytes().decode("utf-8-sig") for path in SEEDS.glob("*.txt")}
    asked = [question["question"] for question in QUESTIONS if question["language"] == language]
    assert len(asked) >= 40
    for question in asked:
        for result in seeds_engine.search(SearchRequest(question, 10)).results:
            text, span, sentence = texts[result.article.id], result.passage.span, result.best_sentence.span
            assert result.article.text == text
            assert text[span.start : span.end] == result.quote != ""
            assert span.covers(sentence)
            assert sentence in [each.span for each in result.passage.sentences]
            assert all(span.covers(highlight) for highlight in result.highlights)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", [ZH, EN, "Midjourney", "稳定扩散模型和它的公司"])
def test_results_are_ranked_by_score_between_0_and_1(seeds_engine: Engine, query: str, mode: Mode) -> None:
    results = seeds_engine.search(SearchRequest(query, 50, mode)).results
    assert [result.rank for result in results] == list(range(1, len(results) + 1))
    scores = [result.score for result in results]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= min(scores) <= max(scores) <= 1
    assert len({result.passage.id for result in results}) == len(results)


@pytest.mark.parametrize(
    ("mode", "legs"),
    [
        (Mode.HYBRID, {"dense", "sentence", "lexical", "interaction"}),
        (Mode.DENSE, {"dense", "sentence"}),
        (Mode.LEXICAL, {"lexical"}),
    ],
)
def test_only_the_legs_of_the_mode_score(seeds_engine: Engine, mode: Mode, legs: set[str]) -> None:
    for result in seeds_engine.search(SearchRequest(ZH, 5, mode)).results:
        assert set(result.scores) == {"dense", "sentence", "lexical", "interaction"}
        assert {name for name, score in result.scores.items() if score is not None} == legs


def test_the_three_modes_are_three_rankings(seeds_engine: Engine) -> None:
    rankings = {tuple(ids(seeds_engine.search(SearchRequest(ZH, 10, mode)))) for mode in Mode}
    assert len(rankings) == 3


@pytest.mark.parametrize("query", ["Midjourney", "盗梦师", "What is Copilot?", "估值 valuation"])
def test_lexical_mode_returns_only_passages_with_a_word_of_the_query_or_its_translation(
    seeds_engine: Engine, query: str
) -> None:
    tokens = seeds_engine.index.tokenizer.tokens
    response = seeds_engine.search(SearchRequest(query, 100, Mode.LEXICAL, explain=True))
    assert response.results
    assert response.explanation is not None
    terms = {*response.explanation.tokens, *response.explanation.expansion}
    assert all(terms & set(tokens(result.passage.searched)) for result in response.results)


def test_lexical_mode_finds_every_passage_with_the_word(seeds_engine: Engine) -> None:
    found = ids(seeds_engine.search(SearchRequest("盗梦师", 100, Mode.LEXICAL, group_parallel=False)))
    pairs = [pair for path in SEEDS.glob("*.txt") for pair in seeds_engine.index.database.passages_of(path.name)]
    expected = [s.passage.id for row, s in pairs if row is not None and "盗梦师" in s.passage.searched]
    assert sorted(found) == sorted(expected) != []


def test_lexical_mode_finds_nothing_for_words_that_stand_nowhere(seeds_engine: Engine) -> None:
    response = seeds_engine.search(SearchRequest("zzqx", mode=Mode.LEXICAL))
    assert (response.results, response.degraded) == ((), ("lexical",))


@pytest.mark.parametrize("query", NONSENSE)
def test_where_bm25_knows_nothing_it_is_degraded_and_the_vectors_decide(seeds_engine: Engine, query: str) -> None:
    hybrid = seeds_engine.search(SearchRequest(query, explain=True))
    dense = seeds_engine.search(SearchRequest(query, mode=Mode.DENSE))
    assert hybrid.degraded[0] == "lexical"
    assert dense.degraded == ()
    assert len(hybrid.results) == 10
    assert hybrid.explanation is not None
    assert all(legs["lexical"].weight == 0 for legs in hybrid.explanation.results)
    assert all(result.score < 0.1 for result in hybrid.results), "nothing answers that"


def test_a_question_of_common_words_alone_leaves_late_interaction_nothing_to_match(seeds_engine: Engine) -> None:
    assert seeds_engine.search(SearchRequest("the of")).degraded == ("lexical", "interaction")


def test_an_answer_says_what_was_asked_and_from_which_generation(seeds_engine: Engine) -> None:
    response = seeds_engine.search(SearchRequest(f"  {EN}\n"))
    assert (response.query, response.query_language) == (EN, "en")
    assert response.index_version == seeds_engine.index.version
    assert response.took_ms > 0
    assert response.explanation is None


@pytest.mark.parametrize("top_k", [1, 3, 10, 50])
@pytest.mark.parametrize("group", [True, False])
def test_top_k_cuts_the_ranking_and_changes_nothing_else(seeds_engine: Engine, top_k: int, group: bool) -> None:
    response = seeds_engine.search(SearchRequest(ZH, top_k, group_parallel=group))
    everything = seeds_engine.search(SearchRequest(ZH, 100, group_parallel=group))
    assert scored(response)[:10] == scored(everything)[: min(top_k, 10)]
    assert len(response.results) <= top_k
    if not group or top_k <= 10:
        assert len(response.results) == top_k


def test_fewer_passages_than_asked_for_are_all_returned(home: Path, articles: Path, encoder: Encoder) -> None:
    (articles / "tea.md").unlink()
    (articles / "lake.txt").unlink()
    report = build(home, articles, encoder)
    assert len(Engine(home).search(SearchRequest("coffee", 100)).results) == report.passages < 100


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("mode", list(Mode))
def test_the_language_filter_is_of_the_passage(seeds_engine: Engine, language: str, mode: Mode) -> None:
    response = seeds_engine.search(SearchRequest("GPT-3", 20, mode, Filters(language)))  # type: ignore[arg-type]
    assert response.results
    assert {result.passage.language for result in response.results} == {language}


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("wanted", [(REVIEW,), (REVIEW, "001_2f47759ab0307d1f.txt")])
def test_the_article_filter_returns_all_their_passages_and_no_other(
    seeds_engine: Engine, wanted: tuple[str, ...], mode: Mode
) -> None:
    response = seeds_engine.search(SearchRequest(ZH, 100, mode, Filters(article_ids=wanted)))
    assert {result.article.id for result in response.results} == set(wanted)


def test_a_filter_leaves_scores_and_order_of_the_vectors_as_they_were(seeds_engine: Engine) -> None:
    """BM25 is normalised by the best candidate, so only dense mode promises this."""
    everything = seeds_engine.search(SearchRequest(ZH, 100, Mode.DENSE)).results
    expected = [(r.passage.id, r.score) for r in everything if r.article.id == REVIEW]
    filtered = seeds_engine.search(SearchRequest(ZH, 100, Mode.DENSE, Filters(article_ids=(REVIEW,))))
    assert len(expected) > 5
    assert [each for each, _ in scored(filtered)][: len(expected)] == [each for each, _ in expected]
    assert [s for _, s in scored(filtered)][: len(expected)] == pytest.approx([s for _, s in expected], abs=1e-6)


def test_filters_that_nothing_passes_give_no_results(seeds_engine: Engine) -> None:
    assert seeds_engine.search(SearchRequest(ZH, filters=Filters(article_ids=()))).results == ()


def test_an_unknown_article_in_a_filter_is_an_error_that_names_it(seeds_engine: Engine) -> None:
    with pytest.raises(
        UnknownArticleError, match=r"no article 'no.txt', 'nor.txt' in this index; GET /v1/articles"
    ) as e:
        seeds_engine.search(SearchRequest(ZH, filters=Filters(article_ids=("no.txt", REVIEW, "nor.txt"))))
    assert e.value.article_ids == ("no.txt", "nor.txt")


def test_boilerplate_is_never_returned(seeds_engine: Engine) -> None:
    """003 ends with an advert in the source; searching for its words finds other passages."""
    kinds = {
        result.passage.kind
        for query in ("扫码 加群 公众号", "subscribe follow us on Twitter", "相关阅读", "在小程序中打开")
        for result in seeds_engine.search(SearchRequest(query, 100)).results
    }
    assert "boilerplate" not in kinds
    stored = (
        s.passage.kind for path in SEEDS.glob("*.txt") for _, s in seeds_engine.index.database.passages_of(path.name)
    )
    assert "boilerplate" in set(stored)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", [ZH, EN, "zzqx Midjourney", "zzqx", "创作者用 diffusion 模型做什么"])
def test_an_explanation_adds_up_to_the_score(seeds_engine: Engine, query: str, mode: Mode) -> None:
    response = seeds_engine.search(SearchRequest(query, 20, mode, explain=True))
    explanation = response.explanation
    assert explanation is not None
    assert explanation.tokens == tuple(seeds_engine.index.tokenizer.tokens(query))
    assert len(explanation.results) == len(response.results)
    for result, legs, bias in zip(response.results, explanation.results, explanation.biases, strict=True):
        odds = bias + sum(leg.weight * leg.normalised for leg in legs.values())
        assert 1 / (1 + math.exp(-odds)) == pytest.approx(result.score, abs=1e-9)
        assert {name: leg.raw for name, leg in legs.items()} == {
            n: s for n, s in result.scores.items() if s is not None
        }
        assert all(0 <= leg.normalised <= 1 for leg in legs.values())
        assert all(legs[name].weight == 0 for name in response.degraded)


def models(same: dict[str, float], cross: dict[str, float]) -> FusionModels:
    """For the hybrid mode; legs that are not named weigh nothing."""
    silent = dict.fromkeys((BIAS, "dense", "sentence", "lexical", "interaction"), 0.0)
    model = FusionModel({**silent, **same}, {**silent, **cross})
    return FusionModels({"dense+sentence+lexical": model, "dense+sentence+lexical+interaction": model})


def test_each_passage_is_weighed_by_whether_it_is_in_the_questions_language(seeds_home: Path) -> None:
    fusion = models({"dense": 3.0, BIAS: 1.0}, {"sentence": 2.0})
    response = Engine(seeds_home, config=SearchConfig(fusion=fusion)).search(SearchRequest(EN, 100, explain=True))
    assert response.explanation is not None
    model = fusion.of(("dense", "sentence", "lexical", "interaction"))
    assert response.explanation.weights == {
        "same_language": dict(model.same_language),
        "cross_language": dict(model.cross_language),
    }
    assert {result.passage.language for result in response.results} == {"zh", "en"}
    for result, bias in zip(response.results, response.explanation.biases, strict=True):
        same = result.passage.language == "en"
        assert bias == (1 if same else 0)
        leg, weight = ("dense", 3) if same else ("sentence", 2)
        odds = bias + weight * max(0.0, result.scores[leg] or 0.0)
        assert result.score == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-6)


@pytest.fixture
def deaf(seeds_home: Path) -> Engine:
    """The seeds as a Chinese tokenizer leaves them that is out of order: the lexical index knows no term."""
    engine = Engine(seeds_home)
    engine.index.lexical = LexicalIndex.build([[] for _ in range(engine.index.manifest.passages)])
    engine.index.tokenizer = Silent()
    engine._retriever = Retriever(engine.index, engine._encoder, SearchConfig())
    return engine


class Silent(Tokenizer):
    """Sees no words."""

    def tokens(self, text: str) -> list[str]:
        return []

    def words(self, text: str) -> list[str]:
        return []


def test_with_a_dead_tokenizer_the_other_legs_answer_as_without_bm25(seeds_home: Path, deaf: Engine) -> None:
    shipped = SearchConfig().fusion.of(("dense", "sentence", "lexical", "interaction"))
    mute = models({**shipped.same_language, "lexical": 0.0}, {**shipped.cross_language, "lexical": 0.0})
    without = Engine(seeds_home, config=SearchConfig(fusion=mute))
    asked = [question["question"] for question in QUESTIONS if question["language"] == "zh"][:12]
    for question in asked:
        response = deaf.search(SearchRequest(question))
        assert response.degraded == ("lexical",)
        expected = {r.passage.id: r.score for r in without.search(SearchRequest(question, 100)).results}
        assert [r.score for r in response.results] == pytest.approx(
            [expected[r.passage.id] for r in response.results], abs=1e-3
        )
    assert deaf.search(SearchRequest(asked[0], mode=Mode.LEXICAL)).results == ()


def test_with_a_dead_tokenizer_answers_are_still_found(deaf: Engine) -> None:
    found = 0
    asked = [question for question in QUESTIONS if question["language"] == "zh"][:20]
    for question in asked:
        quotes = [result.quote for result in deaf.search(SearchRequest(question["question"])).results]
        found += any(each["quote"] in quote for each in question["evidence"] for quote in quotes)
    assert found >= 0.6 * len(asked)


def words(results: tuple[Result, ...]) -> Iterator[str]:
    for result in results:
        yield from (span.quote(result.article.text).lower() for span in result.highlights)


def test_without_tokens_highlights_are_words_of_the_question(seeds_engine: Engine) -> None:
    found = set(words(seeds_engine.search(SearchRequest("生成模型 trained diffusion", 20, Mode.LEXICAL)).results))
    assert {"生成", "模型", "diffusion"} <= found
    assert all(set(word) & set("生成模型traineddiffusion") for word in found)


def test_identical_passages_rank_by_their_articles(home: Path, tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "twins"
    folder.mkdir()
    for name in ("c", "a", "d", "b"):
        (folder / f"{name}.md").write_text("The lighthouse keeper counts gulls every morning.", encoding="utf-8")
    (folder / "other.md").write_text("Bread is baked at night.", encoding="utf-8")
    build(home, folder, encoder)
    engine = Engine(home)
    for mode in (Mode.HYBRID, Mode.DENSE):
        for top_k in (2, 4):
            results = engine.search(SearchRequest("Who counts the gulls?", top_k, mode)).results
            assert [result.article.id for result in results] == ["a.md", "b.md", "c.md", "d.md"][:top_k]
            assert len({result.score for result in results}) == 1


def test_an_english_answer_stays_on_top_when_chinese_articles_on_its_topic_come(
    home: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "gulls.md").write_text(
        "# The lighthouse\n\nThe lighthouse keeper counts gulls every morning. He writes the number into a book.\n\n"
        "## Evening\n\nIn the evening he lights the lamp and boils potatoes.\n",
        encoding="utf-8",
    )
    (folder / "bread.md").write_text("Bread is baked at night, when the ovens are hot.", encoding="utf-8")
    asked = SearchRequest("Who counts the gulls every morning?", 3)
    build(home, folder, encoder)
    before = Engine(home).search(asked).results[0]
    assert before.article.id == "gulls.md"
    for i, text in enumerate(
        (
            "灯塔建于1890年，高三十米。",
            "海鸥在灯塔周围飞翔，早晨最多。",
            "守塔人住在塔下的小屋里。",
            "游客每天早晨来看海鸥和灯塔。",
        )
    ):
        (folder / f"灯塔{i}.md").write_text(f"# 灯塔与海鸥\n\n{text}\n", encoding="utf-8")
    build(home, folder, encoder)
    after = Engine(home).search(asked).results
    assert before.quote in [result.quote for result in after[:2]]


def test_two_processes_give_the_same_answer_to_the_last_digit(seeds_home: Path) -> None:
    """Hash seeds decide the order of sets; no ranking, score or highlight may depend on it."""
    program = f"""
import json
from pathlib import Path
from rag.engine import Engine
from rag.present import response_json
from rag.types import Mode, SearchRequest
engine = Engine(Path({str(seeds_home)!r}))
for query in {[ZH, EN, "创作 models 图片 GPT4", *NONSENSE]!r}:
    for mode in Mode:
        body = response_json(engine.search(SearchRequest(query, 30, mode, explain=True)))
        del body["took_ms"]
        print(json.dumps(body))
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate()[0] for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert first == second
    assert len(first.splitlines()) == 24
