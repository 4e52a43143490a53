"""The `homeroom` command: collects all commands and groups them into help panels."""

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from cli.console_link import desk
from cli.demo import demo
from cli.export import export
from cli.local import commands, setup
from cli.local.environment import use_local_stack
from cli.local.home import Home
from cli.migrate import migrate
from cli.reader import reader
from cli.remote import board, changes, exceptions, files, keys, notices, organization, review, sessions
from cli.remote.kinds import KINDS
from cli.remote.resources import commands_of

CLASSES, PEOPLE, RULES, RECORD, MACHINE = PANELS = (
    "Classes", "People and courses", "Access and rules", "The record", "This machine",
)  # fmt: skip


def _panel(command: Any) -> str:
    """The help panel of a command or group, whose common base class has no such field."""
    panel: str = command.rich_help_panel
    return panel


class ByPanel(TyperGroup):
    """Lists commands by panel, the ones for daily use first."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return sorted(self.commands, key=lambda name: PANELS.index(_panel(self.commands[name])))


app = typer.Typer(
    cls=ByPanel,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Durable operations for live online classes.",
)


@app.callback()
def prepare() -> None:
    use_local_stack(Home.current())


app.command(rich_help_panel=CLASSES)(board.board)
for name, group in (
    ("sessions", sessions.app),
    ("files", files.app),
    ("review", review.app),
    ("exceptions", exceptions.app),
    ("notices", notices.app),
):
    app.add_typer(group, name=name, rich_help_panel=CLASSES)
for kind in KINDS:
    app.add_typer(commands_of(kind), name=kind.path, rich_help_panel=RULES if kind.grants_access else PEOPLE)
app.add_typer(organization.organization, name="organization", rich_help_panel=RULES)
app.add_typer(organization.policy, name="policy", rich_help_panel=RULES)
app.add_typer(keys.app, name="keys", rich_help_panel=RULES)
for command in (changes.events, changes.audit, export):
    app.command(rich_help_panel=RECORD)(command)
app.add_typer(reader, name="reader", rich_help_panel=RECORD)
for command in (
    setup.setup,
    commands.up,
    commands.status,
    commands.logs,
    commands.down,
    commands.reset,
    migrate,
    demo,
    desk,
):
    app.command(rich_help_panel=MACHINE)(command)


def run() -> NoReturn:
    """The entry point. Skips the interpreter's shutdown if the Temporal SDK is loaded.

    Its threads may abort an interpreter that is shutting down, which would turn a success into a failure.
    """
    code: int | str | None = 0
    try:
        app()
    except SystemExit as end:
        code = end.code
    if "temporalio" not in sys.modules:
        sys.exit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    run()
