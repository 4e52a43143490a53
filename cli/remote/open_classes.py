"""`homeroom open-classes`: classes that look for an instructor; opens classes to volunteers."""

from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, SESSION_HELP, resolve_id
from domain.scheduling.volunteers import Audience

app = typer.Typer(
    no_args_is_help=True, help="Classes that look for an instructor: list, take, open to volunteers."
)
PATH = "/v1/open-classes"
_SESSIONS, _INSTRUCTORS = "/v1/sessions", "/v1/instructors"
_COLUMNS = ("starts_at", "ends_at", "title", "kind", "audience", "instructor_id", "session_id", "id")
Session = Annotated[str, typer.Argument(metavar="SESSION", help=SESSION_HELP)]


@app.command("list")
@remote
def list_(
    caller: Caller,
    instructor: Annotated[str, typer.Option(help="Only those that this instructor can take.")] = "",
) -> None:
    """List the classes of the next two weeks that look for an instructor, and all that are open to volunteers."""
    taker = {"instructor_id": resolve_id(caller.api, _INSTRUCTORS, instructor)} if instructor else {}
    caller.screen.rows(caller.api.get(PATH, **taker), *_COLUMNS)


@app.command()
@remote
def take(
    caller: Caller,
    open_class: Annotated[str, typer.Argument(metavar="ID", help="Its id in the list, or the start of it.")],
    instructor: Annotated[str, typer.Option(help=f"Who takes it. {ID_HELP}")],
) -> None:
    """Let an instructor take an open class."""
    api = caller.api
    found = [one for one in api.get(PATH) if one["id"].startswith(open_class)]
    if len(found) != 1:
        raise typer.BadParameter(
            f"No open class has the id {open_class}." if not found else "Pass more of the id."
        )
    body = {"kind": found[0]["kind"], "instructor_id": resolve_id(api, _INSTRUCTORS, instructor)}
    api.post(f"{PATH}/{found[0]['id']}/take", body)
    caller.screen.done("Taken. Everybody is told.", found[0] | {"taken_by_id": body["instructor_id"]})


@app.command("open")
@remote
def open_(
    caller: Caller,
    session: Session,
    audience: Annotated[
        Audience, typer.Option(help="course: colleagues who teach the course.")
    ] = Audience.EVERYBODY,
    note: Annotated[str, typer.Option(help="For those who are asked.")] = "",
) -> None:
    """Open a class to volunteers: all who can take it are told once, and the first who does has it."""
    body: Json = {"audience": audience, "note": note}
    call = caller.api.put(_call_of(caller, session), body)
    caller.screen.done(f"Open to volunteers. Told: {len(call['told_ids'])}.", call)


@app.command()
@remote
def call(caller: Caller, session: Session) -> None:
    """Show the latest call for volunteers of a class."""
    caller.screen.record(caller.api.get(_call_of(caller, session)))


@app.command()
@remote
def close(caller: Caller, session: Session) -> None:
    """Offer a class to volunteers no more. It keeps its instructor."""
    caller.api.delete(_call_of(caller, session))
    caller.screen.done("Closed to volunteers.", {})


def _call_of(caller: Caller, session: str) -> str:
    return f"{_SESSIONS}/{resolve_id(caller.api, _SESSIONS, session)}/volunteer-call"
