"""`homeroom leave`: the leave that instructors ask for, approved or declined."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.ids import resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from domain.scheduling.leave import LeaveState

app = typer.Typer(no_args_is_help=True, help="Leave that instructors ask for: list, approve, decline.")
PATH = "/v1/leave-requests"
COLUMNS = ("starts_at", "ends_at", "state", "reason", "note", "instructor_id", "id")
Id = Annotated[str, typer.Argument(metavar="LEAVE", help="Its id, or the start of it.")]
Answer = Annotated[str, typer.Option(help="For the instructor.")]


@app.command("list")
@remote
def list_(
    caller: Caller,
    state: Annotated[str, typer.Option(help=f"{', '.join(LeaveState)}.")] = "",
    instructor: Annotated[str, typer.Option(help="Only this instructor.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List what instructors have asked for, the latest first."""
    instructor_id = instructor and resolve_id(caller.api, "/v1/instructors", instructor)
    show_list(caller, PATH, COLUMNS, limit=limit, every=every, state=state, instructor_id=instructor_id)


@app.command()
@remote
def show(caller: Caller, leave: Id) -> None:
    """Show a request with the instructor's booked classes in this time."""
    caller.screen.record(caller.api.get(_path_of(caller, leave)))


@app.command()
@remote
def approve(caller: Caller, leave: Id, answer: Answer = "") -> None:
    """Approve leave: it is entered, and another instructor is found for each class in it."""
    result = caller.api.post(f"{_path_of(caller, leave)}/approve", {"answer": answer})
    caller.screen.done(f"Approved. Classes in this time: {len(result['classes'])}.", result)


@app.command()
@remote
def decline(caller: Caller, leave: Id, answer: Answer = "") -> None:
    """Decline leave: the classes stay as they are."""
    path = _path_of(caller, leave)
    caller.api.post(f"{path}/decline", {"answer": answer})
    caller.screen.done("Declined.", {"id": path.rpartition("/")[2], "done": "declined"})


def _path_of(caller: Caller, leave: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, leave)}"
