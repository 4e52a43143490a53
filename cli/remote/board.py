"""`homeroom board`: what runs and what comes, with what needs somebody."""

from typing import Annotated

import typer

from cli.api_client import Json
from cli.remote.caller import Caller, remote

COLUMNS = ("starts_at", "state", "title", "here", "recording", "quality", "transcript", "attention", "id")


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
        rows = [_told(row) for row in rows]
    caller.screen.rows(rows, *COLUMNS, nothing="No upcoming or recent classes.")


def _told(row: Json) -> Json:
    lag = row["lag_seconds"]
    return row | {
        "here": f"{row['present']} of {row['expected']}",
        "transcript": "" if lag is None else f"{lag:.0f} s behind",
        "attention": [reason.replace("_", " ") for reason in row["attention"]],
    }
