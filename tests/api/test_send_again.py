"""A message about a class is sent again as it reads now, to the person's present or corrected address."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from domain.cases.kinds import ExceptionKind
from domain.subjects import Subject
from services.cases import NewCase, open_case
from tests.campus import School, problem_of
from tests.stack import TestMail, wait_until

pytestmark = pytest.mark.adapter


async def confirmation(school: School, session_id: str, recipient: str, mail: TestMail) -> dict[str, str]:
    """The confirmation to a person, once it is sent."""
    person = await school.get(f"/v1/guardians/{recipient}")
    await asyncio.to_thread(wait_until, lambda: bool(mail.messages(person["email"])), what="the confirmation")
    rows = (await school.get(f"/v1/notices?session_id={session_id}"))["items"]
    found: dict[str, str] = next(row for row in rows if row["recipient_id"] == recipient)
    return found


async def test_a_message_is_sent_again_to_a_corrected_address(harbour: School, mail_sink: TestMail) -> None:
    session_id = await harbour.book()
    guardian = harbour.ids["guardian"]
    notice = await confirmation(harbour, session_id, guardian, mail_sink)
    corrected = f"{uuid4()}@family.example"
    kind, subject = ExceptionKind.NOTICE_UNDELIVERABLE, Subject.session(UUID(session_id))
    detail = {"notice_id": notice["id"], "code": "mailbox-unknown"}
    async with harbour.transaction() as db:
        await open_case(db, NewCase(harbour.id, subject, kind, notice["id"], detail), datetime.now(UTC))
    path = f"/v1/notices/{notice['id']}/send-again"
    again = await harbour.post(path, {"address": corrected})
    assert (again["recipient_id"], again["kind"]) == (guardian, "confirmation")
    assert again["id"] != notice["id"]
    (case,) = (await harbour.get(f"/v1/exceptions?kind={kind}&subject_id={session_id}"))["items"]
    history = await harbour.get(f"/v1/exceptions/{case['id']}/history")
    (tried,) = [entry["detail"] for entry in history if entry["kind"] == "tried"]
    assert (tried["repair"], tried["notice_id"]) == ("message_sent_again", again["id"])
    await asyncio.to_thread(wait_until, lambda: bool(mail_sink.messages(corrected)), what="the message")
    assert (await harbour.get(f"/v1/guardians/{guardian}"))["email"] == corrected
    once_more = await harbour.api.post(path, json={}, headers={"Idempotency-Key": "k"})
    repeated = await harbour.api.post(path, json={}, headers={"Idempotency-Key": "k"})
    assert repeated.json() == once_more.json()
    await asyncio.to_thread(wait_until, lambda: len(mail_sink.messages(corrected)) == 2, what="the message")


async def test_what_is_no_longer_true_is_not_sent_again(harbour: School, mail_sink: TestMail) -> None:
    session_id = await harbour.book()
    notice = await confirmation(harbour, session_id, harbour.ids["guardian"], mail_sink)
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    refused = await harbour.api.post(f"/v1/notices/{notice['id']}/send-again", json={})
    problem_of(refused, 409, "transition-refused")


async def test_other_organizations_send_nothing_again(
    harbour: School, other: School, mail_sink: TestMail
) -> None:
    notice = await confirmation(harbour, await harbour.book(), harbour.ids["guardian"], mail_sink)
    refused = await other.api.post(f"/v1/notices/{notice['id']}/send-again", json={})
    problem_of(refused, 404, "not-found")
