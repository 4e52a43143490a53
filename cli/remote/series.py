"""`homeroom series`: plans classes that recur, shows what a change would do, and ends them."""

from datetime import timedelta
from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, resolve_id
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.moments import read_length
from domain.sessions.cancellations import CancelReason

app = typer.Typer(no_args_is_help=True, help="Series: plan classes that recur, change them, end them.")
PATH = "/v1/series"
COLUMNS = ("title", "first_start", "time_zone", "recurrence", "state", "booked", "planned", "refused", "id")
_CLASS_COLUMNS = ("scheduled", "starts_at", "state", "problem", "session_id", "id")
Id = Annotated[str, typer.Argument(metavar="SERIES", help="Its title, its id, or the start of it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
FromDay = Annotated[str, typer.Option("--from", help="The first day that changes, such as 2030-03-04.")]


@app.command("list")
@remote
def list_(
    caller: Caller,
    course: Annotated[str, typer.Option(help="Only this course.")] = "",
    search: Annotated[str, typer.Option(help="Search titles.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List series, latest first."""
    course_id = course and resolve_id(caller.api, "/v1/courses", course)
    show_list(caller, PATH, COLUMNS, limit=limit, every=every, course_id=course_id, q=search)


@app.command()
@remote
def show(caller: Caller, series: Id) -> None:
    """Show a series: its rule, and how many of its classes are booked."""
    caller.screen.record(caller.api.get(_path_of(caller, series)))


@app.command()
@remote
def classes(caller: Caller, series: Id) -> None:
    """List the classes of a series, and why some could not be booked."""
    caller.screen.rows(caller.api.get(f"{_path_of(caller, series)}/classes"), *_CLASS_COLUMNS)


@app.command()
@remote
def add(
    caller: Caller,
    course: Annotated[str, typer.Option(help=ID_HELP)],
    starts: Annotated[str, typer.Option(help="Wall time of the first class, such as 2030-03-05T17:00.")],
    recurrence: Annotated[str, typer.Option(help="Such as FREQ=WEEKLY;BYDAY=TU,TH;COUNT=24.")],
    instructor: Annotated[
        str, typer.Option(help=f"{ID_HELP} Left out: one is found when the term is planned.")
    ] = "",
    minutes: Annotated[str, typer.Option("--minutes", "--lasts", metavar="LENGTH", help="Length.")] = "60",
    class_zone: Annotated[
        str, typer.Option("--class-zone", help="Time zone of the classes. Defaults to the organization's.")
    ] = "",
    title: Annotated[str, typer.Option(help="Defaults to the course's title.")] = "",
    student: Annotated[
        list[str] | None, typer.Option(help="Repeatable. Defaults to everyone enrolled.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="A day without a class. Repeatable.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Plan a series of classes. They are booked eight weeks ahead."""
    api = caller.api
    body: Json = {
        "course_id": resolve_id(api, "/v1/courses", course),
        "starts_at": starts,
        "recurrence": recurrence,
        "minutes": read_length(minutes) // timedelta(minutes=1),
        "left_out": without or [],
    }
    if instructor:
        body["instructor_id"] = resolve_id(api, "/v1/instructors", instructor)
    if student:
        body["student_ids"] = [resolve_id(api, "/v1/students", one) for one in student]
    body |= {name: value for name, value in (("time_zone", class_zone), ("title", title)) if value}
    if dry_run:
        shown = api.post(f"{PATH}/preview", body)
        caller.screen.rows(shown["classes"], "scheduled", "starts_at", "ends_at", "conflicts", "closed")
        return
    made = api.post(PATH, body)
    caller.screen.done(f"Planned, and being booked: {made['id']}", made)


@app.command()
@remote
def change(
    caller: Caller,
    series: Id,
    from_day: FromDay,
    starts: Annotated[str, typer.Option(help="The new wall time, such as 18:00.")] = "",
    minutes: Annotated[
        str, typer.Option("--minutes", "--lasts", metavar="LENGTH", help="The new length.")
    ] = "",
    recurrence: Annotated[str, typer.Option(help="The new recurrence rule.")] = "",
    instructor: Annotated[str, typer.Option(help="Who teaches from then on.")] = "",
    add_student: Annotated[list[str] | None, typer.Option(help="Who joins. Repeatable.")] = None,
    remove_student: Annotated[list[str] | None, typer.Option(help="Who leaves. Repeatable.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Change a series from a day on. Classes moved or cancelled by themselves stay as they are."""
    path = _path_of(caller, series)
    body: Json = {"from_day": from_day}
    body |= {name: value for name, value in (("starts", starts), ("recurrence", recurrence)) if value}
    if minutes:
        body["minutes"] = read_length(minutes) // timedelta(minutes=1)
    if instructor:
        body["instructor_id"] = resolve_id(caller.api, "/v1/instructors", instructor)
    for name, students in (("add_student_ids", add_student), ("remove_student_ids", remove_student)):
        if students:
            body[name] = [resolve_id(caller.api, "/v1/students", one) for one in students]
    shown = caller.api.post(f"{path}/change{'/preview' if dry_run else ''}", body)
    if dry_run:
        counts = {name: shown[name] if name == "same" else len(shown[name]) for name in shown}
        text = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        caller.screen.done(text, shown)
        return
    caller.screen.done("Changed; its classes follow.", shown)


@app.command()
@remote
def end(
    caller: Caller,
    series: Id,
    last_day: Annotated[str, typer.Option(help="Classes after this day are cancelled.")],
    reason: Annotated[str, typer.Option(help=f"{', '.join(CancelReason)}.")] = "unspecified",
    dry_run: DryRun = False,
) -> None:
    """End a series: its later classes are cancelled."""
    path = f"{_path_of(caller, series)}/end{'/preview' if dry_run else ''}"
    shown = caller.api.post(path, {"last_day": last_day, "reason": reason})
    if dry_run:
        caller.screen.done(f"{len(shown['cancelled'])} classes would be cancelled.", shown)
        return
    caller.screen.done("Ended; its later classes are being cancelled.", shown)


@app.command("try-again")
@remote
def try_again(caller: Caller, series: Id) -> None:
    """Try again to book the classes of a series that were refused."""
    result = caller.api.post(f"{_path_of(caller, series)}/try-again", None)
    caller.screen.done(f"{result['tried']} classes are tried again.", result)


def _path_of(caller: Caller, series: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, series)}"
