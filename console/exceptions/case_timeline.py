"""The time line of a case: its history and its evidence, in order, each as one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from console.exceptions.case_facts import Names
from console.frame.labels import code_label, repair_label
from domain.cases.repairs import RepairResult
from domain.cases.states import EntryKind
from domain.people.access import Permission, Principal
from models.exception_case import CaseEntry, ExceptionCase

_DONE = {
    EntryKind.OPENED: "Opened",
    EntryKind.REPORTED: "Reported again",
    EntryKind.ACKNOWLEDGED: "Acknowledged",
    EntryKind.STARTED: "Started to work on it",
    EntryKind.COMMENTED: "Commented",
    EntryKind.TRIED: "Tried",
    EntryKind.SNOOZED: "Snoozed",
    EntryKind.WOKEN: "Back from the snooze",
    EntryKind.RESOLVED: "Resolved",
    EntryKind.SELF_RESOLVED: "Resolved by itself",
    EntryKind.REOPENED: "Reopened",
}
_TELLING = {
    EntryKind.TOLD: "Told",
    EntryKind.ESCALATED: "Escalated: told",
    EntryKind.REMINDED: "Reminded",
}
_WITH_FACTS = (EntryKind.REPORTED, EntryKind.TRIED)
# Pages of what evidence names, and who may open them.
_EVIDENCE_PAGES = {
    "notice": ("/outbox/{}", Permission.NOTICES_READ),
    "session": ("/sessions/{}", Permission.SESSIONS_READ),
    "student": ("/people/students/{}", Permission.PEOPLE_READ),
    "guardian": ("/people/guardians/{}", Permission.PEOPLE_READ),
    "instructor": ("/people/instructors/{}", Permission.PEOPLE_READ),
    "course": ("/courses/{}", Permission.COURSES_READ),
}


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    kind: str  # of the entry; "evidence" for a row that shows what happened
    what: str
    by: str = ""
    text: str = ""  # free text
    until: datetime | None = None  # the end of a snooze
    facts: Sequence[tuple[str, str]] = ()
    url: str = ""
    times: int = 1  # how often in a row


def timeline(
    who: Principal, case: ExceptionCase, entries: Iterable[CaseEntry], names: Names
) -> list[TimelineEntry]:
    """Oldest first. Reports of the same cause that follow each other are one line."""
    lines: list[TimelineEntry] = []
    for entry in entries:
        line = _entry_line(case, entry, names)
        last = lines[-1] if lines else None
        if last and last.kind == line.kind == EntryKind.REPORTED:
            lines[-1] = replace(line, times=last.times + 1)
        else:
            lines.append(line)
    evidence = [_evidence_line(who, case, shown) for shown in case.evidence]
    return sorted([*evidence, *lines], key=lambda line: line.at)


def _entry_line(case: ExceptionCase, entry: CaseEntry, names: Names) -> TimelineEntry:
    until = entry.detail.get("until")
    return TimelineEntry(
        entry.happened_at,
        entry.kind,
        _what(entry, names),
        names.author(entry.by),
        entry.text,
        datetime.fromisoformat(until) if entry.kind == EntryKind.SNOOZED and until else None,
        names.facts(_shown(case, entry)) if entry.kind in _WITH_FACTS else (),
    )


def _shown(case: ExceptionCase, entry: CaseEntry) -> dict[str, Any]:
    """The facts of an entry, without the repair, which its line names; of a case that is over, nothing is open."""
    left_out = {"repair"}
    if case.state.is_over and entry.detail.get("result") == RepairResult.WAITING:
        left_out.add("result")
    return {name: value for name, value in entry.detail.items() if name not in left_out}


def _what(entry: CaseEntry, names: Names) -> str:
    if entry.kind == EntryKind.ASSIGNED:
        return f"Assigned to {names.author(str(entry.detail.get('assignee', '')))}"
    if entry.kind in _TELLING:
        people = str(entry.detail.get("people", ""))
        if people == "0" and "incident_id" in entry.detail:
            return "Told nobody: its incident has been told of"
        readers = {"": "staff", "0": "nobody", "1": "1 person"}.get(people, f"{people} people")
        channels = str(entry.detail.get("channels", ""))
        others = "1 channel" if channels == "1" else f"{channels} channels"
        if not channels:
            return f"{_TELLING[entry.kind]} {readers} by mail"
        by_mail = "" if people == "0" else f"{readers} by mail and "
        return f"{_TELLING[entry.kind]} {by_mail}{others}"
    if entry.kind == EntryKind.TRIED and (repair := entry.detail.get("repair")):
        return f"Tried: {repair_label(str(repair))}"
    return _DONE.get(entry.kind) or code_label(entry.kind).capitalize()


def _evidence_line(who: Principal, case: ExceptionCase, shown: dict[str, str]) -> TimelineEntry:
    """Evidence without a time stands where the case was opened."""
    at = datetime.fromisoformat(shown["at"]) if shown.get("at") else case.opened_at
    page, permission = _EVIDENCE_PAGES.get(shown["kind"], ("", Permission.EXCEPTIONS_READ))
    url = page.format(shown["id"]) if who.may(permission) else ""
    noun = "message" if shown["kind"] == "notice" else code_label(shown["kind"])
    return TimelineEntry(at, "evidence", noun.capitalize(), url=url)
