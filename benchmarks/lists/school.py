"""Fills a database with one school of many classes: people, courses, classes, documentation, messages and cases.

The rows are made inside Postgres, table by table, without triggers and foreign keys; row n of a table has the id that
`key` gives. Classes lie one after the other in three years, the last tenth of them ahead of now.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from benchmarks.report import show_progress
from domain.cases.kinds import ExceptionKind
from domain.sessions.policies import SessionPolicy
from models.tables import metadata

YEARS = 3
PEOPLE_PER_CLASS = 3  # the instructor and two students
_TABLES = (
    "guardian", "student", "student_guardian", "instructor", "course", "topic", "curriculum_plan", "enrollment",
    "session", "participant", "documentation", "documentation_revision", "incident", "exception_case",
    "notice", "change_log",
)  # fmt: skip
_FIRST = (
    "Ada",
    "Noor",
    "Léo",
    "Samira",
    "Jonas",
    "Mei",
    "Tomás",
    "Ines",
    "Kofi",
    "Yuki",
    "Olena",
    "Ravi",
    "Zoë",
)
_LAST = (
    "Okafor",
    "Haddad",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Silva",
    "Novak",
    "Mensah",
    "Kaur",
    "Weber",
    "Costa",
)
_SUBJECTS = (
    "Mathematics",
    "Physics",
    "Spanish",
    "Chemistry",
    "History",
    "Programming",
    "Piano",
    "Essay writing",
)
_PAST = "n < 0.9 * %(classes)s"
_STARTS = "%(now)s + (n - 0.9 * %(classes)s) * (%(years)s * interval '365 days' / %(classes)s)"
_STATE = f"""case
    when n %% 29 = 0 then 'cancelled'
    when not {_PAST} then 'scheduled'
    when n %% 997 = 0 then 'review'
    when n %% 1999 = 0 then 'documenting'
    else 'closed' end"""


@dataclass(frozen=True)
class Size:
    classes: int

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows each table gets."""
        students, courses = max(self.classes // 20, 20), max(self.classes // 100, 10)
        return {
            "guardian": students,
            "student": students,
            "student_guardian": students,
            "instructor": max(self.classes // 500, 5),
            "course": courses,
            "topic": 5 * courses,
            "curriculum_plan": courses,
            "enrollment": 2 * courses,
            "session": self.classes,
            "participant": PEOPLE_PER_CLASS * self.classes,
            "documentation": self.classes,  # of those that were held
            "documentation_revision": self.classes,  # of those in review
            "incident": max(self.classes // 10_000, 1),
            "exception_case": self.classes // 10,
            "notice": self.classes,
            "change_log": 2 * self.classes,
        }


def key(table: str, number: str) -> str:
    """The SQL of the id of row `number` of a table."""
    place = _TABLES.index(table) + 1
    return f"('{place:08x}-0000-7000-8000-' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid"


def fill(url: str, organization_id: UUID, size: Size) -> None:
    """Write the school's rows and let Postgres look at them. `url`: of the superuser."""
    policy = json.dumps(SessionPolicy().model_dump(mode="json"))
    kinds = [str(kind) for kind in ExceptionKind]
    with psycopg.connect(url, autocommit=True) as connection:
        now = _one(connection, "select date_trunc('hour', now())")
        values = {
            "organization": organization_id, "classes": size.classes, "now": now, "years": YEARS, "policy": policy,
            "kinds": kinds, "several": len(kinds), "first": list(_FIRST), "last": list(_LAST),
            "subjects": list(_SUBJECTS), **{f"of_{table}": count for table, count in size.rows.items()},
        }  # fmt: skip
        connection.execute("set session_replication_role = replica")
        connection.execute("set work_mem = '256MB'")
        for table in _TABLES:
            show_progress(f"{size.rows[table]:,} rows of {table}")
            connection.execute(_insert(table, _EXPRESSIONS[table]), values)
        connection.execute("reset session_replication_role")
        connection.execute("vacuum analyze")


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _insert(table: str, expressions: Mapping[str, str]) -> str:
    """Insert the rows 0 to `of_<table>`; a column without an expression has the default of its model."""
    condition = expressions.get("where", "true")
    values = {"organization_id": "%(organization)s"} | {
        name: text for name, text in expressions.items() if name != "where"
    }
    for column in metadata.tables[table].columns:
        if column.name not in values and (default := _default(column)) is not None:
            values[column.name] = default
    return (
        f"insert into {table} ({', '.join(values)}) select {', '.join(values.values())} "
        f"from generate_series(0, %(of_{table})s::bigint - 1) n where {condition}"
    )


def _default(column: sa.Column[Any]) -> str | None:
    if column.nullable or column.server_default is not None or column.computed or column.identity:
        return None
    if isinstance(column.type, JSONB):
        return "'[]'"
    value = getattr(column.default, "arg", "")
    return f"'{getattr(value, 'value', value)}'"


def _name(number: str = "n") -> str:
    first, last = (f"(%({part})s::text[])[1 + ({number}) %% {count}]" for part, count in _NAMES)
    return f"{first} || ' ' || {last} || ' ' || ({number})"


_NAMES = (("first", len(_FIRST)), ("last", len(_LAST)))
_SUBJECT = f"(%(subjects)s::text[])[1 + n %% {len(_SUBJECTS)}]"
_ADDED = "%(now)s - interval '3 years' + n * interval '1 minute'"
_RETIRED = "case when n %% 97 = 0 then %(now)s end"
_COURSE = "n %% %(of_course)s"
# A course has five students in the school's three years, two at a time, and one instructor.
_STUDENT = "(({course}) * 5 + ({seat}) + ({n} / %(of_course)s) %% 4) %% %(of_student)s"
_TAUGHT_BY = "({course}) %% %(of_instructor)s"
_CLASS, _SEAT = "(n / 3)", "(n %% 3)"  # of a participant
_ENROLLED = _STUDENT.format(course="n / 2", seat="n %% 2", n="0")
_SEATED = _STUDENT.format(course=f"{_CLASS} %% %(of_course)s", seat=f"{_SEAT} - 1", n=_CLASS)
_TEACHING = _TAUGHT_BY.format(course=f"{_CLASS} %% %(of_course)s")

_EXPRESSIONS: Mapping[str, Mapping[str, str]] = {
    "guardian": {
        "id": key("guardian", "n"), "name": _name("n + 3"), "email": "'guardian' || n || '@family.example'",
        "external_id": "'g-' || n", "created_at": _ADDED, "retired_at": _RETIRED,
    },
    "student": {
        "id": key("student", "n"), "name": _name(), "external_id": "'s-' || n", "created_at": _ADDED,
        "email": "case when n %% 5 = 0 then 'student' || n || '@family.example' end", "retired_at": _RETIRED,
    },
    "student_guardian": {"student_id": key("student", "n"), "guardian_id": key("guardian", "n")},
    "instructor": {
        "id": key("instructor", "n"), "name": _name("n + 5"), "email": "'instructor' || n || '@school.example'",
        "external_id": "'i-' || n", "created_at": _ADDED, "retired_at": _RETIRED,
    },
    "course": {
        "id": key("course", "n"), "title": f"{_SUBJECT} || ' ' || n", "subject": _SUBJECT,
        "level": "'Level ' || n %% 4", "external_id": "'c-' || n", "created_at": _ADDED, "retired_at": _RETIRED,
    },
    "topic": {
        "id": key("topic", "n"), "course_id": key("course", "n / 5"), "title": "'Topic ' || n",
        "position": "n %% 5", "external_id": "'t-' || n", "created_at": _ADDED,
    },
    "curriculum_plan": {
        "id": key("curriculum_plan", "n"), "course_id": key("course", "n"), "title": "'Plan ' || n",
        "external_id": "'p-' || n", "created_at": _ADDED,
    },
    "enrollment": {
        "id": key("enrollment", "n"), "course_id": key("course", "n / 2"), "student_id": key("student", _ENROLLED),
        "external_id": "'e-' || n", "created_at": _ADDED,
    },
    "session": {
        "id": key("session", "n"), "region": "'local'", "course_id": key("course", _COURSE),
        "instructor_id": key("instructor", _TAUGHT_BY.format(course=_COURSE)),
        "title": f"(%(subjects)s::text[])[1 + ({_COURSE}) %% {len(_SUBJECTS)}] || ' ' || {_COURSE}",
        "starts_at": _STARTS, "ends_at": f"{_STARTS} + interval '50 minutes'", "time_zone": "'Europe/Madrid'",
        "policy": "%(policy)s::jsonb", "state": _STATE, "external_id": "'sis-' || n",
        "outcome": f"case when n %% 29 = 0 then 'cancelled' when {_PAST} then 'held' end",
        "live_at": f"case when {_PAST} and n %% 29 <> 0 then {_STARTS} end",
        "ended_at": f"case when {_PAST} and n %% 29 <> 0 then {_STARTS} + interval '50 minutes' end",
        "completeness": f"""case when not {_PAST} or n %% 29 = 0 then '{{}}'::jsonb
            when n %% 199 = 0 then '{{"have": ["briefing"], "missing": ["documentation", "approval"], "share": 0.1}}'
            else '{{"have": ["briefing", "documentation", "approval"], "missing": [], "share": 1.0}}' end""",
        "created_at": f"{_STARTS} - interval '30 days'",
    },
    "participant": {
        "id": key("participant", "n"), "session_id": key("session", _CLASS),
        "role": f"case when {_SEAT} = 0 then 'instructor' else 'student' end",
        "instructor_id": f"case when {_SEAT} = 0 then {key('instructor', _TEACHING)} end",
        "student_id": f"case when {_SEAT} > 0 then {key('student', _SEATED)} end", "name": "'Somebody'",
        "join_code_hash": "md5(n::text)",
    },
    "documentation": {
        "session_id": key("session", "n"), "revision": "1",
        "status": "case when n %% 997 > 0 then 'approved' when n %% 3 = 0 then 'changes_requested' else 'draft' end",
        "where": f"{_PAST} and n %% 29 <> 0 and n %% 199 <> 0 and n %% 1999 <> 0",
    },
    "documentation_revision": {
        "session_id": key("session", "n"), "revision": "1", "author": "'engine'", "created_at": "%(now)s",
        "where": f"{_PAST} and n %% 29 <> 0 and n %% 997 = 0",
    },
    "incident": {
        "id": key("incident", "n"), "outage": "'room_lost'", "opened_at": "%(now)s", "latest_at": "%(now)s",
    },
    "exception_case": {
        "id": key("exception_case", "n"), "subject_kind": "'session'", "subject_id": key("session", "n * 10"),
        "kind": "(%(kinds)s::text[])[1 + n %% %(several)s]", "occasion": "n::text",
        "severity": "(array['low', 'normal', 'high', 'critical'])[1 + n %% 4]",
        "owner": "(array['ops', 'admin'])[1 + n %% 2]",
        "queue": "(array['ops', 'admin'])[1 + n %% 2]",
        "state": "case when n %% 37 = 0 then 'open' when n %% 2 = 0 then 'resolved' else 'self_resolved' end",
        "opened_at": f"{_STARTS.replace('n -', 'n * 10 -')}",
        "due_at": f"{_STARTS.replace('n -', 'n * 10 -')} + interval '1 hour'",
        "acknowledge_due_at": f"{_STARTS.replace('n -', 'n * 10 -')} + interval '15 minutes'",
        "resolved_at": f"case when n %% 37 <> 0 then {_STARTS.replace('n -', 'n * 10 -')} + interval '20 minutes' end",
        "assignee": "case when n %% 5 = 0 then 'member:' || n %% 50 else '' end",
        "changes": "1", "followed": "1", "incident_id": f"case when n %% 50 = 0 then {key('incident', 'n / 1000')} end",
    },
    "notice": {
        "id": key("notice", "n"), "key": "'k' || n", "subject_kind": "'session'", "subject_id": key("session", "n"),
        "kind": "(array['confirmation', 'reminder', 'summary', 'cancelled'])[1 + n %% 4]",
        "recipient_kind": "'guardian'", "recipient_id": key("guardian", "n %% %(of_guardian)s"),
        "address": "'guardian' || n %% %(of_guardian)s || '@family.example'",
        "subject": f"'Class of ' || {_SUBJECT} || ' ' || n", "html": "'<p>Hello</p>'", "text": "'Hello'",
        "class_starts_at": _STARTS, "send_after": _STARTS, "created_at": f"{_STARTS} - interval '1 day'",
        "sent_at": f"case when n %% 499 > 1 then {_STARTS} - interval '1 day' end",
        "failed_at": f"case when n %% 499 = 1 then {_STARTS} - interval '1 day' end",
        "error": "case when n %% 998 = 1 then 'withdrawn' when n %% 499 = 1 then 'mailbox_unknown' else '' end",
    },
    "change_log": {
        "xid": "1000 + n / 3", "occurred_at": _STARTS.replace("n -", "n / 2 -"),
        "actor": "case when n %% 50 = 0 then 'member:' || n %% 37 else 'homeroom' end", "request_id": "''",
        "kind": "case when n %% 5000 = 0 then 'api_key.created' else 'session.changed' end",
        "subject": "case when n %% 5000 = 0 then 'api_key' else 'session' end",
        "subject_id": key("session", "n / 2"), "session_id": key("session", "n / 2"), "changes": "'{}'",
    },
}  # fmt: skip
