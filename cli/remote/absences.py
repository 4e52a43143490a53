"""What the command group of instructors has besides: when they can teach, and when they are absent."""

from pathlib import Path
from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, resolve_id
from cli.remote.json_files import read_json
from domain.scheduling.offers import SubstitutionReason

_PATH = "/v1/instructors"
Person = Annotated[str, typer.Argument(metavar="INSTRUCTOR", help=ID_HELP)]
_FORM = "A JSON file with weekly, days, leave, buffer_minutes, most_hours_per_day and most_hours_per_week."


def add_absences(app: typer.Typer) -> None:
    @app.command()
    @remote
    def absent(
        caller: Caller,
        instructor: Person,
        since: Annotated[str, typer.Option("--from", help="Start, such as 2030-03-04T08:00.")],
        until: Annotated[str, typer.Option("--to", help="End.")],
        reason: Annotated[str, typer.Option(help=f"{', '.join(SubstitutionReason)}.")] = "unavailable",
    ) -> None:
        """Say that an instructor can't teach for a while, and find somebody else for each of their classes."""
        person_id = resolve_id(caller.api, _PATH, instructor)
        body = {"starts_at": caller.moment(since), "ends_at": caller.moment(until), "reason": reason}
        result = caller.api.post(f"{_PATH}/{person_id}/absences", body)
        classes = result["classes"]
        count = sum(one["problem"] is None and not one["planned"] for one in classes)
        noun = "class" if count == 1 else "classes"
        text = f"Instructors are asked to teach {count} {noun}."
        caller.screen.done(text, result | {"id": person_id})
        if planned := sum(one["planned"] for one in classes):
            caller.screen.note(f"More than 7 days ahead, left to the plan that is proposed: {planned}.")
        for one in classes:
            if one["problem"]:
                caller.screen.note(f"{one['session_id']}: {one['problem']}")

    @app.command()
    @remote
    def availability(
        caller: Caller,
        instructor: Person,
        replace: Annotated[Path | None, typer.Option("--set", metavar="FILE", help=_FORM)] = None,
    ) -> None:
        """Show when and how much an instructor can teach, or set it from a file."""
        path = f"{_PATH}/{resolve_id(caller.api, _PATH, instructor)}/availability"
        if replace is None:
            caller.screen.record(caller.api.get(path))
            return
        caller.screen.done("Set.", caller.api.put(path, read_json(replace)))

    @app.command("busy-calendar")
    @remote
    def busy_calendar(
        caller: Caller,
        instructor: Person,
        url: Annotated[str | None, typer.Option(help="Import the feed at this https address.")] = None,
        file: Annotated[Path | None, typer.Option(help="Import this iCalendar file, once.")] = None,
        stop: Annotated[bool, typer.Option("--stop", help="Forget the imported calendar.")] = False,
    ) -> None:
        """Show an instructor's imported calendar, import one, or forget it. Its busy times are kept in bookings."""
        path = f"{_PATH}/{resolve_id(caller.api, _PATH, instructor)}/busy-calendar"
        if stop:
            caller.api.delete(path)
            caller.screen.done("The calendar is no longer imported.", {})
        elif url or file:
            body = {"url": url} if url else {"content": read_text(file)} if file else {}
            caller.screen.done("Imported.", caller.api.put(path, body))
        else:
            caller.screen.record(caller.api.get(path))


def read_text(file: Path) -> str:
    """Raises typer.BadParameter for a file that can't be read as text."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise typer.BadParameter(f"{file} can't be read as text.") from error
