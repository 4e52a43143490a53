"""`homeroom status`: the state of the local stack."""

from typing import Annotated

import typer

from cli.local.home import Home
from cli.local.state import read_state, supervisor_lives
from cli.local.table import console_of_stack, print_table


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the state as JSON.")] = False,
) -> None:
    """Show each service. The exit code is 0 if all are up, 1 if not, 3 if the stack isn't running."""
    home = Home.current()
    state = read_state(home)
    lives = supervisor_lives(home)
    if state is not None and as_json:
        typer.echo(state.model_dump_json(indent=2))
    elif state is not None and lives:
        print_table(console_of_stack(), state)
    if not lives or state is None:
        if state is not None and state.phase != "stopped":
            typer.echo("The supervisor was killed. Run `homeroom up` to restart the stack.", err=True)
        else:
            typer.echo("The stack isn't running. Run `homeroom up` to start it.", err=True)
        raise typer.Exit(3)
    raise typer.Exit(0 if state.settled else 1)
