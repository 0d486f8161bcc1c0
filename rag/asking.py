"""Asking from the command line: one question, or one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from rag.answering.present import answer_json, print_answer
from rag.answering.types import LONGEST_HISTORY, Answer, AskRequest, Turn
from rag.engine import Engine
from rag.errors import EngineError
from rag.reranking import load_reranker

_PROMPT = "? "


def start_engine(home: Path, device: str | None, reranker: str | None, generator: str | None) -> Engine:
    """An engine that has woken up; with the language model that the environment names unless answers are to be quoted.

    Raises:
        SearchIndexError: there is no index, it is damaged, or a model cannot be had.
    """
    llm = None
    if generator != "extractive":
        # imported here: its settings take a sixth of a second to load
        from rag.answering.llm import Llm, LlmSettings

        settings = LlmSettings.from_environment()
        llm = Llm(settings) if settings is not None else None
    engine = Engine(home, device=device, reranker=load_reranker(reranker, device), llm=llm)
    engine.warm_up()
    return engine


def print_as(answer: Answer, as_json: bool) -> None:
    """Prints an answer for people, or as POST /v1/ask gives it."""
    if as_json:
        click.echo(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(answer)


def converse(engine: Engine, request: Callable[..., AskRequest], as_json: bool) -> None:
    """Asks for questions until there are no more (Ctrl-D, or an empty line); earlier ones explain later ones."""
    history: list[Turn] = []
    while True:
        try:
            question = click.prompt("", prompt_suffix=_PROMPT, default="", show_default=False, err=True).strip()
        except (click.Abort, EOFError):
            click.echo(err=True)
            return
        if not question:
            return
        try:
            answer = engine.ask(request(question, history=tuple(history[-LONGEST_HISTORY:])))
        except EngineError as error:
            click.echo(str(error), err=True)
            continue
        print_as(answer, as_json)
        history.append(Turn(question, answer.text))
