"""`homeroom swaps`: classes that colleagues swap or give away, offered and answered for them."""

from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, SESSION_HELP, resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="Swaps between colleagues: partners, offers, answers.")
PATH = "/v1/swaps"
COLUMNS = (
    "created_at",
    "state",
    "session_id",
    "from_instructor_id",
    "to_instructor_id",
    "return_session_id",
    "id",
)
_SESSIONS, _INSTRUCTORS = "/v1/sessions", "/v1/instructors"
Id = Annotated[str, typer.Argument(metavar="SWAP", help="Its id, or the start of it.")]
Session = Annotated[str, typer.Argument(metavar="SESSION", help=SESSION_HELP)]


@app.command("list")
@remote
def list_(
    caller: Caller,
    instructor: Annotated[str, typer.Option(help="Only what this instructor offered or was asked.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List swaps, the latest first."""
    instructor_id = instructor and resolve_id(caller.api, _INSTRUCTORS, instructor)
    show_list(caller, PATH, COLUMNS, limit=limit, every=every, instructor_id=instructor_id)


@app.command()
@remote
def show(caller: Caller, swap: Id) -> None:
    """Show a swap."""
    caller.screen.record(caller.api.get(_path_of(caller, swap)))


@app.command()
@remote
def partners(
    caller: Caller,
    session: Session,
    colleague: Annotated[
        str, typer.Option(help="List this colleague's classes that could be taken in return.")
    ] = "",
) -> None:
    """List who can take a class, and why the others can't."""
    path = f"{_SESSIONS}/{resolve_id(caller.api, _SESSIONS, session)}/swap-partners"
    if colleague:
        found = caller.api.get(f"{path}/{resolve_id(caller.api, _INSTRUCTORS, colleague)}")
        caller.screen.rows(found, "starts_at", "title", "bars", "own_bars", "session_id")
        return
    caller.screen.rows(caller.api.get(path), "name", "bars", "instructor_id")


@app.command()
@remote
def offer(
    caller: Caller,
    session: Session,
    colleague: Annotated[str, typer.Option(help=f"Who is asked. {ID_HELP}")],
    returned: Annotated[
        str, typer.Option("--for", metavar="SESSION", help="The colleague's class that is taken in return.")
    ] = "",
    note: Annotated[str, typer.Option(help="For the colleague.")] = "",
) -> None:
    """Offer a class to a colleague of its instructor, alone or for one of theirs."""
    api = caller.api
    body: Json = {
        "session_id": resolve_id(api, _SESSIONS, session),
        "colleague_id": resolve_id(api, _INSTRUCTORS, colleague),
        "return_session_id": resolve_id(api, _SESSIONS, returned) if returned else None,
        "note": note,
    }
    made = api.post(PATH, body)
    caller.screen.done(f"Offered: {made['id']}. Nothing changes until the colleague accepts.", made)


@app.command()
@remote
def accept(caller: Caller, swap: Id) -> None:
    """Accept an offer for the instructor who was asked: the classes change hands at once."""
    _answer(caller, swap, "accept", "Accepted. Everybody is told.")


@app.command()
@remote
def decline(caller: Caller, swap: Id) -> None:
    """Decline an offer for the instructor who was asked."""
    _answer(caller, swap, "decline", "Declined. The classes stay as they are.")


@app.command()
@remote
def withdraw(caller: Caller, swap: Id) -> None:
    """Withdraw an offer that nobody has answered."""
    _answer(caller, swap, "withdraw", "Withdrawn.")


def _answer(caller: Caller, swap: str, act: str, text: str) -> None:
    caller.screen.done(text, caller.api.post(f"{_path_of(caller, swap)}/{act}"))


def _path_of(caller: Caller, swap: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, swap)}"
