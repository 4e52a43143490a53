"""`homeroom exceptions`: what went wrong, who works on it, what was done."""

from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import REFUSED, Caller, Yes, remote
from cli.remote.ids import SESSION_HELP, resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from services.inputs.cases import MOST_AT_ONCE, CaseCommand

app = typer.Typer(no_args_is_help=True, help="Exceptions: what went wrong, who owns it and when it is due.")
PATH = "/v1/exceptions"
COLUMNS = ("due_at", "severity", "kind", "owner", "assignee", "subject_title", "id")
Id = Annotated[str, typer.Argument(metavar="EXCEPTION", help="Its id, or the start of it.")]
Kind = Annotated[str, typer.Option(help="Such as instructor_absent.")]
Severity = Annotated[str, typer.Option(help="low, normal, high or critical")]
Owner = Annotated[str, typer.Option(help="ops, instructor or admin")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only overdue exceptions.")]


@app.command("list")
@remote
def list_(
    caller: Caller,
    state: Annotated[
        str,
        typer.Option(help="unresolved, open, acknowledged, in_progress, snoozed, resolved or self_resolved"),
    ] = "unresolved",
    kind: Kind = "",
    severity: Severity = "",
    owner: Owner = "",
    session: Annotated[str, typer.Option(help=f"Only for this class. {SESSION_HELP}")] = "",
    overdue: Overdue = False,
    search: Annotated[str, typer.Option(help="Part of the name of a class, a course or a person.")] = "",
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
        q=search,
    )  # fmt: skip


@app.command()
@remote
def show(caller: Caller, exception: Id) -> None:
    """Show one exception."""
    caller.screen.record(caller.api.get(_path_of(caller, exception)))


@app.command()
@remote
def history(caller: Caller, exception: Id) -> None:
    """Show what happened to an exception, in order."""
    entries = caller.api.get(f"{_path_of(caller, exception)}/history")
    caller.screen.rows(entries, "happened_at", "kind", "by", "text")


@app.command()
@remote
def acknowledge(caller: Caller, exception: Id) -> None:
    """Say that you have seen an exception, so that nobody else is told of it."""
    caller.screen.done("Acknowledged.", caller.api.post(f"{_path_of(caller, exception)}/acknowledge"))


@app.command()
@remote
def start(caller: Caller, exception: Id) -> None:
    """Say that you work on an exception now."""
    caller.screen.done("It is yours.", caller.api.post(f"{_path_of(caller, exception)}/start"))


@app.command()
@remote
def snooze(
    caller: Caller,
    exception: Id,
    minutes: Annotated[int, typer.Option("--for", help="For how many minutes.", min=1)] = 60,
) -> None:
    """Put an exception aside for a while."""
    case = caller.api.post(f"{_path_of(caller, exception)}/snooze", {"duration": f"PT{minutes}M"})
    caller.screen.done(f"Snoozed until {case['snoozed_until']}.", case)


@app.command()
@remote
def comment(caller: Caller, exception: Id, text: Annotated[str, typer.Argument(help="The comment.")]) -> None:
    """Add a comment to an exception."""
    case = caller.api.post(f"{_path_of(caller, exception)}/comments", {"text": text})
    caller.screen.done("Added.", case)


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
def act(
    caller: Caller,
    action: Annotated[CaseCommand, typer.Argument(help="What to do with the exceptions.")],
    exceptions: Annotated[
        list[str] | None, typer.Argument(metavar="[EXCEPTION]…", help="Their ids, or the starts of them.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All that the options below ask for, however many.")
    ] = False,
    kind: Kind = "",
    severity: Severity = "",
    owner: Owner = "",
    overdue: Overdue = False,
    note: Annotated[str, typer.Option(help="What was done, of a resolution.")] = "",
    member: Annotated[str, typer.Option("--for", help="The staff member to assign to. Default: you.")] = "",
    yes: Yes = False,
) -> None:
    """Acknowledge, assign or resolve many exceptions. Each is done or refused by itself."""
    if every == bool(exceptions):
        raise typer.BadParameter("Name exceptions, or pass --all.")
    if every:
        overdue_only = "true" if overdue else None
        asked = caller.api.pages(PATH, kind=kind, severity=severity, owner=owner, overdue=overdue_only)
        ids = [row["id"] for row in asked]
    else:
        ids = [resolve_id(caller.api, PATH, one) for one in exceptions or []]
    member_id = resolve_id(caller.api, "/v1/members", member) if member else None
    caller.confirm(f"{action.capitalize()} {len(ids)} exceptions?", yes)
    refused: list[Json] = []
    for first in range(0, len(ids), MOST_AT_ONCE):
        some = ids[first : first + MOST_AT_ONCE]
        body = {"action": action, "ids": some, "member_id": member_id, "resolution": note}
        results = caller.api.post("/v1/exception-actions", body)
        refused += [result for result in results if not result["done"]]
        caller.screen.note(f"{first + len(some)} of {len(ids)}")
    if refused:
        caller.screen.rows(refused, "id", "detail")
    done = {"done": len(ids) - len(refused), "refused": len(refused)}
    caller.screen.done(f"{done['done']} done, {done['refused']} refused.", done)
    if refused:
        raise typer.Exit(REFUSED)


@app.command()
@remote
def reopen(caller: Caller, exception: Id) -> None:
    """Reopen a resolved exception."""
    caller.screen.done("Reopened.", caller.api.post(f"{_path_of(caller, exception)}/reopen"))


def _path_of(caller: Caller, exception: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, exception)}"
