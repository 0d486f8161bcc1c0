"""The command ``rag``. Commands of other packages join through the entry-point group ``rag.commands``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rag.types import SearchResponse

_GROUP = "rag.commands"


class _Commands(click.Group):
    """Own commands and contributed ones; a contributed one is imported only when it is invoked or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(entry.name for entry in entry_points(group=_GROUP))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for entry in entry_points(group=_GROUP, name=cmd_name):
            command: click.Command = entry.load()
            return command
        return None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), default=".rag", envvar="RAG_HOME", show_default=True,
    help="Folder of the index; also RAG_HOME.",
)  # fmt: skip
@click.version_option(package_name="cited-rag")
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """Ask a folder of articles in Chinese or English; get passages proven by verbatim quotes."""
    context.obj = home


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--encoder", envvar="RAG_ENCODER", help="Bundled model, sentence-transformers name, or model folder.")
@click.option("--device", envvar="RAG_DEVICE", help="Where a sentence-transformers model runs: cpu, cuda, mps.")
@click.option(
    "--user-dict", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Words jieba should not cut: a line each, 'word [frequency] [tag]'.",
)  # fmt: skip
@click.option(
    "--glossary", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Terms to translate, as CSV: 'term,translation|translation'.",
)  # fmt: skip
@click.option("--rebuild", is_flag=True, help="Build from nothing, ignoring the index that is there.")
@click.pass_obj
def index(
    home: Path,
    paths: tuple[Path, ...],
    encoder: str | None,
    device: str | None,
    user_dict: Path | None,
    glossary: Path | None,
    rebuild: bool,
) -> None:
    """Bring the index up to date with PATHS (folders or files; default: those of the last time, or seeds/).

    Only new and changed articles are read. Exit code 1 if an article failed; the others are indexed all the same.
    """
    from index.errors import SearchIndexError
    from index.store import Home
    from rag.indexing import IndexOptions, index_articles, print_report

    words = _read_text(user_dict) if user_dict else None
    terms = _read_text(glossary) if glossary else None
    try:
        report = index_articles(Home(home), IndexOptions(paths, encoder, device, words, terms, rebuild))
    except (SearchIndexError, OSError) as error:
        raise click.ClickException(str(error)) from error
    print_report(report)
    if report.failed:
        sys.exit(1)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path} is not UTF-8; save it as UTF-8") from error


@contextmanager
def _usage_errors() -> Iterator[None]:
    """What is wrong with a question is wrong use; what is wrong with an index or a model is a failure."""
    from index.errors import SearchIndexError
    from rag.errors import EngineError

    try:
        yield
    except EngineError as error:
        raise click.UsageError(str(error)) from error
    except SearchIndexError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("query")
@click.option("--top-k", type=click.IntRange(1, 100), default=5, show_default=True, help="How many passages.")
@click.option(
    "--mode", type=click.Choice(["hybrid", "dense", "lexical"]), default="hybrid", show_default=True,
    help="Which legs take part.",
)  # fmt: skip
@click.option("--language", type=click.Choice(["zh", "en"]), help="Only passages in this language.")
@click.option("--article", "articles", multiple=True, help="Only passages of this article; repeat for several.")
@click.option(
    "--reranker", envvar="RAG_RERANKER",
    help="Have the best 20 re-sorted by this sentence-transformers CrossEncoder: a name or model folder.",
)  # fmt: skip
@click.option("--device", envvar="RAG_DEVICE", help="Where sentence-transformers models run: cpu, cuda, mps.")
@click.option("--all-parallel", is_flag=True, help="Show every translation of a passage instead of one.")
@click.option("--explain", is_flag=True, help="Also show tokens, weights and each leg's scores (with --json).")
@click.option("--json", "as_json", is_flag=True, help="Print what POST /v1/search answers.")
@click.pass_obj
def search(
    home: Path,
    query: str,
    top_k: int,
    mode: str,
    language: Any,
    articles: tuple[str, ...],
    reranker: str | None,
    device: str | None,
    explain: bool,
    as_json: bool,
    all_parallel: bool,
) -> None:
    """Find the passages that answer QUERY, in Chinese or English."""
    from rag.engine import Engine
    from rag.present import print_results, response_json
    from rag.reranking import load_reranker
    from rag.types import Filters, Mode, SearchRequest

    with _usage_errors():
        request = SearchRequest(
            query, top_k, Mode(mode), Filters(language, articles or None), explain, not all_parallel
        )
        engine = Engine(home, device=device, reranker=load_reranker(reranker, device))
        engine.warm_up()
        response: SearchResponse = engine.search(request)
    if as_json:
        click.echo(json.dumps(response_json(response), ensure_ascii=False, indent=2))
    else:
        print_results(response)


@main.command()
@click.argument("question", required=False)
@click.option(
    "--top-k", type=click.IntRange(1, 100), default=10, show_default=True, help="How many passages to look at."
)
@click.option("--language", type=click.Choice(["zh", "en"]), help="Only passages in this language.")
@click.option("--article", "articles", multiple=True, help="Only passages of this article; repeat for several.")
@click.option(
    "--generator", type=click.Choice(["extractive", "llm"]),
    help="Who words the answer. Default: a language model if RAG_LLM_BASE_URL and RAG_LLM_MODEL are set, else quotes.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Leave out what a language model says and its quotes do not support.")
@click.option("--reranker", envvar="RAG_RERANKER", help="Have the best 20 passages re-sorted by this CrossEncoder.")
@click.option("--device", envvar="RAG_DEVICE", help="Where sentence-transformers models run: cpu, cuda, mps.")
@click.option("--json", "as_json", is_flag=True, help="Print what POST /v1/ask answers.")
@click.pass_obj
def ask(
    home: Path,
    question: str | None,
    top_k: int,
    language: Any,
    articles: tuple[str, ...],
    generator: Any,
    strict: bool,
    reranker: str | None,
    device: str | None,
    as_json: bool,
) -> None:
    """Answer QUESTION with quotes from the articles, or say that they do not.

    Without a QUESTION it asks for one after the other; follow-ups are understood. Exit code 0 also for a refusal.
    """
    from rag.answering.types import AskRequest
    from rag.asking import converse, print_as, start_engine
    from rag.types import Filters

    request = partial(
        AskRequest, top_k=top_k, filters=Filters(language, articles or None), generator=generator, strict=strict
    )
    with _usage_errors():
        engine = start_engine(home, device, reranker, generator)
        if question is None:
            converse(engine, request, as_json)
        else:
            print_as(engine.ask(request(question)), as_json)
