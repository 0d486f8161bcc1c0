"""Imports point one way, ``api, eval -> rag -> index``, wherever they stand, and cheap commands stay cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

BELOW = {"index": set(), "rag": {"index"}, "api": {"rag", "index"}, "eval": {"rag", "index"}}
"""Which of the other packages each may import."""
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in BELOW
    for path in sorted((ROOT / package).rglob("*.py"))
}


def imports(module: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of all that is imported: in functions and under TYPE_CHECKING too, relative names resolved."""
    package = module if MODULES.get(module, Path()).name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def imported_modules(module: str) -> set[str]:
    """Our own modules that it imports; a name in a module counts as the module."""
    found = set()
    for _, name in imports(module, ast.parse(MODULES[module].read_text("utf-8"))):
        known = name if name in MODULES else name.rpartition(".")[0]
        if known in MODULES and known != module:
            found.add(known)
    return found


def upward(module: str, tree: ast.AST) -> list[str]:
    package = module.partition(".")[0]
    tops = ((line, name, name.partition(".")[0]) for line, name in imports(module, tree))
    return [
        f"{module}:{line} imports {name}"
        for line, name, top in tops
        if top in BELOW and top not in BELOW[package] | {package}
    ]


def test_all_four_packages_are_looked_at() -> None:
    assert {name.partition(".")[0] for name in MODULES} == set(BELOW)
    assert len(MODULES) > 40


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_downwards(module: str) -> None:
    assert upward(module, ast.parse(MODULES[module].read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("module", "code", "found"),
    [
        ("rag.cli", "import api.app", True),
        ("index.store", "from rag import engine", True),
        ("index.store", "def f():\n    import rag.engine", True),
        ("rag.engine", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from eval.run import Run", True),
        ("api.app", "from eval import run", True),
        ("eval.run", "from api.app import create_app", True),
        ("api.app", "from rag.engine import Engine\nfrom index.store import Home\nimport api.errors", False),
        ("rag.engine", "from . import retriever", False),
        ("rag.engine", "import indexing_of_others, evaluate", False),
    ],
)
def test_the_check_itself_sees_what_it_should(module: str, code: str, found: bool) -> None:
    assert bool(upward(module, ast.parse(code))) is found


def test_no_module_imports_itself_by_a_detour() -> None:
    """Raises graphlib.CycleError, which names the way around."""
    order = list(TopologicalSorter({module: imported_modules(module) for module in MODULES}).static_order())
    assert set(order) == set(MODULES)


def test_nothing_imports_the_data_or_the_tests() -> None:
    names = {
        name.partition(".")[0]
        for module in MODULES
        for _, name in imports(module, ast.parse(MODULES[module].read_text("utf-8")))
    }
    assert not names & {"seeds", "tests", "benchmarks"}


HEAVY = (
    "torch",
    "sentence_transformers",
    "transformers",
    "fastapi",
    "uvicorn",
    "starlette",
    "ir_measures",
    "api",
    "eval",
)


@pytest.mark.parametrize(
    ("code", "also_absent"),
    [
        ("import rag.cli", ("faiss", "numpy", "jieba", "rag.engine")),
        (
            "from rag.cli import main; main(['--home', {home!r}, 'search', 'What is Copilot?'], standalone_mode=False)",
            (),
        ),
        (
            "from rag.cli import main; main(['--home', {home!r}, 'search', '盗梦师', '--json'], standalone_mode=False)",
            (),
        ),
        ("from rag.cli import main; main(['--home', {home!r}, 'index', '--help'], standalone_mode=False)", ("faiss",)),
        ("import rag.engine", ("jieba",)),
    ],
    ids=["import", "english", "chinese", "help", "engine"],
)
def test_searching_loads_no_server_no_torch_and_no_evaluation(
    seeds_home: Path, code: str, also_absent: tuple[str, ...]
) -> None:
    program = f"import sys; {code.format(home=str(seeds_home))}; print('LOADED', *sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert "rag" in loaded
    assert not loaded & {*HEAVY, *also_absent}


@pytest.mark.parametrize(
    ("module", "absent"), [("api.cli", {"eval", "ir_measures", "torch"}), ("eval.cli", {"api", "fastapi", "torch"})]
)
def test_server_and_evaluation_load_nothing_of_each_other(module: str, absent: set[str]) -> None:
    program = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert module in done.stdout.split()
    assert not absent & set(done.stdout.split())
