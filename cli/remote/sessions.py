"""`homeroom sessions`: lists and books classes, and sends them commands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.json_types import Json
from cli.remote.caller import REFUSED, Caller, Yes, remote
from cli.remote.ids import ID_HELP, SESSION_HELP, resolve_id
from cli.remote.imports import DryRun, File, import_file
from cli.remote.lists import DEFAULT_LIMIT, All, Limit, show_list
from cli.remote.moments import optional_moment, read_length
from domain.record.documentation_filter import DocumentationFilter
from domain.scheduling.offers import SubstitutionReason
from domain.scheduling.volunteers import Audience
from domain.sessions.bulk_acts import ClassAct
from domain.sessions.cancellations import CancelReason

app = typer.Typer(no_args_is_help=True, help="Classes: list, book, move, cancel, invite.")
PATH = "/v1/sessions"
IMPORTS = "/v1/booking-imports"
_IMPORT_COLUMNS = ("created_at", "state", "booked", "booked_before", "refused", "waiting", "file_name", "id")
COLUMNS = ("starts_at", "ends_at", "state", "outcome", "title", "id")

Id = Annotated[str, typer.Argument(metavar="SESSION", help=SESSION_HELP)]
Starts = Annotated[
    str,
    typer.Option(
        help="Start time, such as 2030-03-04T16:00, 14:05 or “in 10 minutes”. Without an offset, it is read in --zone."
    ),
]
Ends = Annotated[str, typer.Option(help="End time, instead of --minutes.")]
Override = Annotated[
    str, typer.Option(metavar="REASON", help="Set rules about the instructor aside, and say why.")
]
LENGTH = "In minutes, or such as 45m or 1h30m."
Minutes = Annotated[str, typer.Option("--minutes", "--lasts", metavar="LENGTH", help=f"Length. {LENGTH}")]
Longer = Annotated[
    str,
    typer.Option(
        "--minutes",
        "--lasts",
        metavar="LENGTH",
        help=f"Length, or how much longer. {LENGTH}",
        show_default=False,
    ),
]


@app.command("list")
@remote
def list_(
    caller: Caller,
    since: Annotated[str, typer.Option("--from", help="Only classes that start at or after this time.")] = "",
    until: Annotated[str, typer.Option("--to", help="Only classes that start before this time.")] = "",
    state: Annotated[str, typer.Option(help="scheduled, open, live, review, closed…")] = "",
    course: Annotated[str, typer.Option(help="Only this course.")] = "",
    instructor: Annotated[str, typer.Option(help="Only this instructor.")] = "",
    student: Annotated[str, typer.Option(help="Only this student.")] = "",
    open_exception: Annotated[
        bool, typer.Option("--open-exception", help="Only classes with an open exception.")
    ] = False,
    without_instructor: Annotated[
        bool, typer.Option("--without-instructor", help="Only classes that nobody is found to teach.")
    ] = False,
    open_to_volunteers: Annotated[
        bool, typer.Option("--open-to-volunteers", help="Only classes that volunteers can take.")
    ] = False,
    documentation: Annotated[str, typer.Option(help=", ".join(DocumentationFilter))] = "",
    external_id: Annotated[str, typer.Option(help="Its id in your own system. Searches all dates.")] = "",
    search: Annotated[str, typer.Option(help="Search titles.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    every: All = False,
) -> None:
    """List classes by start. Defaults to yesterday until a week from now."""
    api, zone = caller.api, caller.screen.zone
    show_list(
        caller, PATH, COLUMNS, limit=limit, every=every,
        **{"from": optional_moment(since, zone), "to": optional_moment(until, zone)},
        state=state,
        course_id=course and resolve_id(api, "/v1/courses", course),
        instructor_id=instructor and resolve_id(api, "/v1/instructors", instructor),
        student_id=student and resolve_id(api, "/v1/students", student),
        open_case="true" if open_exception else "",
        without_instructor="true" if without_instructor else "",
        open_to_volunteers="true" if open_to_volunteers else "",
        documentation=documentation,
        external_id=external_id,
        q=search,
    )  # fmt: skip


@app.command()
@remote
def show(caller: Caller, session: Id) -> None:
    """Show one class: its times, its state and how complete its record is."""
    caller.screen.record(caller.api.get(_path_of(caller, session)))


@app.command()
@remote
def book(
    caller: Caller,
    course: Annotated[str, typer.Option(help=ID_HELP)],
    instructor: Annotated[str, typer.Option(help=ID_HELP)],
    starts: Starts,
    minutes: Minutes = "60",
    ends: Ends = "",
    student: Annotated[
        list[str] | None, typer.Option(help="Repeatable. Defaults to everyone enrolled.")
    ] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Planned topic. Repeatable.")] = None,
    class_zone: Annotated[
        str, typer.Option(help="The class's time zone. Defaults to the organization's.")
    ] = "",
    external_id: Annotated[str, typer.Option(help="Its id in your own system.")] = "",
    hold: Annotated[str, typer.Option(help="The id of the hold that keeps this time.")] = "",
    override_reason: Override = "",
) -> None:
    """Book a class. Everything around it then runs automatically."""
    api = caller.api
    course_id = resolve_id(api, "/v1/courses", course)
    body: Json = {
        "course_id": course_id,
        "instructor_id": resolve_id(api, "/v1/instructors", instructor),
        **_times(caller, starts, ends, read_length(minutes)),
        "topic_ids": [resolve_id(api, "/v1/topics", item, course_id=course_id) for item in topic or ()],
    }
    if student:
        body["student_ids"] = [resolve_id(api, "/v1/students", item) for item in student]
    if class_zone:
        body["time_zone"] = class_zone
    if external_id:
        body["external_id"] = external_id
    if hold:
        body["hold_id"] = resolve_id(api, "/v1/holds", hold)
    if override_reason:
        body["override_reason"] = override_reason
    booked = api.post(PATH, body)
    caller.screen.done(f"Booked for {booked['participants']} people: {booked['id']}", booked)


@app.command()
@remote
def move(
    caller: Caller,
    session: Id,
    starts: Starts,
    minutes: Longer = "",
    ends: Ends = "",
    override_reason: Override = "",
) -> None:
    """Move a class to another time. It keeps its length unless you pass --minutes or --ends."""
    path = _path_of(caller, session)
    length = read_length(minutes) if minutes else _length_of(caller.api.get(path))
    times = _times(caller, starts, ends, length)
    caller.api.post(f"{path}/reschedule", times | {"override_reason": override_reason or None})
    caller.screen.done(f"Moved to {caller.screen.cell(times['starts_at'])}.", _done(path, "moved") | times)


@app.command()
@remote
def extend(caller: Caller, session: Id, ends: Ends = "", minutes: Longer = "") -> None:
    """Extend a class until a time, or by some minutes."""
    path = _path_of(caller, session)
    _send_end(
        caller, path, "extend", ends, minutes, lambda: datetime.fromisoformat(caller.api.get(path)["ends_at"])
    )


@app.command()
@remote
def reopen(caller: Caller, session: Id, ends: Ends = "", minutes: Longer = "") -> None:
    """Let a class that was ended by mistake go on until a time, or for some minutes from now."""
    _send_end(caller, _path_of(caller, session), "reopen", ends, minutes, lambda: datetime.now(UTC))


def _send_end(
    caller: Caller, path: str, command: str, ends: str, minutes: str, since: Callable[[], datetime]
) -> None:
    """Send a command with a new end: the time that is given, or so many minutes after `since`."""
    if bool(ends) == bool(minutes):
        raise typer.BadParameter("Pass either --minutes or --ends.")
    ends_at = (since() + read_length(minutes)).isoformat() if minutes else caller.moment(ends)
    caller.api.post(f"{path}/{command}", {"ends_at": ends_at})
    done = f"{command}ed"
    caller.screen.done(
        f"{done.capitalize()} until {caller.screen.cell(ends_at)}.", _done(path, done) | {"ends_at": ends_at}
    )


@app.command()
@remote
def cancel(
    caller: Caller,
    session: Id,
    reason: Annotated[
        CancelReason, typer.Option(help="Families are told of it, unless it is unspecified.")
    ] = CancelReason.UNSPECIFIED,
    yes: Yes = False,
) -> None:
    """Cancel a class. Everyone who was notified about it is notified again."""
    path = _path_of(caller, session)
    caller.confirm(f"Cancel {_describe(caller, path)}?", yes)
    caller.api.post(f"{path}/cancel", {"reason": reason})
    caller.screen.done("Cancelled.", _done(path, "cancelled"))


@app.command()
@remote
def end(caller: Caller, session: Id, yes: Yes = False) -> None:
    """End a running class and close its room."""
    path = _path_of(caller, session)
    caller.confirm(f"End {_describe(caller, path)} now?", yes)
    caller.api.post(f"{path}/end")
    caller.screen.done("Ended.", _done(path, "ended"))


@app.command()
@remote
def substitute(
    caller: Caller,
    session: Id,
    instructor: Annotated[
        str,
        typer.Option(help="Ask only this person. Defaults to all who could teach it, the best match first."),
    ] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="Ask all of them at once.")] = False,
    reason: Annotated[str, typer.Option(help=f"{', '.join(SubstitutionReason)}.")] = "unspecified",
) -> None:
    """Find another instructor. Instructors are asked by mail; the first who accepts teaches the class."""
    path = _path_of(caller, session)
    instructor_id = resolve_id(caller.api, "/v1/instructors", instructor) if instructor else None
    body = {"instructor_id": instructor_id, "broadcast": everybody, "reason": reason}
    started = caller.api.post(f"{path}/substitutions", body)
    text = f"Instructors are asked. See `homeroom sessions substitutions {path.rpartition('/')[2]}`."
    caller.screen.done(text, _done(path, "substitution_requested") | {"substitution": started})


@app.command()
@remote
def substitutes(caller: Caller, session: Id) -> None:
    """Rank who could teach a class, and say why the others can't."""
    ranked = caller.api.get(f"{_path_of(caller, session)}/substitutes")
    caller.screen.rows(ranked, "name", "score", "why_not", "instructor_id")


