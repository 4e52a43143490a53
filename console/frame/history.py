"""The history of a record: entries of the change log with names and labels in place of ids and codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame import labels
from domain.people.access import Permission, Principal
from models.change_log import ChangeRow
from models.repositories import change_log, names
from models.repositories.change_log import LogFilter

MAX_ENTRIES = 15
_HIDDEN = frozenset(
    {"id", "created_at", "course_id", "prefix", "created_by"}
)  # the page shows these elsewhere
_SUBJECT = frozenset(
    {"subject_kind", "subject_id"}
)  # shown as a link on the pages of records about a subject
_NOUNS = {
    "student_guardian": "guardian",
    "api_key": "key",
    "sign_in_binding": "sign-in account",
    "notice": "message",
    "session": "class",
}
_SIGN_INS = {"sign_in.created": "Signed in", "sign_in.ended": "Signed out"}
_FIXED = {"operator": "Operator", "homeroom": "Homeroom", "nobody": "Nobody"}
_KINDS = {"key": "key “{}”", "guardian": "{} (guardian)", "instructor": "{} (instructor)"}


@dataclass(frozen=True)
class ChangedField:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    row: ChangeRow
    what: str
    author: str
    about: str  # the name of the record that changed
    changes: list[ChangedField]


@dataclass(frozen=True)
class History:
    entries: list[HistoryEntry]
    more: bool  # the change log has older entries


async def history(db: AsyncSession, who: Principal, subject_id: UUID) -> History | None:
    """The latest changes of a record; None where the reader may not read the change log."""
    if not who.may(Permission.AUDIT_READ):
        return None
    rows = await change_log.before(db, None, MAX_ENTRIES + 1, LogFilter(subject_id=subject_id))
    return History(await entries(db, rows[:MAX_ENTRIES]), len(rows) > MAX_ENTRIES)


async def entries(db: AsyncSession, rows: Sequence[ChangeRow]) -> list[HistoryEntry]:
    authors = {row.actor for row in rows}
    values = {v for row in rows for pair in row.changes.values() for v in pair if isinstance(v, str)}
    actors = await names.of_actors(db, authors | {value for value in values if ":" in value})
    records = [
        (name.removesuffix("_id"), value)
        for row in rows
        for name, pair in row.changes.items()
        for value in pair
        if name.endswith("_id") and isinstance(value, str)
    ]
    by_id = await names.of_things(db, [*records, *((row.subject, str(row.subject_id)) for row in rows)])
    return [
        HistoryEntry(
            row,
            change_words(row.kind),
            author(row.actor, actors),
            by_id.get(str(row.subject_id), ""),
            _changes(row, {**by_id, **{actor: author(actor, actors) for actor in actors}}),
        )
        for row in rows
    ]


def author(actor: str, names_of_actors: Mapping[str, str]) -> str:
    """The name of an actor as pages show it; `names_of_actors` are those of people and API keys."""
    kind = actor.partition(":")[0]
    if kind in _FIXED or not actor:
        return _FIXED.get(kind, "")
    return _KINDS.get(kind, "{}").format(names_of_actors.get(actor, "someone who was removed"))


def change_words(kind: str) -> str:
    """A kind of change in two words, such as `Student added`."""
    if kind in _SIGN_INS:
        return _SIGN_INS[kind]
    subject, _, verb = kind.partition(".")
    verb = {"created": "opened" if subject == "exception" else "added", "deleted": "removed"}.get(verb, verb)
    text = f"{_NOUNS.get(subject, subject)} {verb}".replace("_", " ")
    return text[:1].upper() + text[1:]


def _changes(row: ChangeRow, names_by_id: Mapping[str, str]) -> list[ChangedField]:
    created = row.kind.endswith(".created")
    hidden = _HIDDEN if row.kind in _SIGN_INS else _HIDDEN | _SUBJECT

    def text(field: str, value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, str):
            return names_by_id.get(value) or labels.value_label(row.subject, field, value)
        if isinstance(value, list):
            between = "; " if any(isinstance(item, dict) for item in value) else ", "
            return between.join(text(field, item) for item in value)
        if isinstance(value, dict):
            parts = {name.replace("_", " "): text(name, item) for name, item in value.items()}
            return ", ".join(f"{name}: {shown}" for name, shown in parts.items() if shown)
        return str(value)

    changes = [
        ChangedField(name.removesuffix("_id").replace("_", " "), text(name, before), text(name, after))
        for name, (before, after) in sorted(row.changes.items())
        if name not in hidden and not (created and name.endswith("_at"))
    ]
    return [change for change in changes if change.before or change.after]
