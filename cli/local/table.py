"""Prints the state of the stack as a table."""

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.local.ports import PREFERRED
from cli.local.state import StackState

_COLOURS = {"running": "green", "done": "green", "outside": "cyan", "starting": "yellow", "restarting": "red"}


def console_of_stack() -> Console:
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)


def print_table(console: Console, state: StackState) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("Service", "State", "Pid", "Restarts", "Last exit", "Addresses"):
        table.add_column(column, overflow="fold", no_wrap=column != "Last exit")
    for service in state.services:
        table.add_row(
            Text(service.name),
            Text(service.status, style=_COLOURS.get(service.status, "")),
            Text(str(service.pid or "")),
            Text(str(service.restarts) if service.restarts else ""),
            Text(service.last_exit or ""),
            Text("\n".join(f"{label}: {url}" for label, url in service.urls.items())),
        )
    console.print(table)
    moved = [f"{name} {port}" for name, port in state.ports.items() if port != PREFERRED.get(name)]
    if moved:
        console.print(
            f"Moved to other ports because the usual ones were busy: {', '.join(moved)}.", markup=False
        )
    if state.problem:
        console.print(state.problem, markup=False)
