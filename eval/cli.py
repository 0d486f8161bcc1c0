"""The command ``rag eval``: only its names, so that ``rag --help`` need not load what measures and draws."""

from __future__ import annotations

import click

_NAMES = ("accept", "check", "compare", "fit", "report", "run", "table")


class _Commands(click.Group):
    """Loads its commands when one is wanted. The first may be left out: ``rag eval FOLDER`` is ``rag eval run FOLDER``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and (args[0] in _NAMES or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["run", *args])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from eval.commands import COMMANDS

        return COMMANDS.get(cmd_name)


@click.group(cls=_Commands)
def evaluate() -> None:
    """Score retrieval, compare scores, or fit it.

    Without a command, `run` is meant: `rag eval` scores the questions about the seeds, `rag eval FOLDER` a BEIR folder.
    """
