"""The `homeroom` command."""

import os
import sys
from typing import NoReturn

import typer

from cli.demo import demo
from cli.desk import desk
from cli.export import export
from cli.local import commands, setup
from cli.local.environment import use_local_stack
from cli.local.home import Home
from cli.migrate import migrate
from cli.reader import reader

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Durable operations for live online classes."
)


@app.callback()
def prepare() -> None:
    use_local_stack(Home.current())


for verb in (
    setup.setup,
    commands.up,
    commands.status,
    commands.logs,
    commands.down,
    commands.reset,
    migrate,
    demo,
    desk,
    export,
):
    app.command()(verb)
app.add_typer(reader, name="reader")


def run() -> NoReturn:
    """The program: `app`, and an end that the Temporal SDK cannot spoil.

    Its threads may abort an interpreter that is shutting down, which would make a failure of a success.
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
