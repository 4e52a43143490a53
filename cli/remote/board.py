"""`homeroom board`: lists running and upcoming classes and what needs attention."""

from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote

COLUMNS = ("starts_at", "state", "title", "present", "recording", "quality", "transcript", "attention", "id")


@remote
def board(
    caller: Caller,
    show: Annotated[str, typer.Option(help="running, coming, attention or done")] = "",
    exceptions: Annotated[
        bool, typer.Option("--exceptions", help="Show only classes with open exceptions.")
    ] = False,
    search: Annotated[str, typer.Option(help="Search titles, courses and names.")] = "",
) -> None:
    """Show today's classes, as on the console's first page."""
    rows = caller.api.get("/v1/board", show=show, exceptions="true" if exceptions else None, q=search)
    if not caller.screen.as_json:
        rows = [_as_cells(row) for row in rows]
    caller.screen.rows(rows, *COLUMNS, nothing="No upcoming or recent classes.")


def _as_cells(row: Json) -> Json:
    """The row with readable cells for presence, transcript and attention."""
    lag = row["lag_seconds"]
    return row | {
        "present": f"{row['present']} of {row['expected']}",
        "transcript": "" if lag is None else f"{lag:.0f} s behind",
        "attention": [reason.replace("_", " ") for reason in row["attention"]],
    }
