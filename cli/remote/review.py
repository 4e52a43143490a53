"""`homeroom review`: lists, shows, approves and sends back drafts of documentation."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, Yes, remote
from cli.remote.ids import resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.moments import optional_moment
from cli.remote.sessions import COLUMNS, PATH, Id

app = typer.Typer(no_args_is_help=True, help="Drafts waiting for approval.")
_BACK, _AHEAD = timedelta(days=60), timedelta(days=1)
Revision = Annotated[
    int,
    typer.Option(min=0, help="The revision you have read. Defaults to the current one.", show_default=False),
]


@app.command("list")
@remote
def list_(
    caller: Caller,
    since: Annotated[
        str,
        typer.Option(
            "--from", help="Only classes that started at or after this time. Defaults to 60 days ago."
        ),
    ] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List classes with a draft to review, oldest first."""
    now = datetime.now(UTC)
    period = {
        "from": optional_moment(since, caller.screen.zone) or (now - _BACK).isoformat(),
        "to": (now + _AHEAD).isoformat(),
    }
    show_list(caller, PATH, COLUMNS, limit=limit, every=every, state="review", **period)


@app.command()
@remote
def show(caller: Caller, session: Id) -> None:
    """Show the draft, each statement with its source in the transcript."""
    path = _documentation(caller, session)
    draft = caller.api.get(path)
    if caller.screen.as_json:
        caller.screen.record(draft)
    else:
        people = caller.api.get(f"{path.removesuffix('/documentation')}/participants")
        caller.screen.lines(_as_text(draft, {person["student_id"]: person["name"] for person in people}))


@app.command()
@remote
def approve(caller: Caller, session: Id, revision: Revision = 0, yes: Yes = False) -> None:
    """Approve a draft. Guardians get the summary."""
    path = _documentation(caller, session)
    number = revision or caller.api.get(path)["revision"]
    caller.confirm(f"Approve revision {number} and send it to guardians?", yes)
    caller.api.post(f"{path}/approve", {"revision": number})
    caller.screen.done(f"Revision {number} approved.", {"done": "approved", "revision": number})


@app.command("request-changes")
@remote
def request_changes(
    caller: Caller,
    session: Id,
    reason: Annotated[str, typer.Option(help="What needs to change.")],
    revision: Revision = 0,
) -> None:
    """Request changes to a draft."""
    path = _documentation(caller, session)
    number = revision or caller.api.get(path)["revision"]
    caller.api.post(f"{path}/request-changes", {"revision": number, "reason": reason})
    caller.screen.done(
        f"Changes to revision {number} requested.", {"done": "changes_requested", "revision": number}
    )


def _documentation(caller: Caller, session: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, session)}/documentation"


def _as_text(draft: Json, names: dict[str | None, str]) -> list[str]:
    """`names` are those of the class's students, by id."""
    lines = [f"Revision {draft['revision']}, {draft['status'].replace('_', ' ')}"]
    if draft["changes_wanted"]:
        lines.append(f"Changes requested: {draft['changes_wanted']}")
    for section, statements in groupby(draft["statements"], lambda statement: statement["section"]):
        lines += ["", section.replace("_", " ").capitalize()]
        for statement in statements:
            lines.append(f"  - {statement['text']}{_readers(statement['audience'], names)}")
            lines += [f"      “{citation['quote']}”" for citation in statement["citations"]]
    for warning in draft["warnings"]:
        about = ", ".join(names.get(student, student) for student in warning["students"])
        text = draft["statements"][warning["position"] - 1]["text"]
        lines += ["", f"Other families would read about {about}: “{text}”"]
    return lines


def _readers(audience: Json, names: dict[str | None, str]) -> str:
    """Who reads a statement, if not everybody."""
    if audience["kind"] == "everybody":
        return ""
    students = ", ".join(names.get(student, student) for student in audience["students"])
    return f"  [{f'only {students}' if students else 'staff only'}]"
