"""`homeroom setup`: finds or builds what the stack needs besides Python packages. Safe and quick to repeat."""

from collections.abc import Callable, Collection
from typing import Annotated

import typer

from cli.local import chromium, go_tools, web
from cli.local.service import SetupError
from cli.local.shell_path import how_to_run


def setup(
    for_tests: Annotated[
        bool, typer.Option(help="Also install what the tests need: Chromium, an S3 server, a Compose loader.")
    ] = False,
) -> None:
    """Find or build the servers and pages that are not Python packages."""
    try:
        prepare_stack({"livekit", "api"}, typer.echo)
        if for_tests:
            typer.echo(f"versitygw: {go_tools.versitygw(typer.echo)}")
            typer.echo(f"compose-go: {go_tools.compose_go(typer.echo)}")
            typer.echo(f"chromium: {chromium.find_or_install(typer.echo)}")
        if hint := how_to_run():
            typer.echo(hint)
    except SetupError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


def prepare_stack(services: Collection[str], progress: Callable[[str], None]) -> None:
    """Prepare what the named services need to start. Raises SetupError."""
    if "livekit" in services:
        progress(f"livekit-server: {go_tools.livekit_server(progress)}")
    if "api" in services:
        built = web.build(progress)
        if built:
            progress(f"room page: {built}")
