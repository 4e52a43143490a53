"""`homeroom files`: what is brought to a class: worksheets, pictures, recordings of others."""

from pathlib import Path
from typing import Annotated

import typer

from cli.remote.caller import Caller, Yes, remote
from cli.remote.finding import ID_HELP, find
from cli.remote.lists import USUAL, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="Files of a class: list, add, link to, retire.")
COLUMNS = ("created_at", "name", "media_type", "size", "id")
Session = Annotated[str, typer.Argument(metavar="SESSION", help=ID_HELP)]
File = Annotated[str, typer.Argument(metavar="FILE_ID", help="Its id, or the beginning of it.")]


@app.command("list")
@remote
def list_(
    caller: Caller,
    session: Session,
    retired: Annotated[bool, typer.Option("--retired", help="Those out of use.")] = False,
    search: Annotated[str, typer.Option(help="With this in the name.")] = "",
    limit: Limit = USUAL,
    every: All = False,
) -> None:
    """The latest first."""
    show_list(
        caller, _files(caller, session), COLUMNS, limit=limit, every=every,
        retired="true" if retired else None,
        q=search,
    )  # fmt: skip


@app.command()
@remote
def add(
    caller: Caller,
    session: Session,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    name: Annotated[str, typer.Option(help="In place of the file's own.")] = "",
) -> None:
    """Bring a file, of 25 MB at most; prints its id."""
    made = caller.api.send_file(_files(caller, session), file, name or file.name)
    caller.screen.done(made["id"], made)


@app.command()
@remote
def link(caller: Caller, session: Session, file: File) -> None:
    """An address of a file, good for some minutes, for whoever has it."""
    given = caller.api.get(f"{_one(caller, session, file)}/link")
    caller.screen.done(given["url"], given)


@app.command()
@remote
def retire(caller: Caller, session: Session, file: File, yes: Yes = False) -> None:
    """Take a file out of use: links to it stop working at once."""
    path = _one(caller, session, file)
    caller.sure("Retire this file?", yes)
    caller.api.delete(path)
    caller.screen.done("Retired.", {"id": path.rpartition("/")[2], "done": "retired"})


def _files(caller: Caller, session: str) -> str:
    return f"/v1/sessions/{find(caller.api, '/v1/sessions', session)}/files"


def _one(caller: Caller, session: str, file: str) -> str:
    path = _files(caller, session)
    return f"{path}/{find(caller.api, path, file)}"
