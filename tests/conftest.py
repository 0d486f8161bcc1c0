"""Fixtures for all tests. The encoder, FAISS, jieba and the files are the real ones; only the articles are small."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from index.build import BuildReport, Sources, build_index
from index.encoders import Encoder, load_encoder
from index.reading import find_files, read_file
from index.store import Home
from index.tokens import Tokenizer
from rag.engine import Engine
from tests.word_counter import save_word_counter

# no test may reach for a model hub; set before sentence-transformers is imported anywhere
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
WORDS = ["who what is the keeper counts gulls at night bread baked old tide turns moon", *map(str, range(100))]
"""What tests of reranking say, besides what the seeds say."""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No RAG_… variable of the developer's shell decides a test."""
    for name in [name for name in os.environ if name.startswith("RAG_") and name != "RAG_REQUIRE_BROWSER"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder, loaded once."""
    return load_encoder()


def sources_of(folder: Path) -> Sources:
    """The articles below a folder, as a build takes them."""
    return {article_id: partial(read_file, article_id, path) for article_id, path in find_files([folder]).items()}


def build(home: Path, folder: Path, encoder: Encoder, **options: object) -> BuildReport:
    """An index of ``folder`` in ``home``."""
    return build_index(Home(home), sources_of(folder), encoder, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def seeds_home(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """An index of the five articles that ship. Read only: it is shared."""
    home = tmp_path_factory.mktemp("seeds")
    build(home, SEEDS, encoder)
    return home


@pytest.fixture(scope="session")
def seeds_engine(seeds_home: Path) -> Engine:
    """An engine on the seeds."""
    return Engine(seeds_home)


@pytest.fixture(scope="session")
def word_counter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a CrossEncoder that likes passages with the question's words. Read only: it is shared."""
    pytest.importorskip("sentence_transformers")
    texts = [path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")]
    return save_word_counter(tmp_path_factory.mktemp("models") / "word-counter", [*texts, *WORDS])


_JIEBA: dict[str, object] = {}


def share_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets tokenizers with the same words share one jieba, whose loading is most of a small index's time."""
    load = Tokenizer._load_jieba

    def shared(self: Tokenizer) -> object:
        words = repr((self._terms, self._user_dictionary))
        if words not in _JIEBA:
            _JIEBA[words] = load(self)
        return _JIEBA[words]

    monkeypatch.setattr(Tokenizer, "_load_jieba", shared)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with three small articles, to be changed at will."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tea.md").write_text(
        "# 茶的历史\n\n茶起源于中国西南部。唐代陆羽写了《茶经》，这是世界上第一部茶书。\n\n## 制作\n\n绿茶不发酵，红茶全发酵。"
        "\n\n| 种类 | 温度 |\n|---|---|\n| 绿茶 | 80度 |\n| 红茶 | 95度 |\n",
        encoding="utf-8",
    )
    (folder / "coffee.md").write_text(
        "# A history of coffee\n\nCoffee was first cultivated in Yemen. Dr. Smith wrote that a cup cost 1.5 pence in 1660."
        "\n\n## Brewing\n\nEspresso is brewed under pressure. A filter takes four minutes.\n",
        encoding="utf-8",
    )
    (folder / "lake.txt").write_text("西湖在杭州。苏轼修筑了苏堤。\n", encoding="utf-8")
    return folder
