"""`homeroom exceptions`: lists, assigns, resolves and reopens exceptions."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.ids import SESSION_HELP, resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="Exceptions: what went wrong, who owns it and when it is due.")
PATH = "/v1/exceptions"
COLUMNS = ("due_at", "severity", "kind", "owner", "assignee", "subject_title", "id")
Id = Annotated[str, typer.Argument(metavar="EXCEPTION", help="Its id, or the start of it.")]


@app.command("list")
@remote
def list_(
    caller: Caller,
    state: Annotated[str, typer.Option(help="open or resolved")] = "open",
    kind: Annotated[str, typer.Option(help="Such as instructor_absent.")] = "",
    severity: Annotated[str, typer.Option(help="low, normal, high or critical")] = "",
    owner: Annotated[str, typer.Option(help="ops, instructor or admin")] = "",
    session: Annotated[str, typer.Option(help=f"Only for this class. {SESSION_HELP}")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only overdue exceptions.")] = False,
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List exceptions, soonest due first."""
    show_list(
        caller, PATH, COLUMNS, limit=limit, every=every,
        state=state,
        kind=kind,
        severity=severity,
        owner=owner,
        session_id=session and resolve_id(caller.api, "/v1/sessions", session),
        overdue="true" if overdue else None,
    )  # fmt: skip


@app.command()
@remote
def show(caller: Caller, exception: Id) -> None:
    """Show one exception."""
    caller.screen.record(caller.api.get(_path_of(caller, exception)))


@app.command()
@remote
def take(
    caller: Caller,
    exception: Id,
    member: Annotated[str, typer.Option("--for", help="The staff member to assign it to.")] = "",
) -> None:
    """Assign an exception to yourself or to a staff member."""
    member_id = resolve_id(caller.api, "/v1/members", member) if member else None
    case = caller.api.post(f"{_path_of(caller, exception)}/assign", {"member_id": member_id})
    caller.screen.done(f"Assigned to {case['assignee']}.", case)


@app.command()
@remote
def resolve(
    caller: Caller, exception: Id, note: Annotated[str, typer.Option(help="What was done.")] = ""
) -> None:
    """Resolve an exception."""
    case = caller.api.post(f"{_path_of(caller, exception)}/resolve", {"resolution": note})
    caller.screen.done("Resolved.", case)


@app.command()
@remote
def reopen(caller: Caller, exception: Id) -> None:
    """Reopen a resolved exception."""
    caller.screen.done("Reopened.", caller.api.post(f"{_path_of(caller, exception)}/reopen"))


def _path_of(caller: Caller, exception: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, exception)}"
