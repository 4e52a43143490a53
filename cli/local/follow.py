"""`homeroom logs`: prints log files and follows them as they grow."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.local.home import Home
from cli.local.process import tail


def logs(
    service: Annotated[
        str | None, typer.Argument(help="A service, or `supervisor`. Defaults to all.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing new lines.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Number of past lines to show.")] = 40,
) -> None:
    """Print the services' logs."""
    home = Home.current()
    if service:
        files = [home.log(service)]
        if not files[0].exists():
            available = ", ".join(sorted(path.stem for path in home.logs.glob("*.log"))) or "none"
            typer.echo(f"There is no log for {service!r}. Available: {available}.", err=True)
            raise typer.Exit(1)
    else:
        files = sorted(home.logs.glob("*.log"))
    print_logs(files, lines=lines, follow=follow, write=typer.echo)


def print_logs(files: Sequence[Path], *, lines: int, follow: bool, write: Callable[[str], None]) -> None:
    """Print the last `lines` of each file; with `follow` also appended lines, until Ctrl-C."""
    several = len(files) > 1
    positions: dict[Path, int] = {}
    for path in files:
        positions[path] = path.stat().st_size
        if several:
            write(f"==> {path.stem} <==")
        write(tail(path, lines))
    try:
        while follow:
            for path in files:
                for line in _appended(path, positions):
                    write(f"{path.stem}: {line}" if several else line)
            time.sleep(0.3)
    except KeyboardInterrupt:
        pass


def _appended(path: Path, positions: dict[Path, int]) -> list[str]:
    """Complete lines that were appended since the position, which is moved on."""
    try:
        with path.open("rb") as handle:
            if handle.seek(0, os.SEEK_END) < positions[path]:
                positions[path] = 0
            handle.seek(positions[path])
            data = handle.read()
    except FileNotFoundError:
        return []
    whole = data[: data.rfind(b"\n") + 1]
    positions[path] += len(whole)
    return whole.decode(errors="replace").splitlines()
