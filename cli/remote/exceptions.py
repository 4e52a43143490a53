"""`homeroom exceptions`: the queue of what needs somebody."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.finding import ID_HELP, find
from cli.remote.lists import USUAL, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="What went wrong, who has it, until when.")
PATH = "/v1/exceptions"
COLUMNS = ("due_at", "severity", "kind", "owner", "assignee", "session_title", "id")
Id = Annotated[str, typer.Argument(metavar="EXCEPTION", help="Its id, or the beginning of it.")]


@app.command("list")
@remote
def list_(
    caller: Caller,
    state: Annotated[str, typer.Option(help="open or resolved")] = "open",
    kind: Annotated[str, typer.Option(help="Such as instructor_absent.")] = "",
    severity: Annotated[str, typer.Option(help="low, normal, high or critical")] = "",
    owner: Annotated[str, typer.Option(help="ops, instructor or admin")] = "",
    session: Annotated[str, typer.Option(help=f"Of one class. {ID_HELP}")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its time.")] = False,
    limit: Limit = USUAL,
    every: All = False,
) -> None:
    """What is due first, first."""
    show_list(
        caller, PATH, COLUMNS, limit=limit, every=every,
        state=state,
        kind=kind,
        severity=severity,
        owner=owner,
        session_id=session and find(caller.api, "/v1/sessions", session),
        overdue="true" if overdue else None,
    )  # fmt: skip


@app.command()
@remote
def show(caller: Caller, exception: Id) -> None:
    """One case, with what is known of it."""
    caller.screen.record(caller.api.get(_one(caller, exception)))


@app.command()
@remote
def take(
    caller: Caller,
    exception: Id,
    member: Annotated[str, typer.Option("--for", help="The member of staff who takes it.")] = "",
) -> None:
    """Take a case, or give it to a member of staff."""
    wanted = find(caller.api, "/v1/members", member) if member else None
    case = caller.api.post(f"{_one(caller, exception)}/assign", {"member_id": wanted})
    caller.screen.done(f"It is with {case['assignee']}.", case)


@app.command()
@remote
def resolve(
    caller: Caller, exception: Id, note: Annotated[str, typer.Option(help="What was done.")] = ""
) -> None:
    """Close a case."""
    case = caller.api.post(f"{_one(caller, exception)}/resolve", {"resolution": note})
    caller.screen.done("Resolved.", case)


@app.command()
@remote
def reopen(caller: Caller, exception: Id) -> None:
    """Open a resolved case again."""
    caller.screen.done("Open again.", caller.api.post(f"{_one(caller, exception)}/reopen"))


def _one(caller: Caller, exception: str) -> str:
    return f"{PATH}/{find(caller.api, PATH, exception)}"
