"""`homeroom audit` and `homeroom events`: the audit log and the change feed."""

from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.moments import optional_moment

PAGE = 1000
EVENT_COLUMNS = ("occurred_at", "kind", "subject_id", "actor", "changed", "id")
Kinds = Annotated[list[str] | None, typer.Option(help="Such as session.* or student.created. Repeatable.")]


@remote
def audit(
    caller: Caller,
    subject: Annotated[str, typer.Option(help="Only changes to the row with this id.")] = "",
    actor: Annotated[str, typer.Option(help="Only changes by `key:<id>`, `member:<id>`, `homeroom`…")] = "",
    kind: Kinds = None,
    since: Annotated[str, typer.Option("--from", help="Only changes at or after this time.")] = "",
    until: Annotated[str, typer.Option("--to", help="Only changes before this time.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """Show who changed what, latest first."""
    zone = caller.screen.zone
    columns = ("occurred_at", "kind", "subject_id", "actor", "changes")
    show_list(
        caller, "/v1/audit", columns, limit=limit, every=every,
        subject_id=subject, actor=actor, kind=kind,
        **{"from": optional_moment(since, zone), "to": optional_moment(until, zone)},
    )  # fmt: skip


@remote
def events(
    caller: Caller,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Keep running and print new changes.")
    ] = False,
    since: Annotated[
        str,
        typer.Option(help="Start after this cursor. Defaults to the beginning, or to now with --follow."),
    ] = "",
    kind: Kinds = None,
    session: Annotated[str, typer.Option(help="Only for this class.")] = "",
) -> None:
    """List changes in order. The last cursor is printed at the end so that you can continue from it."""
    filters: Json = {"kind": kind, "session_id": session and resolve_id(caller.api, "/v1/sessions", session)}
    if follow:
        _follow(caller, since, filters)
        return
    cursor = since
    rows: list[Json] = []
    while True:
        page = caller.api.get("/v1/events", cursor=cursor, limit=PAGE, **filters)
        if caller.screen.as_json:
            caller.screen.rows(page["items"])
        rows += page["items"] if not caller.screen.as_json else []
        cursor = page["next_cursor"]
        if not page["items"]:
            break
    if not caller.screen.as_json:
        caller.screen.rows(rows, *EVENT_COLUMNS, nothing="No changes.")
    caller.screen.note(f"Cursor: {cursor}")


def _follow(caller: Caller, since: str, filters: Json) -> None:
    try:
        for event in caller.api.live("/v1/events", since or None, **filters):
            if caller.screen.as_json:
                caller.screen.rows([event])
            else:
                caller.screen.lines([_line(caller, event)])
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _line(caller: Caller, event: Json) -> str:
    cells = [caller.screen.cell(event["occurred_at"]), event["kind"], event["subject_id"], event["actor"]]
    return "  ".join([*cells, ", ".join(event["changed"])])
