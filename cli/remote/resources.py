"""The verbs that every kind of person or course has: list, show, add, edit, retire, restore."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.api_client import Json
from cli.remote.caller import Caller, Yes, option, remote, with_parameters
from cli.remote.finding import ID_HELP, find
from cli.remote.imports import DryRun, File, take_file
from cli.remote.kinds import Kind, Part
from cli.remote.lists import USUAL, All, Limit, show_list


def verbs_of(kind: Kind) -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, help=kind.help)
    path = f"/v1/{kind.path}"

    def list_(caller: Caller, limit: int, every: bool, retired: bool, search: str = "", **told: str) -> None:
        """Those in use; what is not asked for in another way, by when it was made."""
        wanted = {
            parameter: read(caller.api, told[name])
            for name, (parameter, read) in kind.filters.items()
            if told[name]
        }
        show_list(
            caller, path, kind.columns, limit=limit, every=every,
            q=search, retired="true" if retired else None, **wanted,
        )  # fmt: skip

    def show(caller: Caller, id: str) -> None:
        caller.screen.record(caller.api.get(one(caller, id)))

    def add(caller: Caller, **told: Any) -> None:
        made = caller.api.post(path, _body(caller, kind.parts, told))
        caller.screen.done(made["id"], made)

    def edit(caller: Caller, id: str, **told: Any) -> None:
        body = _body(caller, kind.parts, told)
        if not body:
            raise typer.BadParameter("Give at least one field to change.")
        address = one(caller, id)
        _, etag = caller.api.read(address)
        caller.screen.done("Changed.", caller.api.patch(address, body, etag))

    def retire(caller: Caller, id: str, yes: bool) -> None:
        address = one(caller, id)
        caller.sure(f"Retire this {kind.name}?", yes)
        caller.api.delete(address)
        caller.screen.done("Retired.", {"id": address.rpartition("/")[2], "done": "retired"})

    def restore(caller: Caller, id: str) -> None:
        caller.screen.done("Restored.", caller.api.post(f"{one(caller, id)}/restore"))

    def one(caller: Caller, told: str) -> str:
        return f"{path}/{find(caller.api, path, told)}"

    def import_(caller: Caller, file: Path, dry_run: bool) -> None:
        take_file(caller, path, file, dry_run)

    named = option(
        "id", Annotated[str, typer.Argument(metavar=kind.name.upper().replace(" ", "_"), help=ID_HELP)], ...
    )
    sure = option("yes", Yes, False)
    for verb, name, help, parameters in (
        (list_, "list", f"{kind.help} Lists active ones.", _list_options(kind)),
        (show, "show", f"Show one {kind.name}.", [named]),
        (add, "add", f"Add a new {kind.name} and print its id.", [_option(part, part.needed) for part in kind.parts]),
        (
            edit, "edit", "Change the given fields.",
            [named, *(_option(part, False) for part in kind.parts if part.changes)],
        ),
        (retire, "retire", "Retire it. It stays in the record.", [named, sure]),
        (restore, "restore", "Restore it.", [named]),
    ):  # fmt: skip
        app.command(name, help=help)(_verb(verb, parameters))
    if kind.by_file:
        parameters = [option("file", File, inspect.Parameter.empty), option("dry_run", DryRun, False)]
        app.command("import", help="Make many from a file, and tell what became of each row.")(
            _verb(import_, parameters)
        )
    return app


def _verb(function: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    caller = inspect.Parameter("caller", inspect.Parameter.KEYWORD_ONLY, annotation=Caller)
    return remote(with_parameters(function, [caller, *parameters]))


def _list_options(kind: Kind) -> list[inspect.Parameter]:
    search = [option("search", Annotated[str, typer.Option(help="Search text.")], "")]
    return [
        *(
            option(name, Annotated[str, typer.Option(help="Only with this value.")], "")
            for name in kind.filters
        ),
        *(search if kind.searched else []),
        option("retired", Annotated[bool, typer.Option("--retired", help="Show retired ones.")], False),
        option("limit", Limit, USUAL),
        option("every", All, False),
    ]


def _option(part: Part, needed: bool) -> inspect.Parameter:
    """None: it was not given."""
    help = part.help or None
    if part.many:
        return option(part.key, Annotated[list[str] | None, typer.Option(help=help)], None)
    return option(
        part.key,
        Annotated[str | None, typer.Option(help=help, show_default=False)],
        inspect.Parameter.empty if needed else None,
    )


def _body(caller: Caller, parts: tuple[Part, ...], told: Json) -> Json:
    """What was given. An empty text empties the field."""
    body: Json = {}
    for part in parts:
        value = told.get(part.key)
        if value is None:
            continue
        if part.many:
            body[part.name] = [part.read(caller.api, one) for one in value if one]
        else:
            body[part.name] = part.read(caller.api, value) if value else None
    return body
