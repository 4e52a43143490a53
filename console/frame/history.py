"""The history of changes, as people read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame.times import clock
from domain.people.access import Permission, Principal
from models.change_log import ChangeRow
from models.repositories import change_log, names
from models.repositories.change_log import Wanted

SHOWN = 15
_UNSAID = frozenset(
    {"id", "created_at", "course_id", "prefix", "created_by"}
)  # of what is made: told elsewhere
_ABOUT = frozenset({"subject_kind", "subject_id"})  # said on the pages of what has a subject
_SIGN_INS = {"sign_in.created": "Signed in", "sign_in.ended": "Signed out"}
_FIXED = {"operator": "Operator", "homeroom": "Homeroom", "nobody": "Nobody"}
_KINDS = {"key": "key “{}”", "guardian": "{} (guardian)", "instructor": "{} (instructor)"}


@dataclass(frozen=True)
class Changed:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    row: ChangeRow
    what: str
    author: str
    about: str  # the name of what changed
    changes: list[Changed]


@dataclass(frozen=True)
class History:
    lines: list[Line]
    more: bool


async def history(db: AsyncSession, who: Principal, subject_id: UUID) -> History | None:
    """None: who asks may not read the log of changes."""
    if not who.may(Permission.AUDIT_READ):
        return None
    rows = await change_log.before(db, None, SHOWN + 1, Wanted(subject_id=subject_id))
    return History(await lines(db, rows[:SHOWN]), len(rows) > SHOWN)


async def lines(db: AsyncSession, rows: Sequence[ChangeRow]) -> list[Line]:
    said_by = {row.actor for row in rows}
    values = {v for row in rows for pair in row.changes.values() for v in pair if isinstance(v, str)}
    actors = await names.of_actors(db, said_by | {value for value in values if ":" in value})
    things = [
        (name.removesuffix("_id"), value)
        for row in rows
        for name, pair in row.changes.items()
        for value in pair
        if name.endswith("_id") and isinstance(value, str)
    ]
    known = await names.of_things(db, [*things, *((row.subject, str(row.subject_id)) for row in rows)])
    return [
        Line(
            row,
            _what(row),
            author(row.actor, actors),
            known.get(str(row.subject_id), ""),
            _changes(row, {**known, **{actor: author(actor, actors) for actor in actors}}),
        )
        for row in rows
    ]


def author(actor: str, found: Mapping[str, str]) -> str:
    """Who did it; `found` has the names of those that are people or keys."""
    kind = actor.partition(":")[0]
    if kind in _FIXED or not actor:
        return _FIXED.get(kind, "")
    return _KINDS.get(kind, "{}").format(found.get(actor, "someone who was removed"))


def _what(row: ChangeRow) -> str:
    if row.kind in _SIGN_INS:
        return _SIGN_INS[row.kind]
    subject, _, verb = row.kind.partition(".")
    said = {
        "student_guardian": "guardian",
        "api_key": "key",
        "notice": "message",
        "session": "class",
    }.get(subject, subject)
    verb = {"created": "opened" if subject == "exception" else "added", "deleted": "removed"}.get(verb, verb)
    text = f"{said} {verb}".replace("_", " ")
    return text[:1].upper() + text[1:]


def _changes(row: ChangeRow, known: Mapping[str, str]) -> list[Changed]:
    made = row.kind.endswith(".created")
    unsaid = _UNSAID if row.kind in _SIGN_INS else _UNSAID | _ABOUT
    told = [
        Changed(name.removesuffix("_id").replace("_", " "), _text(pair[0], known), _text(pair[1], known))
        for name, pair in sorted(row.changes.items())
        if name not in unsaid and not (made and name.endswith("_at"))
    ]
    return [one for one in told if one.before or one.after]


def _text(value: Any, known: Mapping[str, str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, str):
        return known.get(value) or _moment(value)
    if isinstance(value, list):
        return ", ".join(_text(one, known) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')}: {_text(one, known)}" for name, one in value.items())
    return str(value)


def _moment(text: str) -> str:
    if len(text) > 18 and text[4:5] == "-" and "T" in text:
        try:
            return f"{clock(datetime.fromisoformat(text), 'UTC', 'full')} UTC"
        except ValueError:
            return text
    return text
