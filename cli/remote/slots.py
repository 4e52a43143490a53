"""`homeroom slots`: when a class can be booked and by whom it can be taught, and time that is held for a booking."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.moments import optional_moment, read_length

app = typer.Typer(
    no_args_is_help=True, help="When a class can be booked, and time that is held for a booking."
)
_HOLDS = "/v1/holds"
_HOLD_COLUMNS = ("starts_at", "ends_at", "expires_at", "instructor_id", "course_id", "id")
Course = Annotated[str, typer.Option(help=ID_HELP)]
Instructor = Annotated[str, typer.Option(help=ID_HELP)]
Minutes = Annotated[str, typer.Option("--minutes", "--lasts", metavar="LENGTH", help="Length of the class.")]
Students = Annotated[
    list[str] | None, typer.Option("--student", help="Repeatable. Defaults to everyone enrolled.")
]


@app.command()
@remote
def find(
    caller: Caller,
    course: Course,
    instructor: Annotated[str, typer.Option(help="The only instructor to look at.")] = "",
    student: Students = None,
    since: Annotated[str, typer.Option("--from", help="The first start. Defaults to now.")] = "",
    until: Annotated[str, typer.Option("--to", help="By when classes end. Defaults to a week later.")] = "",
    minutes: Minutes = "60",
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """Find when a class can be booked, and who can teach it then."""
    api, zone = caller.api, caller.screen.zone
    wanted: Json = {
        "course_id": resolve_id(api, "/v1/courses", course),
        "instructor_id": resolve_id(api, "/v1/instructors", instructor) if instructor else "",
        "student_ids": [resolve_id(api, "/v1/students", one) for one in student or ()],
        "from": optional_moment(since, zone),
        "to": optional_moment(until, zone),
        "length": f"PT{read_length(minutes) // timedelta(seconds=1)}S",
        "limit": limit,
    }
    found = api.get("/v1/slots", **wanted)
    rows = [slot | {"can_teach": [one["name"] for one in slot["instructors"]]} for slot in found["items"]]
    caller.screen.rows(found["items"] if caller.screen.as_json else rows, "starts_at", "ends_at", "can_teach")


@app.command()
@remote
def hold(
    caller: Caller,
    course: Course,
    instructor: Instructor,
    starts: Annotated[str, typer.Option(help="Start time, such as 2030-03-04T16:00.")],
    student: Students = None,
    minutes: Minutes = "60",
    ttl: Annotated[str, typer.Option("--for", metavar="LENGTH", help="How long the time is held.")] = "10m",
) -> None:
    """Hold the time of an instructor and of students. `homeroom sessions book --hold` books it."""
    api = caller.api
    starts_at = caller.moment(starts)
    body: Json = {
        "course_id": resolve_id(api, "/v1/courses", course),
        "instructor_id": resolve_id(api, "/v1/instructors", instructor),
        "starts_at": starts_at,
        "ends_at": (datetime.fromisoformat(starts_at) + read_length(minutes)).isoformat(),
        "ttl": read_length(ttl) // timedelta(seconds=1),
    }
    if student:
        body["student_ids"] = [resolve_id(api, "/v1/students", one) for one in student]
    made = api.post(_HOLDS, body)
    caller.screen.done(f"Held until {caller.screen.cell(made['expires_at'])}: {made['id']}", made)


@app.command()
@remote
def holds(caller: Caller, limit: Limit = DEFAULT_LIMIT, every: All = False) -> None:
    """List the time that is held, by start."""
    show_list(caller, _HOLDS, _HOLD_COLUMNS, limit=limit, every=every)


@app.command()
@remote
def release(caller: Caller, hold: Annotated[str, typer.Argument(help="Its id, or the start of it.")]) -> None:
    """Release held time before it expires."""
    hold_id = resolve_id(caller.api, _HOLDS, hold)
    caller.api.delete(f"{_HOLDS}/{hold_id}")
    caller.screen.done("Released.", {"id": hold_id, "done": "released"})
