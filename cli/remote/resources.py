"""Builds the commands of each kind of person or course: list, show, add, edit, retire, restore and import."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.json_types import Json
from cli.remote.absences import add_absences
from cli.remote.caller import Caller, Yes, option, remote, with_parameters
from cli.remote.ids import ID_HELP, resolve_id
from cli.remote.imports import DryRun, File, import_file
from cli.remote.kinds import KINDS, FieldOption, Kind
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.on_call import add_alerts, add_duty, add_test
from cli.remote.sign_in_domains import add_domains
from cli.remote.staff import add_invite, add_release_account


def commands_of(kind: Kind) -> typer.Typer:
    """The command group of a kind, such as `homeroom students`."""
    app = typer.Typer(no_args_is_help=True, help=kind.help)
    path = f"/v1/{kind.path}"

    def list_(
        caller: Caller, limit: int, every: bool, retired: bool, search: str = "", **filters: str
    ) -> None:
        query = {
            parameter: read(caller.api, filters[name])
            for name, (parameter, read) in kind.filters.items()
            if filters[name]
        }
        show_list(
            caller, path, kind.columns, limit=limit, every=every,
            q=search, retired="true" if retired else None, **query,
        )  # fmt: skip

    def show(caller: Caller, id: str) -> None:
        caller.screen.record(caller.api.get(path_of(caller, id)))

    def add(caller: Caller, **options: Any) -> None:
        made = caller.api.post(path, _body(caller, kind.fields, options))
        caller.screen.done(made["id"], made)
        for line in _class_changes(made.get("class_changes")):
            caller.screen.note(line)

    def edit(caller: Caller, id: str, **options: Any) -> None:
        body = _body(caller, kind.fields, options)
        if not body:
            raise typer.BadParameter("Give at least one field to change.")
        row_path = path_of(caller, id)
        _, etag = caller.api.read(row_path)
        caller.screen.done("Changed.", caller.api.patch(row_path, body, etag))

    def retire(caller: Caller, id: str, yes: bool) -> None:
        row_path = path_of(caller, id)
        caller.confirm(f"Retire this {kind.name}?", yes)
        result = {"id": row_path.rpartition("/")[2], "done": "retired"}
        if kind.changes_classes:
            changes = caller.api.post(f"{row_path}/leave")
            text = " ".join(["Retired.", *_class_changes(changes)])
            caller.screen.done(text, result | {"class_changes": changes})
            return
        caller.api.delete(row_path)
        caller.screen.done("Retired.", result)

    def restore(caller: Caller, id: str) -> None:
        caller.screen.done("Restored.", caller.api.post(f"{path_of(caller, id)}/restore"))

    def path_of(caller: Caller, id: str) -> str:
        return f"{path}/{resolve_id(caller.api, path, id)}"

    def import_(caller: Caller, file: Path, dry_run: bool) -> None:
        import_file(caller, path, file, dry_run)

    id_argument = option(
        "id", Annotated[str, typer.Argument(metavar=kind.name.upper().replace(" ", "_"), help=ID_HELP)], ...
    )
    yes_option = option("yes", Yes, False)
    for function, name, help, parameters in (
        (list_, "list", f"{kind.help} Lists active ones.", _list_options(kind)),
        (show, "show", f"Show one {kind.name}.", [id_argument]),
        (
            add, "add", f"Add a new {kind.name} and print its id.",
            [_option(field, field.required) for field in kind.fields],
        ),
        (
            edit, "edit", "Change the given fields.",
            [id_argument, *(_option(field, False) for field in kind.fields if field.editable)],
        ),
        (retire, "retire", "Retire it. It stays in the record.", [id_argument, yes_option]),
        (restore, "restore", "Restore it.", [id_argument]),
    ):  # fmt: skip
        app.command(name, help=help)(_command(function, parameters))
    if kind.importable:
        parameters = [option("file", File, inspect.Parameter.empty), option("dry_run", DryRun, False)]
        app.command("import", help="Import rows from a file and show which were refused.")(
            _command(import_, parameters)
        )
    if kind.invited:
        add_invite(app, path)
    if kind.has_domains:
        add_domains(app)
    if kind.has_absences:
        add_absences(app)
    if kind.has_account:
        add_release_account(app, path)
    if kind.has_duty:
        add_duty(app)
    if kind.tells_alerts:
        add_test(app)
    if kind.gets_alerts:
        add_alerts(app)
    return app


def _class_changes(changes: Json | None) -> list[str]:
    """What an enrollment has changed in the course's coming classes, in sentences."""
    if not changes:
        return []
    count = len(changes["changed"])
    changed = [f"{count} coming {'class' if count == 1 else 'classes'} changed."] if count else []
    return changed + [
        f"“{one['title']}” ({one['session_id']}) stays as it is: {one['detail']}."
        for one in changes["unchanged"]
    ]


def _command(function: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    caller = inspect.Parameter("caller", inspect.Parameter.KEYWORD_ONLY, annotation=Caller)
    return remote(with_parameters(function, [caller, *parameters]))


def _list_options(kind: Kind) -> list[inspect.Parameter]:
    search = [option("search", Annotated[str, typer.Option(help="Search text.")], "")]
    return [
        *(
            option(name, Annotated[str, typer.Option(help="Only with this value.")], "")
            for name in kind.filters
        ),
        *(search if kind.searchable else []),
        option(
            "retired", Annotated[bool, typer.Option("--retired", help="Show retired rows instead.")], False
        ),
        option("limit", Limit, DEFAULT_LIMIT),
        option("every", All, False),
    ]


def _option(field: FieldOption, required: bool) -> inspect.Parameter:
    """The parameter of a field's option; its value is None if the option is not given."""
    help = field.help or None
    if field.repeatable:
        return option(field.key, Annotated[list[str] | None, typer.Option(help=help)], None)
    return option(
        field.key,
        Annotated[str | None, typer.Option(help=help, show_default=False)],
        inspect.Parameter.empty if required else None,
    )


def _body(caller: Caller, fields: tuple[FieldOption, ...], options: Json) -> Json:
    """The request body with the given options. An empty text clears a field."""
    body: Json = {}
    for field in fields:
        value = options.get(field.key)
        if value is None:
            continue
        if field.repeatable:
            body[field.name] = [field.read(caller.api, item) for item in value if item]
        else:
            body[field.name] = field.read(caller.api, value) if value else None
    return body


GROUPS = {kind.path: commands_of(kind) for kind in KINDS}
