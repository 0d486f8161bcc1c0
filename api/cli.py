"""The command ``rag serve``."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from api.settings import Settings
from index.errors import MissingIndexError, SearchIndexError
from index.store import Home
from rag.indexing import IndexOptions, index_articles, print_report

if TYPE_CHECKING:
    from fastapi import FastAPI


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8000]")
@click.option("--encoder", help="Refuse an index that was built with another encoder; build with this one if none is.")
@click.option("--reranker", help="Have the best 20 re-sorted by this sentence-transformers CrossEncoder.")
@click.option("--device", help="Where sentence-transformers models run: cpu, cuda, mps.")
@click.pass_obj
def serve(home: Path, /, **options: Any) -> None:
    """Serve the web page and the HTTP API; builds the index over seeds/ first if there is none."""
    import uvicorn

    given = {"home": home, **options}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(["RAG", *map(str, first["loc"])]).upper()
        raise click.ClickException(f"wrong setting {name}: {first['msg']} (see docs/settings.md)") from error
    app = _application(settings)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    _ensure_index(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,  # our own middleware writes the line, with the request's id
            log_config=None,
            timeout_graceful_shutdown=30,
        )
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal once more after its own orderly stop; by default that would look like a crash
        signal.signal(number, lambda *_: sys.exit(0))
    with suppress(SystemExit):  # its exit codes are not ours
        server.run()
    if not server.started:
        raise SystemExit(1)


def _application(settings: Settings) -> FastAPI:
    """First of all: a reranker that cannot be had is known before an index is built."""
    # imported here: `rag --help` lists this command, and need not load what serves and draws
    from api.app import create_app

    try:
        return create_app(settings)
    except SearchIndexError as error:
        raise click.ClickException(str(error)) from error


def _ensure_index(settings: Settings) -> None:
    """An index that can be served, or an error that says why not; it is opened only to be checked."""
    try:
        Home(settings.home).open(settings.encoder).close()
    except MissingIndexError:
        _build(settings)
    except SearchIndexError as error:
        raise click.ClickException(str(error)) from error


def _build(settings: Settings) -> None:
    try:
        options = IndexOptions((settings.sources,), settings.encoder, settings.device)
        print_report(index_articles(Home(settings.home), options))
    except (SearchIndexError, OSError) as error:
        raise click.ClickException(str(error)) from error
