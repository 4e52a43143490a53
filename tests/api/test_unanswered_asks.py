"""What is asked and not answered ends with somebody knowing: calls for volunteers, and offers of swaps."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from domain.notices.kinds import InstructorNoticeKind
from domain.people.access import AccessRole, Principal
from models.class_swap import ClassSwap
from services.inputs.volunteers import NewVolunteerCall
from services.unanswered_asks import UnansweredAsks
from tests.campus import HOUR, PATIENCE, Json, School
from tests.console.colleagues import colleague, told
from tests.stack import TestMail
from wiring.api import ApiParts

pytestmark = pytest.mark.adapter


def asks_of(school: School) -> UnansweredAsks:
    parts: ApiParts = school.campus.app.state.homeroom
    return UnansweredAsks(parts.database, parts.instructor_mails, school.campus.settings.region)


async def cases_of(school: School, session_id: str) -> list[Json]:
    path = f"/v1/exceptions?kind=volunteer_not_found&subject_kind=session&subject_id={session_id}"
    found: list[Json] = (await school.get(path))["items"]
    return found


async def test_who_opened_a_class_is_told_while_there_is_time_that_nobody_takes_it(
    harbour: School, mail_sink: TestMail
) -> None:
    address = f"olu.{harbour.id}@harbour.example"
    member = await harbour.post("/v1/members", {"name": "Olu", "email": address, "role": "ops"})
    ben = (await colleague(harbour, "Ben"))["id"]
    session_id = await harbour.book(90 * HOUR)
    starts_at = datetime.fromisoformat((await harbour.get(f"/v1/sessions/{session_id}"))["starts_at"])
    who = Principal(harbour.id, AccessRole.OPS, f"member:{member['id']}")
    parts: ApiParts = harbour.campus.app.state.homeroom
    await parts.volunteer_calls.open(who, UUID(session_id), NewVolunteerCall(), datetime.now(UTC))
    asks = asks_of(harbour)
    await asks.look(starts_at - timedelta(hours=2, minutes=1))
    assert await cases_of(harbour, session_id) == []
    for at in (starts_at - 2 * HOUR, starts_at - HOUR, starts_at + timedelta(minutes=1)):
        await asks.look(at)
    (case,) = await cases_of(harbour, session_id)
    assert (case["state"], case["count"], case["owner"]) == ("open", 1, "ops")
    assert case["assignee"] == f"member:{member['id']}"
    await asyncio.to_thread(mail_sink.wait_for, address, seconds=PATIENCE)
    async with harbour.transaction() as db:
        row = (await db.execute(sa.text("select state, ended_at from volunteer_call"))).one()
    assert (row.state, row.ended_at) == ("ended", starts_at + timedelta(minutes=1))
    await harbour.post(f"/v1/sessions/{session_id}/substitutions", {"instructor_id": ben})
    (search,) = await harbour.get(f"/v1/sessions/{session_id}/substitutions")
    assert search["state"] == "searching"


async def test_a_call_that_was_withdrawn_or_taken_is_nobodys_trouble(harbour: School) -> None:
    await colleague(harbour, "Ben")
    session_id = await harbour.book(90 * HOUR)
    starts_at = datetime.fromisoformat((await harbour.get(f"/v1/sessions/{session_id}"))["starts_at"])
    call = f"/v1/sessions/{session_id}/volunteer-call"
    assert (await harbour.api.put(call, json={})).is_success
    await asks_of(harbour).look(starts_at - HOUR)
    assert (await cases_of(harbour, session_id))[0]["state"] == "open"
    assert (await harbour.api.delete(call)).is_success
    await asks_of(harbour).look(starts_at + HOUR)
    assert await cases_of(harbour, session_id) == []


async def test_an_offer_of_a_swap_that_expires_tells_who_still_teaches_the_class(harbour: School) -> None:
    ben = (await colleague(harbour, "Ben"))["id"]
    person = {"qualifications": [{"subject": "Sums", "level": ""}]}
    await harbour.change(f"/v1/instructors/{harbour.ids['instructor']}", person)
    session_id, moved = await harbour.book(72 * HOUR), await harbour.book(76 * HOUR)
    swaps = [
        await harbour.post("/v1/swaps", {"session_id": key, "colleague_id": ben})
        for key in (session_id, moved)
    ]
    start = datetime.now(UTC).replace(microsecond=0) + 80 * HOUR
    move = {"starts_at": start.isoformat(), "ends_at": (start + HOUR).isoformat()}
    await harbour.post(f"/v1/sessions/{moved}/reschedule", move)
    async with harbour.transaction() as db:
        ended = sa.update(ClassSwap).values(expires_at=datetime.now(UTC) - HOUR)
        await db.execute(ended.where(col(ClassSwap.id).in_([UUID(one["id"]) for one in swaps])))
    for _ in range(2):
        await asks_of(harbour).look(datetime.now(UTC))
    assert await told(harbour, InstructorNoticeKind.SWAP_EXPIRED) == ["ada"]
    async with harbour.transaction() as db:
        found = await db.execute(sa.select(col(ClassSwap.id), col(ClassSwap.state)))
        states = {row.id: row.state for row in found}
    assert [states[UUID(one["id"])] for one in swaps] == ["expired", "outdated"]
