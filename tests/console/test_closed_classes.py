"""The page of a class that is over says what took place, and calls nothing complete that did not."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.record.artefacts import Artefact
from models.record import AttendanceRow
from models.repositories import sessions
from models.session import Session
from models.written_sessions import WRITES_SESSIONS
from tests.campus import HOUR, School
from tests.links import open_link

pytestmark = pytest.mark.adapter


async def close(school: School, session_id: str, outcome: str, share: float | None) -> None:
    """Close the class as its workflow does; its students came and left in the same moment."""
    values: dict[str, Any] = {
        "state": "closed" if outcome != "cancelled" else "cancelled",
        "state_changes": 9,  # no later step of the workflow changes the state back
        "outcome": outcome,
        "completeness": {"have": ["confirmation", "briefing"], "missing": [], "share": share},
    }
    key = UUID(session_id)
    async with school.transaction() as db:
        people = await sessions.participants(db, key)
        await db.execute(
            update(Session).where(col(Session.id) == key).values(**values),
            execution_options={WRITES_SESSIONS: [key]},
        )
        if outcome == "cancelled":
            return
        now = datetime.now(UTC)
        visit = {"sid": "PA_1", "joined_at": now.isoformat(), "left_at": now.isoformat(), "disputed": True}
        for person in people:
            came = person.role == "student"
            db.add(
                AttendanceRow(
                    participant_id=person.id,
                    organization_id=person.organization_id,
                    session_id=key,
                    seconds=0,
                    first_joined_at=now if came else None,
                    last_left_at=now if came else None,
                    reconnects=0,
                    connections=[visit] if came else [],
                )
            )


async def page_of(school: School, session_id: str) -> str:
    async with school.campus.browser() as browser:
        await open_link(browser, school.campus.console_url(school.id))
        page = await browser.get(f"/sessions/{session_id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    return page.text


async def test_a_class_that_was_not_held_is_not_called_complete(harbour: School) -> None:
    session_id = await harbour.book(2 * HOUR)
    await close(harbour, session_id, "not_held", None)

    page = await page_of(harbour, session_id)

    assert "Not held" in page
    assert "% complete" not in page


async def test_a_visit_of_no_length_is_shown_as_a_visit(harbour: School) -> None:
    session_id = await harbour.book(2 * HOUR)
    await close(harbour, session_id, "held", 1.0)

    page = await page_of(harbour, session_id)

    assert "Record 100% complete" in page
    assert page.count("a moment in class, seen in the room although LiveKit reports no connection") == 2
    assert page.count("absent") == 1, "the instructor"


async def test_page_of_a_class_that_is_over_says_what_became_of_its_record(harbour: School) -> None:
    session_id = await harbour.book(2 * HOUR)
    assert "data-artefact" not in await page_of(harbour, session_id)
    await close(harbour, session_id, "held", 1.0)

    page = await page_of(harbour, session_id)

    for artefact in Artefact:
        assert f'data-artefact="{artefact}"' in page
    assert "filed" in page


async def test_nobody_is_called_absent_from_a_cancelled_class(harbour: School) -> None:
    session_id = await harbour.book(2 * HOUR)
    await close(harbour, session_id, "cancelled", None)

    assert "absent" not in await page_of(harbour, session_id)