@app.command()
@remote
def substitutions(caller: Caller, session: Id) -> None:
    """List the searches for another instructor of a class, the latest first."""
    searches = caller.api.get(f"{_path_of(caller, session)}/substitutions")
    caller.screen.rows(searches, "created_at", "state", "reason", "accepted_by_id", "id")


@app.command()
@remote
def act(
    caller: Caller,
    action: Annotated[ClassAct, typer.Argument(help="What to do with the classes.")],
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION…", help=SESSION_HELP)],
    by: Annotated[
        str, typer.Option(help="By how much to move, such as 30m, 1h30m, 1d or, with a minus, earlier.")
    ] = "",
    reason: Annotated[CancelReason, typer.Option(help="Of a cancellation.")] = CancelReason.UNSPECIFIED,
    instructor: Annotated[
        str, typer.Option(help="The only substitute to ask. Defaults to all who could teach it.")
    ] = "",
    override_reason: Override = "",
    audience: Annotated[
        Audience, typer.Option(help="Of classes that are opened to volunteers.")
    ] = Audience.EVERYBODY,
    note: Annotated[str, typer.Option(help="For volunteers.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Cancel or move many classes, find substitutes, or open them to volunteers. Each is done or refused by itself."""
    body: Json = {
        "action": action,
        "ids": [resolve_id(caller.api, PATH, session) for session in sessions],
        "reason": reason,
        "shift": _shift(by) if by else None,
        "override_reason": override_reason or None,
        "instructor_id": resolve_id(caller.api, "/v1/instructors", instructor) if instructor else None,
        "audience": audience,
        "note": note,
    }
    if not dry_run:
        caller.confirm(f"{action.replace('_', ' ').capitalize()} {len(sessions)} classes?", yes)
    results = caller.api.post("/v1/session-actions", body | {"dry_run": dry_run})
    caller.screen.rows(results, "id", "done", "detail", "starts_at", "mail_to")
    if not all(result["done"] for result in results):
        raise typer.Exit(REFUSED)


@app.command("import")
@remote
def import_(caller: Caller, file: File, dry_run: DryRun = False) -> None:
    """Book classes from a CSV file. The same file sent again books nothing twice."""
    import_file(caller, PATH, file, dry_run)


@app.command()
@remote
def imports(caller: Caller, limit: Limit = DEFAULT_LIMIT, every: All = False) -> None:
    """List imports of classes, the latest first, and how far they are."""
    show_list(caller, IMPORTS, _IMPORT_COLUMNS, limit=limit, every=every)


@app.command("import-rows")
@remote
def import_rows(
    caller: Caller,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as `imports` shows it.")],
    outcome: Annotated[
        str, typer.Option(help="Only rows that are waiting, booked, booked_before, refused or dismissed.")
    ] = "",
) -> None:
    """Show what became of the rows of an import, and why rows were refused."""
    asked = {"outcome": outcome} if outcome else {}
    rows = caller.api.get(f"{IMPORTS}/{import_id}/rows", **asked)
    shown = [row | {"reason": (row["problem"] or {}).get("detail", row["remark"])} for row in rows]
    columns = ("row", "line", "outcome", "session_id", "reason")
    caller.screen.rows(shown, *columns, nothing="No row has this outcome.")


@app.command("dismiss-rows")
@remote
def dismiss_rows(
    caller: Caller,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as `imports` shows it.")],
) -> None:
    """Set the refused rows of an import aside, so that nobody is asked about them any more."""
    caller.screen.record(caller.api.post(f"{IMPORTS}/{import_id}/dismiss", {}))


def _shift(text: str) -> float:
    """Seconds, negative for earlier."""
    seconds = read_length(text.strip().lstrip("+-")).total_seconds()
    return -seconds if text.strip().startswith("-") else seconds


Students = Annotated[list[str], typer.Option("--student", help=f"Repeatable. {ID_HELP}")]


@app.command()
@remote
def add(caller: Caller, session: Id, student: Students, override_reason: Override = "") -> None:
    """Add students to a class. Their guardians are told."""
    path = _path_of(caller, session)
    student_ids = [resolve_id(caller.api, "/v1/students", item) for item in student]
    body = {"student_ids": student_ids, "override_reason": override_reason or None}
    added = caller.api.post(f"{path}/participants", body)
    count = len(added["participant_ids"])
    text = f"Added {count} {'student' if count == 1 else 'students'}." if count else "Already in the class."
    caller.screen.done(text, _done(path, "added") | added)


@app.command()
@remote
def remove(
    caller: Caller,
    session: Id,
    student: Annotated[str, typer.Option(help=f"The student. {ID_HELP}")] = "",
    guest: Annotated[str, typer.Option(help="The guest, by the name in class.")] = "",
    yes: Yes = False,
) -> None:
    """Remove a student or a guest from a class. A student's guardians are told."""
    path = _path_of(caller, session)
    if bool(student) == bool(guest):
        raise typer.BadParameter("Pass either --student or --guest.")
    key = "student_id" if student else "name"
    wanted = resolve_id(caller.api, "/v1/students", student) if student else guest
    roles = ("student",) if student else ("observer",)
    found = [
        person
        for person in caller.api.get(f"{path}/participants")
        if person["role"] in roles and person[key] == wanted and not person["removed_at"]
    ]
    if not found:
        caller.screen.done("Not in the class.", _done(path, "unchanged"))
        return
    caller.confirm(f"Remove {found[0]['name']} from {_describe(caller, path)}?", yes)
    for person in found:
        caller.api.delete(f"{path}/participants/{person['id']}")
    caller.screen.done(f"Removed {found[0]['name']}.", _done(path, "removed"))


Person = Annotated[str, typer.Option(help="The person, by the name in class or a participant id.")]


@app.command()
@remote
def renew_link(
    caller: Caller,
    session: Id,
    person: Person,
    keep_in_room: Annotated[
        bool, typer.Option("--keep-in-room", help="Leave the person in the room.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Renew a person's join link. The earlier link ends; the new one is printed, and mailed."""
    path = _path_of(caller, session)
    found = _person(caller, path, person)
    caller.confirm(f"End the present join link of {found['name']}?", yes)
    link = caller.api.post(f"{path}/participants/{found['id']}/renew-link", {"keep_in_room": keep_in_room})
    caller.screen.done(link["url"], link)


@app.command()
@remote
def send_out(caller: Caller, session: Id, person: Person, yes: Yes = False) -> None:
    """Remove a person from the room of a class. Their join link is refused until they are readmitted."""
    path = _path_of(caller, session)
    found = _person(caller, path, person)
    caller.confirm(f"Remove {found['name']} from the room?", yes)
    caller.api.post(f"{path}/participants/{found['id']}/send-out")
    caller.screen.done(f"Removed {found['name']} from the room.", _done(path, "sent_out"))


@app.command()
@remote
def readmit(caller: Caller, session: Id, person: Person) -> None:
    """Let a person in again who was removed from the room of a class, also an instructor who was replaced."""
    path = _path_of(caller, session)
    found = _person(caller, path, person, replaced=True)
    caller.api.post(f"{path}/participants/{found['id']}/readmit")
    caller.screen.done(f"{found['name']} may come in again.", _done(path, "readmitted"))


def _person(caller: Caller, path: str, named: str, *, replaced: bool = False) -> Json:
    """The person of this name or participant id in the class, or also among its `replaced` instructors."""
    found = [
        person
        for person in caller.api.get(f"{path}/participants")
        if named in (person["id"], person["name"])
        and (not person["removed_at"] or (replaced and person["role"] == "instructor"))
    ]
    if len(found) != 1:
        raise typer.BadParameter(f"Nobody in the class has the name {named}." if not found else "Pass an id.")
    person: Json = found[0]
    return person


@app.command()
@remote
def absent(
    caller: Caller,
    session: Id,
    student: Annotated[str, typer.Option(help=f"The student. {ID_HELP}")],
    undo: Annotated[bool, typer.Option("--undo", help="The student is coming after all.")] = False,
) -> None:
    """Say that a student cannot come to a class that is still to start. The instructor and the school are told."""
    path = _path_of(caller, session)
    absence = f"{path}/students/{resolve_id(caller.api, '/v1/students', student)}/absence"
    if undo:
        caller.api.delete(absence)
        caller.screen.done("Expected again.", _done(path, "expected"))
    else:
        caller.api.put(absence)
        caller.screen.done("Excused.", _done(path, "excused"))


@app.command("check-in")
@remote
def check_in(caller: Caller, session: Id) -> None:
    """Confirm that the instructor of a class will be there."""
    path = _path_of(caller, session)
    caller.api.post(f"{path}/check-in")
    caller.screen.done("Checked in.", _done(path, "checked in"))


@app.command()
@remote
def nudge(caller: Caller, session: Id) -> None:
    """Ask the instructor of a class by mail, at once, to check in or to come."""
    path = _path_of(caller, session)
    caller.api.post(f"{path}/nudge")
    caller.screen.done("The instructor is asked by mail now.", _done(path, "nudged"))


@app.command()
@remote
def message(
    caller: Caller,
    session: Id,
    text: Annotated[str, typer.Argument(help="What everybody in the room reads.")],
) -> None:
    """Show a message of the school to everybody in the open room of a class."""
    path = _path_of(caller, session)
    caller.api.post(f"{path}/messages", {"text": text})
    caller.screen.done("Sent to everybody in the room.", _done(path, "messaged"))


@app.command()
@remote
def timeline(caller: Caller, session: Id) -> None:
    """Show every step around the class, done or planned."""
    columns = ("step", "occasion", "outcome", "planned_at", "started_at", "finished_at", "note")
    caller.screen.rows(caller.api.get(f"{_path_of(caller, session)}/timeline"), *columns)


@app.command()
@remote
def links(caller: Caller, session: Id) -> None:
    """List the join links, one per person. Anyone with a link joins as that person."""
    caller.screen.rows(
        caller.api.get(f"{_path_of(caller, session)}/join-links"), "role", "name", "short_url", "url"
    )


@app.command()
@remote
def invite(caller: Caller, session: Id, name: Annotated[str, typer.Option(help="The guest's name.")]) -> None:
    """Create a link for a guest. Guests don't count toward attendance."""
    link = caller.api.post(f"{_path_of(caller, session)}/guests", {"name": name})
    caller.screen.done(link["url"], link)


def _path_of(caller: Caller, session: str) -> str:
    return f"{PATH}/{resolve_id(caller.api, PATH, session)}"


def _describe(caller: Caller, path: str) -> str:
    session = caller.api.get(path)
    return f"“{session['title']}”, {caller.screen.cell(session['starts_at'])}"


def _done(path: str, action: str) -> Json:
    return {"id": path.rpartition("/")[2], "done": action}


def _times(caller: Caller, starts: str, ends: str, length: timedelta) -> Json:
    starts_at = caller.moment(starts)
    by_length = datetime.fromisoformat(starts_at) + length
    return {"starts_at": starts_at, "ends_at": caller.moment(ends) if ends else by_length.isoformat()}


def _length_of(session: Json) -> timedelta:
    return datetime.fromisoformat(session["ends_at"]) - datetime.fromisoformat(session["starts_at"])
