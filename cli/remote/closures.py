"""`homeroom closures`: days without classes, added one by one or from a calendar of holidays."""

from pathlib import Path
from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list

app = typer.Typer(no_args_is_help=True, help="Closures: holidays, breaks and other days without classes.")
PATH = "/v1/closures"
_COLUMNS = ("first_day", "last_day", "name", "region", "id")
Booked = Annotated[
    str, typer.Option("--booked", metavar="keep|cancel", help="What becomes of classes booked on these days.")
]
Closure = Annotated[str, typer.Argument(metavar="ID", help="Its id, as `list` shows it.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only show the classes that are booked on these days.")
]


@app.command("list")
@remote
def list_(
    caller: Caller,
    until: Annotated[str, typer.Option("--from", help="Closures that end on this day or later.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List the days without classes, by first day."""
    show_list(caller, PATH, _COLUMNS, limit=limit, every=every, until=until)


@app.command()
@remote
def add(
    caller: Caller,
    name: Annotated[str, typer.Argument(help="Such as Christmas holidays.")],
    first_day: Annotated[str, typer.Option("--from", help="The first day, such as 2030-12-24.")],
    last_day: Annotated[str, typer.Option("--to", help="The last day. Defaults to the first.")] = "",
    region: Annotated[str, typer.Option(help="Only classes of courses that require this region.")] = "",
    booked: Booked = "",
    dry_run: DryRun = False,
) -> None:
    """Close days. Series skip them, and nobody is offered them."""
    closure = {"name": name, "first_day": first_day, "last_day": last_day or first_day, "region": region}
    _close(caller, [closure], booked, dry_run)


@app.command("import")
@remote
def import_(
    caller: Caller,
    file: Annotated[
        Path, typer.Argument(help="An iCalendar file, or CSV: name, first_day, last_day, region.")
    ],
    booked: Booked = "",
    dry_run: DryRun = False,
) -> None:
    """Close the days of a calendar of holidays, two years ahead, or those of a CSV file."""
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} can't be read as UTF-8.") from error
    found = caller.api.post(f"{PATH}/read", {"content": content})["closures"]
    if dry_run:
        caller.screen.note(f"{len(found)} closures are in the file.")
    _close(caller, found, booked, dry_run)


@app.command()
@remote
def edit(
    caller: Caller,
    closure: Closure,
    name: Annotated[str, typer.Option(help="Another name.")] = "",
    first_day: Annotated[str, typer.Option("--from", help="Another first day.")] = "",
    last_day: Annotated[str, typer.Option("--to", help="Another last day.")] = "",
    region: Annotated[
        str | None, typer.Option(help="Only classes of courses that require this region; '' for all.")
    ] = None,
    booked: Booked = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what the change would do.")] = False,
) -> None:
    """Change a closure: classes on days that close are kept or cancelled, those of series on opened days come back."""
    given = {"name": name, "first_day": first_day, "last_day": last_day}
    body: Json = {key: value for key, value in given.items() if value}
    body |= {} if region is None else {"region": region}
    if dry_run:
        effect = caller.api.post(f"{PATH}/{closure}/preview", body)
        rows = effect["booked"]
        caller.screen.rows(
            rows, "starts_at", "title", "session_id", nothing="No class is booked on days that close."
        )
        caller.screen.note(_of_series(effect))
        return
    changed = caller.api.patch(f"{PATH}/{closure}", body | ({"booked_classes": booked} if booked else {}))
    text = f"Changed; {changed['cancelled']} classes cancelled, {changed['kept']} kept. {_of_series(changed)}"
    caller.screen.done(text, changed)


@app.command()
@remote
def remove(
    caller: Caller,
    closure: Closure,
) -> None:
    """Open the days of a closure again. Series that skipped them are planned again."""
    caller.api.delete(f"{PATH}/{closure}")
    caller.screen.done("Removed; the days are open again.", {"id": closure})


def _close(caller: Caller, closures: list[Json], booked: str, dry_run: bool) -> None:
    if dry_run:
        rows = caller.api.post(f"{PATH}/preview", {"closures": closures})["booked"]
        nothing = "No class is booked on these days."
        caller.screen.rows(rows, "starts_at", "title", "closure", "session_id", nothing=nothing)
        return
    body: Json = {"closures": closures} | ({"booked_classes": booked} if booked else {})
    added = caller.api.post(PATH, body)
    text = f"{len(added['closures'])} closed; {added['cancelled']} classes cancelled, {added['kept']} kept."
    caller.screen.done(text, added)


def _of_series(effect: Json) -> str:
    text = f"Of series, {effect['skipped']} classes are skipped and {effect['planned_again']} planned again."
    if cancelled := len(effect["stay_cancelled"]):
        text += (
            f" {cancelled} cancelled for the holiday stay so: book them again where they are to take place."
        )
    return text
