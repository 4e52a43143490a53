"""`homeroom files`: the files of a class, such as worksheets and pictures."""

from pathlib import Path
from typing import Annotated

import typer

from cli.remote.caller import Caller, Yes, remote
from cli.remote.ids import ID_HELP, SESSION_HELP, resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="Files of a class: list, add, link to, retire.")
COLUMNS = ("created_at", "name", "media_type", "size", "id")
Session = Annotated[str, typer.Argument(metavar="SESSION", help=SESSION_HELP)]
File = Annotated[str, typer.Argument(metavar="FILE_ID", help=ID_HELP)]


@app.command("list")
@remote
def list_(
    caller: Caller,
    session: Session,
    retired: Annotated[bool, typer.Option("--retired", help="Show retired files.")] = False,
    search: Annotated[str, typer.Option(help="Search names.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List files, latest first."""
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
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to upload.")
    ],
    name: Annotated[str, typer.Option(help="Name to use instead of the file's own.")] = "",
) -> None:
    """Add a file of up to 25 MB and print its id."""
    made = caller.api.send_file(_files(caller, session), file, name or file.name)
    caller.screen.done(made["id"], made)


@app.command()
@remote
def link(caller: Caller, session: Session, file: File) -> None:
    """Print a link to a file. Anyone with the link can open it for a few minutes."""
    content = caller.api.get(f"{_path_of(caller, session, file)}/link")
    caller.screen.done(content["url"], content)


@app.command()
@remote
def retire(caller: Caller, session: Session, file: File, yes: Yes = False) -> None:
    """Retire a file. Links to it stop working right away."""
    path = _path_of(caller, session, file)
    caller.confirm("Retire this file?", yes)
    caller.api.delete(path)
    caller.screen.done("Retired.", {"id": path.rpartition("/")[2], "done": "retired"})


def _files(caller: Caller, session: str) -> str:
    return f"/v1/sessions/{resolve_id(caller.api, '/v1/sessions', session)}/files"


def _path_of(caller: Caller, session: str, file: str) -> str:
    path = _files(caller, session)
    return f"{path}/{resolve_id(caller.api, path, file)}"
