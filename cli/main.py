"""The `homeroom` command."""

import typer

from cli.local import commands, setup
from cli.local.environment import use_local_stack
from cli.local.home import Home
from cli.migrate import migrate

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
):
    app.command()(verb)


if __name__ == "__main__":
    app()
