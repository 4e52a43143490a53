"""Makes rows of the two queues: exception cases and notices."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.subjects import SubjectKind
from models.exception_case import ExceptionCase
from models.notice import Notice
from tests.campus import Json, School

NOW = datetime.now(UTC)
MANY_CHANGES = 1_000  # more than a test makes


async def open_cases(school: School, session_id: str, *kinds: ExceptionKind) -> list[str]:
    """Opens a case of each kind; returns their ids. The first is overdue, each next one is due an hour later.

    No workflow is told of them, which would remind their owners at some moment of the test.
    """
    rows = [
        ExceptionCase(
            id=uuid7(),
            organization_id=school.id,
            subject_kind=SubjectKind.SESSION,
            subject_id=UUID(session_id),
            kind=kind,
            severity=case_kind(kind).severity,
            owner=case_kind(kind).owner,
            queue=case_kind(kind).owner,
            due_at=NOW + timedelta(hours=number - 0.5),
            acknowledge_due_at=NOW,
            opened_at=NOW,
            followed=MANY_CHANGES,
        )
        for number, kind in enumerate(kinds)
    ]
    async with school.transaction() as db:
        db.add_all(rows)
        return [str(row.id) for row in rows]


def notice(school: School, session_id: str, number: int, **state: object) -> Notice:
    """A notice of a session, not saved yet; `state` replaces values."""
    values: Json = {
        "id": uuid7(),
        "organization_id": school.id,
        "key": f"{session_id}/{number}",
        "subject_kind": SubjectKind.SESSION,
        "subject_id": UUID(session_id),
        "kind": "extra",
        "recipient_kind": "guardian",
        "recipient_id": UUID(school.ids["guardian"]),
        "address": f"family{number}@f.example",
        "subject": f"Extra {number}",
        "html": "<p>Hello</p>",
        "text": "Hello",
        "class_starts_at": NOW,
        "send_after": NOW,
        "created_at": NOW + timedelta(seconds=number),
    }
    return Notice(**(values | state))
