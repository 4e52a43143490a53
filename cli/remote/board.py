"""`homeroom board`: lists running and upcoming classes and what needs attention."""

from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote

COLUMNS = ("starts_at", "state", "title", "matters", "present", "recording", "quality", "transcript", "id")


@remote
def board(
    caller: Caller,
    show: Annotated[str, typer.Option(help="running, coming, attention or done")] = "",
    exceptions: Annotated[
        bool, typer.Option("--exceptions", help="Show only classes with open exceptions.")
    ] = False,
    hours: Annotated[int, typer.Option(help="Show classes that start within so many hours from now.")] = 24,
    trouble: Annotated[
        str, typer.Option(help="A reason such as not_recorded, or a kind of exception such as room_lost")
    ] = "",
    course: Annotated[str, typer.Option(help="The id of a course")] = "",
    instructor: Annotated[str, typer.Option(help="The id of an instructor")] = "",
    region: Annotated[str, typer.Option(help="The name of a region")] = "",
    search: Annotated[str, typer.Option(help="Search titles, courses and names.")] = "",
) -> None:
    """Show the classes of the hours ahead, as on the console's first page."""
    rows = caller.api.get(
        "/v1/board",
        show=show,
        exceptions="true" if exceptions else None,
        hours=hours,
        trouble=trouble,
        course_id=course,
        instructor_id=instructor,
        region=region,
        q=search,
    )
    if not caller.screen.as_json:
        rows = [_as_cells(row) for row in rows]
    caller.screen.rows(rows, *COLUMNS, nothing="No upcoming or recent classes.")


def _as_cells(row: Json) -> Json:
    """The row with readable cells for presence, transcript and what matters."""
    lag = row["lag_seconds"]
    return row | {
        "present": f"{row['present']} of {row['expected']}",
        "transcript": "" if lag is None else f"{lag:.0f} s behind",
        "matters": row["headline"]["text"],
    }
