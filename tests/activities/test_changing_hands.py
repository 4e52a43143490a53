"""Whoever gives a class to another keeps the rules about instructors; what was set aside ends with its person."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from domain.errors import InstructorUnavailable
from domain.people.access import AccessRole, Principal
from domain.scheduling.volunteers import Audience
from domain.sessions.states import SessionState
from media_bridge.rooms import LiveKitRooms
from models.authorship import author
from models.people import Student
from models.repositories import entities
from models.scheduling import Pairing
from models.series import Series, SeriesOccurrence
from models.session import Session
from services import instructor_absences
from services.handovers import Handovers
from services.inputs.substitutions import AvailabilityIn
from services.instructor_conflicts import InstructorConflicts
from services.planning.cover import find_cover
from services.room_moderation import RoomModeration
from services.substitutions import Assignment, assign_all
from services.swap_partners import colleagues
from services.volunteer_calls import able_to_take
from tests.activities.school_rows import LINKS, NOTICES, REGION, SchoolRows, now
from tests.activities.substitutes import Substitutes
from workflows.client import SessionClient
from workflows.session.messages import InstructorChanged

pytestmark = pytest.mark.adapter

HOUR = timedelta(hours=1)
REASON = "Nobody else is there this term"
STAFF = "member:1"


class Told:
    """In place of the workflows of the classes."""

    async def report_instructor(self, session_id: UUID, changed: InstructorChanged) -> None:
        pass


@pytest.fixture
async def school(school: SchoolRows) -> SchoolRows:
    for name in ("Ben", "Cleo"):
        await school.hire(name)
    return school


async def keep_apart(school: SchoolRows, student: str, instructor: str) -> None:
    async with school.database.tenant(school.id) as db:
        db.add(
            Pairing(
                organization_id=school.id,
                student_id=school.people[student],
                instructor_id=school.people[instructor],
                do_not_pair=True,
                updated_by="",
                updated_at=now(),
            )
        )


async def on_leave(school: SchoolRows, name: str) -> None:
    leave = {"starts_at": school.starts_at - HOUR, "ends_at": school.starts_at + HOUR}
    await allow(school, name, leave=[leave])


async def allow(school: SchoolRows, name: str, **limits: Any) -> None:
    async with school.database.tenant(school.id) as db:
        await instructor_absences.set_availability(
            db, school.people[name], AvailabilityIn.model_validate(limits), now()
        )


async def in_series(school: SchoolRows) -> None:
    """Let the class be one of a series that sets rules aside."""
    async with school.database.tenant(school.id) as db:
        row = Series(
            id=uuid4(),
            organization_id=school.id,
            course_id=school.course_id,
            instructor_id=school.people["Ada"],
            title="Mathematics",
            first_start=school.starts_at.replace(tzinfo=None),
            minutes=60,
            recurrence="FREQ=WEEKLY",
            time_zone="UTC",
            override_reason=REASON,
            created_by=STAFF,
            created_at=now(),
        )
        db.add(row)
        await db.flush()
        db.add(
            SeriesOccurrence(
                id=uuid4(),
                organization_id=school.id,
                series_id=row.id,
                scheduled=school.starts_at.replace(tzinfo=None),
                starts_at=school.starts_at,
                ends_at=school.starts_at + HOUR,
                instructor_id=school.people["Ada"],
                session_id=school.session.session_id,
            )
        )


async def hand_over(school: SchoolRows, name: str) -> None:
    handovers = Handovers(school.database, cast("SessionClient", Told()), NOTICES)
    with author(STAFF):
        await handovers.hand_over(
            school.id, school.session.session_id, school.people[name], "change", now(), overrides=True
        )


def set_aside(row: Session) -> tuple[list[Any], str | None, str | None]:
    return row.overridden_rules, row.override_reason, row.overridden_by


async def test_the_reason_of_a_series_is_written_down_and_pairs_nobody_who_is_kept_apart(
    school: SchoolRows,
) -> None:
    await in_series(school)
    await on_leave(school, "Ben")
    with pytest.raises(InstructorUnavailable, match="on leave"):  # which the series does not foresee
        await hand_over(school, "Ben")
    await allow(school, "Ben", most_hours_per_day=0.5)
    await hand_over(school, "Ben")
    assert set_aside(await school.row()) == (["hours_of_day"], REASON, STAFF)
    await keep_apart(school, "Leo", "Cleo")
    with pytest.raises(InstructorUnavailable, match=r"Cleo of .* must not teach Leo of"):
        await hand_over(school, "Cleo")
    assert (await school.row()).instructor_id == school.people["Ben"]


async def test_what_was_set_aside_for_one_instructor_is_not_for_the_next(school: SchoolRows) -> None:
    """Else nobody would hear of the leave that the next one takes."""
    aside = {"override_reason": REASON, "overridden_by": STAFF}
    await school.change_session(overridden_rules=["on_leave", "student_window"], **aside)
    ids = [school.people[name] for name in ("Ada", "Ben")]
    who = Principal(school.id, AccessRole.OPS, STAFF)
    async with school.database.tenant(school.id) as db:
        given = Assignment(school.session.session_id, *ids)
        await assign_all(db, who, [given], "swap", 0, NOTICES, now())
    assert set_aside(await school.row()) == (["student_window"], REASON, STAFF), "of the time of the class"
    await on_leave(school, "Ben")
    await InstructorConflicts(school.database, REGION).look(now())
    assert [case.detail["rules"] for case in await school.cases()] == ["on_leave"]


async def test_an_offer_is_accepted_by_the_rules_as_they_are_then(school: SchoolRows) -> None:
    colleagues = Substitutes(school)
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    offers = await colleagues.offers(row)
    await keep_apart(school, "Noor", "Ben")
    await on_leave(school, "Cleo")
    for name, rule in (("Ben", "do_not_pair"), ("Cleo", "on_leave")):
        with pytest.raises(InstructorUnavailable) as refusal:
            await colleagues.accept(offers[name])
        assert refusal.value.extra["rules"] == rule
    assert await colleagues.states(row) == dict.fromkeys(offers, "offered"), "they can still decline"
    assert (await school.row()).instructor_id == school.people["Ada"]


async def test_who_was_asked_by_name_teaches_in_spite_of_rules_which_is_written_down(
    school: SchoolRows,
) -> None:
    await on_leave(school, "Ben")
    colleagues = Substitutes(school)
    row = await colleagues.start(instructor_id=school.people["Ben"], requested_by=STAFF)
    await colleagues.look(row)
    (offer,) = (await colleagues.offers(row)).values()
    await keep_apart(school, "Noor", "Ben")
    with pytest.raises(InstructorUnavailable):
        await colleagues.accept(offer)
    async with school.database.tenant(school.id) as db:
        await db.execute(sa.delete(Pairing).where(col(Pairing.organization_id) == school.id))
    await colleagues.accept(offer)
    assert set_aside(await school.row()) == (["on_leave"], "asked by name to substitute", STAFF)


async def test_hours_of_students_that_were_set_after_the_booking_keep_nobody_from_it(
    school: SchoolRows,
) -> None:
    """The class keeps its time: volunteers, colleagues who swap and who covers are asked for the rest alone."""
    hours = [{"weekday": 0, "start": "02:00", "end": "03:00"}]
    await school.change(Student, col(Student.id) == school.people["Leo"], class_hours=hours)
    await school.change_session(starts_at=(noon := school.starts_at.replace(hour=12)), ends_at=noon + HOUR)
    row = await school.row()
    others = {school.people["Ben"], school.people["Cleo"]}
    async with school.database.tenant(school.id) as db:
        assert set((await able_to_take(db, [row], Audience.EVERYBODY, now()))[row.id]) == others
        assert {one.id for one in await colleagues(db, row, now()) if not one.bars} == others
        ada = await find_cover(db, school.people["Ada"], noon - HOUR, noon + HOUR, now())
        assert [one.after_id in others for one in ada.changes] == [True]
        assert await entities.get(db, Student, school.people["Leo"]), "who can't have a class then"


async def test_a_class_that_changes_hands_keeps_what_was_set_aside_for_its_time(school: SchoolRows) -> None:
    await in_series(school)
    aside = {"override_reason": "The family wants it", "overridden_by": "member:2"}
    await school.change_session(overridden_rules=["student_window"], **aside)
    await hand_over(school, "Ben")
    assert set_aside(await school.row()) == (["student_window"], "The family wants it", "member:2")
    await allow(school, "Cleo", most_hours_per_day=0.5)
    await hand_over(school, "Cleo")
    assert set_aside(await school.row()) == (["hours_of_day", "student_window"], REASON, STAFF)


async def test_who_was_replaced_is_not_let_back_in_to_a_student_they_must_not_teach(
    school: SchoolRows,
) -> None:
    await school.change_session(state=SessionState.OPEN)
    ada = (await school.participants())["Ada"]
    colleagues = Substitutes(school)
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    await colleagues.accept((await colleagues.offers(row))["Ben"])
    await keep_apart(school, "Noor", "Ada")
    rooms = RoomModeration(school.database, LINKS, cast("LiveKitRooms", None), cast("SessionClient", Told()))
    who = Principal(school.id, AccessRole.OPS, STAFF)
    with pytest.raises(InstructorUnavailable, match="must not teach"):
        await rooms.readmit_as_staff(who, school.session.session_id, ada.id, now())
    assert not (await school.participants())["Ada"].in_class
