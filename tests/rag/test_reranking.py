"""The best passages sorted anew: by small rerankers of our own, so that every order is known."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.encoders import Encoder
from index.errors import SearchIndexError
from index.hits import Hits
from rag.engine import Engine
from rag.errors import RerankerError, RerankerFailedError, UnknownRerankerError, UnsuitableRerankerError
from rag.present import response_json
from rag.reranking import RERANKED, Reranker, load_reranker, rerank
from rag.types import Filters, Mode, Result, SearchRequest
from tests.conftest import ROOT, build

ZH, EN = "GPT-3 的训练成本是多少？", "How much did it cost to train GPT-3?"


class Shortest:
    """Likes short texts, and remembers what it was asked."""

    name = "shortest"

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        self.asked.append((query, list(texts)))
        return np.array([self.of(text) for text in texts])

    @staticmethod
    def of(text: str) -> float:
        return 1 / (1 + len(text))


class Fixed:
    """Says what it was told to say, whatever it is asked."""

    name = "fixed"

    def __init__(self, *said: float) -> None:
        self._said = np.array(said)

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        return self._said


class Indifferent:
    """Likes all texts alike."""

    name = "indifferent"

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.full(len(texts), 0.5)


@pytest.fixture(scope="module")
def shortest() -> Shortest:
    return Shortest()


@pytest.fixture(scope="module")
def engine(seeds_home: Path, shortest: Shortest) -> Engine:
    """On the seeds, with a reranker."""
    return Engine(seeds_home, reranker=shortest)


def search(engine: Engine, query: str, top_k: int = 30, **options: object) -> tuple[Result, ...]:
    return engine.search(SearchRequest(query, top_k, **options)).results  # type: ignore[arg-type]


def ids(results: Sequence[Result]) -> list[str]:
    return [result.passage.id for result in results]


def hits(*scores: float) -> Hits:
    return Hits(np.arange(len(scores), dtype=np.int64) + 10, np.array(scores))


# --- the order and the scores ---


def test_the_first_are_sorted_by_the_reranker_and_scores_stay_at_their_ranks() -> None:
    """a .7, b .4, c .2, d .1, of which the reranker has read a, b, c and says .1, .9, .5: b .7, c .4, a .2, d .1."""
    reranked = rerank(Fixed(0.1, 0.9, 0.5), "q", hits(0.7, 0.4, 0.2, 0.1), ["a", "b", "c"])
    assert reranked.hits.rows.tolist() == [11, 12, 10, 13]
    assert reranked.hits.scores.tolist() == [0.7, 0.4, 0.2, 0.1]
    assert [reranked.own_score(place) for place in range(4)] == [0.9, 0.5, 0.1, None]
    assert reranked.first(1).hits.rows.tolist() == [11]


def test_what_it_likes_alike_stays_in_its_order() -> None:
    reranked = rerank(Fixed(0.5, 0.9, 0.5, 0.9), "q", hits(0.7, 0.4, 0.4, 0.1), ["a", "b", "c", "d"])
    assert reranked.hits.rows.tolist() == [11, 13, 10, 12]


@given(st.data(), st.integers(0, 30))
def test_a_ranking_is_rearranged_and_nothing_else(data: st.DataObject, n: int) -> None:
    probability = st.floats(0, 1)
    before = hits(*sorted(data.draw(st.lists(probability, min_size=n, max_size=n)), reverse=True))
    read = min(n, RERANKED)
    said = data.draw(st.lists(probability, min_size=read, max_size=read))
    after = rerank(Fixed(*said), "q", before, ["text"] * read)
    assert after.hits.scores.tolist() == before.scores.tolist()
    assert sorted(after.hits.rows[:read]) == sorted(before.rows[:read])
    assert after.hits.rows[read:].tolist() == before.rows[read:].tolist()
    assert list(after.own) == sorted(said, reverse=True)


@pytest.mark.parametrize("said", [(0.5,), (0.5, math.nan), (0.5, math.inf), (0.5, 1.01), (-0.01, 0.5), (1, 1, 1)])
def test_what_is_no_probability_for_each_text_is_refused(said: tuple[float, ...]) -> None:
    with pytest.raises(RerankerFailedError, match=r"'fixed' failed: it does not give 2 numbers from 0 to 1; choose"):
        rerank(Fixed(*said), "q", hits(0.7, 0.4), ["a", "b"])


# --- in a search ---


def test_without_a_reranker_no_result_has_its_score(seeds_engine: Engine) -> None:
    assert seeds_engine.reranker is None
    response = seeds_engine.search(SearchRequest(ZH, 30, explain=True))
    assert {result.scores["reranker"] for result in response.results} == {None}
    assert response.explanation is not None
    assert response.explanation.reranker is None
    assert [result["scores"]["reranker"] for result in response_json(response)["results"]] == [None] * 30


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("query", [ZH, EN])
def test_the_first_20_of_every_mode_are_sorted_anew(
    engine: Engine, seeds_engine: Engine, query: str, mode: Mode, group: bool
) -> None:
    plain = search(seeds_engine, query, mode=mode, group_parallel=group)
    found = search(engine, query, mode=mode, group_parallel=group)
    # Python's sort keeps equals in order, which is the rule for ties
    expected = sorted(plain[:RERANKED], key=lambda result: -Shortest.of(result.passage.searched))
    assert ids(found) == ids((*expected, *plain[RERANKED:]))
    assert ids(found) != ids(plain)
    assert [result.rank for result in found] == list(range(1, len(plain) + 1))
    for place, result in enumerate(found):
        own = Shortest.of(result.passage.searched) if place < RERANKED else None
        assert result.scores["reranker"] == own
    legs = {result.passage.id: {**result.scores, "reranker": None} for result in plain}
    assert all({**result.scores, "reranker": None} == legs[result.passage.id] for result in found)


@pytest.mark.parametrize("query", [ZH, EN, "zzqx"])
def test_scores_stay_probabilities_in_the_order_of_the_ranks(engine: Engine, seeds_engine: Engine, query: str) -> None:
    scores = [result.score for result in search(engine, query)]
    assert scores == [result.score for result in search(seeds_engine, query)]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= min(scores) <= max(scores) <= 1


@pytest.mark.parametrize("top_k", [1, 5, 20, 25, 100])
def test_it_reads_20_passages_with_their_headings_once(
    engine: Engine, seeds_engine: Engine, shortest: Shortest, top_k: int
) -> None:
    shortest.asked.clear()
    search(engine, f"  {ZH} ", top_k)
    ((query, texts),) = shortest.asked
    assert query == ZH
    assert texts == [result.passage.searched for result in search(seeds_engine, ZH, max(top_k, 20))[:RERANKED]]


@pytest.mark.parametrize("top_k", [1, 3, 10, 20])
@pytest.mark.parametrize("group", [True, False])
def test_top_k_cuts_the_ranking_and_changes_nothing_else(engine: Engine, top_k: int, group: bool) -> None:
    everything = search(engine, EN, 25, group_parallel=group)
    assert search(engine, EN, top_k, group_parallel=group) == everything[:top_k]


def test_no_two_of_what_it_reads_are_translations_of_each_other(engine: Engine) -> None:
    question = "2015到2020年，训练大模型耗费的算力翻了多少？"
    results = search(engine, question, RERANKED)
    told = {(other.article_id, other.span) for result in results for other in result.parallel}
    assert told
    assert not told & {(result.article.id, result.passage.span) for result in results}


def test_what_it_likes_alike_keeps_the_order_of_the_legs(seeds_home: Path, seeds_engine: Engine) -> None:
    found = search(Engine(seeds_home, reranker=Indifferent()), ZH)
    assert ids(found) == ids(search(seeds_engine, ZH))
    assert [result.scores["reranker"] for result in found] == [0.5] * 20 + [None] * 10


def test_filters_decide_what_it_reads(engine: Engine, shortest: Shortest) -> None:
    article = "003_225585054f10cde9.txt"
    shortest.asked.clear()
    results = search(engine, ZH, 5, filters=Filters(None, (article,)))
    assert {result.article.id for result in results} == {article}
    texts = {s.passage.searched for _, s in engine.index.database.passages_of(article)}
    assert set(shortest.asked[0][1]) <= texts


def test_where_nothing_is_found_it_is_not_asked(engine: Engine, shortest: Shortest) -> None:
    shortest.asked.clear()
    assert search(engine, "zzqx", mode=Mode.LEXICAL) == ()
    assert shortest.asked == []


def test_fewer_passages_than_20_are_read_as_they_are(articles: Path, home: Path, encoder: Encoder) -> None:
    build(home, articles, encoder)
    reranker = Shortest()
    results = search(Engine(home, reranker=reranker), "How is espresso brewed?")
    assert 1 < len(results) == len(reranker.asked[0][1]) < RERANKED
    own = [result.scores["reranker"] for result in results]
    assert own == sorted((Shortest.of(result.passage.searched) for result in results), reverse=True)


def test_an_explanation_names_it_and_still_explains_the_score_before(engine: Engine, seeds_engine: Engine) -> None:
    before = {result.passage.id: result.score for result in search(seeds_engine, ZH)}
    response = engine.search(SearchRequest(ZH, 30, explain=True))
    assert response.explanation is not None
    assert response.explanation.reranker == "shortest"
    body = json.loads(json.dumps(response_json(response)))
    assert body["explanation"]["reranker"] == "shortest"
    for result in body["results"]:
        odds = result["bias"] + sum(leg["weight"] * leg["normalised"] for leg in result["legs"].values())
        assert 1 / (1 + math.exp(-odds)) == pytest.approx(before[result["id"]])
        assert (result["scores"]["reranker"] is None) == (result["rank"] > RERANKED)


def test_quotes_and_highlights_are_those_of_the_passage_they_stand_in(engine: Engine) -> None:
    for result in search(engine, EN):
        assert result.article.text[result.passage.span.start : result.passage.span.end] == result.quote
        assert all(result.passage.span.covers(span) for span in result.highlights)


def test_the_same_question_has_the_same_answer(engine: Engine) -> None:
    assert search(engine, EN) == search(engine, EN)


def test_a_newer_generation_keeps_the_reranker(articles: Path, home: Path, encoder: Encoder) -> None:
    build(home, articles, encoder)
    engine = Engine(home, reranker=Shortest())
    (articles / "coffee.md").write_text("# Coffee\n\nCoffee is brewed.\n", encoding="utf-8")
    build(home, articles, encoder)
    assert engine.refresh()
    assert engine.reranker == "shortest"
    assert all(result.scores["reranker"] is not None for result in search(engine, "coffee"))


def test_one_that_fails_fails_the_search(seeds_home: Path) -> None:
    with pytest.raises(RerankerFailedError, match="'fixed' failed"):
        search(Engine(seeds_home, reranker=Fixed(0.5)), ZH)


# --- how it is had ---


def test_it_is_a_reranker() -> None:
    assert isinstance(Shortest(), Reranker)


@pytest.mark.parametrize("name", [None, ""])
def test_no_name_is_no_reranker(name: str | None) -> None:
    assert load_reranker(name) is None


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (UnknownRerankerError("m", "no such file"), "give a sentence-transformers CrossEncoder with one label"),
        (UnsuitableRerankerError("m", "it has 3 labels"), "give a sentence-transformers CrossEncoder with one label"),
        (RerankerFailedError("m", "out of memory"), "choose another one or another device, or leave the reranker out"),
    ],
)
def test_every_message_is_a_line_that_says_what_to_do(error: RerankerError, advice: str) -> None:
    assert isinstance(error, SearchIndexError), "whoever opens an index need know no other"
    assert str(error).startswith("reranker 'm' ")
    assert advice in str(error)
    assert len(str(error).splitlines()) == 1


def test_every_error_has_a_code_of_its_own() -> None:
    codes = {kind.code for kind in RerankerError.__subclasses__()}
    assert codes == {"unknown_reranker", "unsuitable_reranker", "reranker_failed"}


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(SearchIndexError) as caught:
        load_reranker("a/b")
    assert caught.value.code == "missing_extra"
    assert str(caught.value) == (
        "reranker 'a/b' needs the extra 'models'; install it with: pip install 'cited-rag[models]'"
    )


@pytest.mark.parametrize(
    "code",
    [
        "from rag.engine import Engine; from rag.types import SearchRequest; Engine(H).search(SearchRequest('Copilot'))",
        "from eval.evaluation import Plan; from eval.commands import run",
        "from api.app import create_app; from api.settings import Settings; create_app(Settings(home=H))",
    ],
    ids=["engine", "eval", "api"],
)
def test_unless_one_is_chosen_its_library_is_not_loaded(seeds_home: Path, code: str) -> None:
    program = (
        f"import sys; from pathlib import Path; H = Path({str(seeds_home)!r}); {code}; "
        "assert 'rag.reranking' in sys.modules; "
        "print(sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
