"""Writes a case and a notice of a school, and tries an API key."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.cases.kinds import ExceptionKind
from domain.subjects import SubjectKind
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.repositories import cases, notices
from tests.campus import HOUR, School
from tests.markup import MARKUP


async def add_case(opened: School, occasion: str = "room") -> UUID:
    session_id, now = await opened.book(), datetime.now(UTC)
    case = ExceptionCase(
        id=uuid4(),
        organization_id=opened.id,
        subject_kind=SubjectKind.SESSION,
        subject_id=UUID(session_id),
        kind=ExceptionKind.STEP_FAILED,
        occasion=occasion,
        severity="high",
        owner="ops",
        queue="ops",
        due_at=now - HOUR,
        detail={"step": occasion, "instructor_id": opened.ids["instructor"]},
        acknowledge_due_at=now - 2 * HOUR,
        opened_at=now - 2 * HOUR,
    )
    async with opened.transaction() as db:
        await cases.report(db, case, reopens_since=now)
    return case.id


async def add_notice(opened: School, **changes: Any) -> UUID:
    session_id, now = await opened.book(72 * HOUR), datetime.now(UTC)
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": opened.id,
        "key": str(uuid4()),
        "subject_kind": SubjectKind.SESSION,
        "subject_id": UUID(session_id),
        "kind": "summary",
        "recipient_kind": "guardian",
        "recipient_id": UUID(opened.ids["guardian"]),
        "address": "g@family.example",
        "subject": MARKUP.format("subject"),
        "html": "<p>Dear guardian</p><script>alert(1)</script>",
        "text": MARKUP.format("text"),
        "class_starts_at": now,
        "send_after": now + 48 * HOUR,
        "created_at": now,
        "attempts": 2,
        "error": "mailbox-busy",
    } | changes
    notice = Notice(**values)
    async with opened.transaction() as db:
        await notices.prepare(db, [notice])
    return notice.id


async def status_with_key(harbour: School, secret: str) -> int:
    """The status of a request with this API key."""
    async with harbour.campus.client(secret) as program:
        return (await program.get("/v1/students")).status_code
