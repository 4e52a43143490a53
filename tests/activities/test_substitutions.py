"""A class without its instructor is offered to colleagues; the first who accepts teaches it, and everybody is told."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from activities.sessions import SessionActivities
from domain.cases.channels import ChannelKind
from domain.cases.kinds import ExceptionKind
from domain.errors import DoubleBooked
from domain.notices.kinds import NoticeKind
from domain.scheduling.candidates import WhyNot
from domain.scheduling.offers import OfferState, SubstitutionState
from domain.scheduling.substitution_policy import SubstitutionPolicy
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.case_routing import AlertChannel
from models.class_file import ClassFile
from models.documentation import BriefingRow
from models.notice import WITHDRAWN, Notice
from models.people import Instructor
from models.repositories import entities
from models.session import BookedTime
from reports.catalogue import words_in
from services import instructor_absences, organizations, substitutions
from services.candidates import ranked
from services.cases import NewCase, open_case
from services.inputs.substitutions import AvailabilityIn
from tests.activities.school_rows import NOTICES, SchoolRows, now, run
from tests.activities.substitutes import Substitutes
from workflows.contracts.sessions import CancelInput, MoveInput

pytestmark = pytest.mark.adapter

N = NoticeKind
HOUR = timedelta(hours=1)
ROUNDS = 200


@pytest.fixture
async def colleagues(school: SchoolRows) -> Substitutes:
    """Ben and Cleo may teach the class; Dora teaches something else."""
    for name in ("Ben", "Cleo"):
        await school.hire(name)
    await school.hire("Dora", subject="Music")
    return Substitutes(school)


async def teaches(school: SchoolRows) -> str:
    return await named(school, (await school.row()).instructor_id)


async def named(school: SchoolRows, key: object) -> str:
    return next(name for name, one in school.people.items() if one == key)


async def held(school: SchoolRows) -> set[str]:
    """Whose time the class reserves."""
    of_class = col(BookedTime.session_id) == school.session.session_id
    async with school.database.tenant(school.id) as db:
        keys = set(await db.scalars(sa.select(col(BookedTime.person_id)).where(of_class)))
    return {name for name, key in school.people.items() if key in keys}


async def told(school: SchoolRows, kind: NoticeKind) -> list[str]:
    names = {key: name for name, key in school.people.items()}
    return sorted(names[row.recipient_id] for row in await school.outbox() if row.kind == kind)


async def test_offers_go_to_one_after_the_other_and_shrink_as_the_start_nears(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    absent = NewCase.about_session(
        school.id, school.session.session_id, ExceptionKind.INSTRUCTOR_ABSENT, "", {}
    )
    async with school.database.tenant(school.id) as db:
        await open_case(db, absent, now())
    row = await colleagues.start()
    first = await colleagues.look(row)
    assert len(await colleagues.offers(row)) == 1
    assert first.look_again_at is not None
    again = await colleagues.look(row)
    assert len(await colleagues.offers(row)) == 1, "nobody is asked twice"
    assert again.look_again_at == first.look_again_at
    await colleagues.look(row, school.starts_at - HOUR)
    asked = await colleagues.offers(row)
    assert list(await colleagues.states(row)) == list(asked)
    assert [str(offer.state) for offer in asked.values()] == ["expired", "offered"]
    assert "Dora" not in asked
    assert "Ada" not in asked
    assert await told(school, N.SUBSTITUTE_OFFER) == ["Ben", "Cleo"]
    assert await school.tried() == {"instructor_absent": [("offers_sent", "waiting")] * 2}


async def test_who_accepts_teaches_and_everybody_is_told_once(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    offers = await colleagues.offers(row)
    answer = await colleagues.accept(offers["Cleo"])
    assert answer.offer.state == OfferState.ACCEPTED
    assert await colleagues.states(row) == {
        "Cleo": "accepted",
        "Ben": "withdrawn",
    } or await colleagues.states(row) == {"Ben": "withdrawn", "Cleo": "accepted"}
    assert await teaches(school) == "Cleo"
    assert await held(school) == {"Cleo", "Noor", "Leo"}
    people = await school.participants()
    assert "Cleo" in people
    assert "Ada" not in people, "who was never in the room has no place in the record"
    assert await told(school, N.SUBSTITUTION) == ["Elena", "Samira"]
    assert await told(school, N.ASSIGNED) == ["Cleo"]
    assert await told(school, N.REPLACED) == ["Ada"]
    await colleagues.accept(offers["Cleo"])
    await colleagues.accept(offers["Ben"])
    assert len(await told(school, N.SUBSTITUTION)) == 2, "told once"
    assert await teaches(school) == "Cleo"
    cancelled = next(one.calendar for one in await school.outbox() if one.kind == N.REPLACED)
    assert "METHOD:CANCEL" in cancelled
    assigned = next(one for one in await school.outbox() if one.kind == N.ASSIGNED)
    assert "METHOD:REQUEST" in assigned.calendar
    assert "/j/" in assigned.text


async def test_the_instructor_of_an_open_room_loses_their_place_and_their_link(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    await school.change_session(state=SessionState.OPEN)
    ada = (await school.participants())["Ada"]
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    answer = await colleagues.accept((await colleagues.offers(row))["Ben"])
    assert answer.leaves_room == ada.id
    people = await school.participants()
    assert people["Ada"].removed_at
    assert people["Ada"].room_version == people["Ada"].link_version == 1
    assert people["Ben"].credentialed_at
    again = await colleagues.start(instructor_id=school.people["Ada"])
    await colleagues.look(again)
    await colleagues.accept((await colleagues.offers(again))["Ada"])
    people = await school.participants()
    assert people["Ada"].id == ada.id
    assert people["Ada"].in_class
    assert not people["Ben"].in_class


async def test_of_two_acceptances_at_the_same_moment_one_counts(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    school.session = await school.book_with_another_instructor("Noah", starts_at=school.starts_at + 2 * HOUR)
    await school.hire("Eve")
    of_class = {"Ben", "Cleo", "Eve"}
    for number in range(ROUNDS):
        row = await colleagues.start()
        racing = sorted(of_class - {await teaches(school)})
        offers = [await colleagues.offer(row, name) for name in racing]
        answers = await asyncio.gather(*(colleagues.accept(offer) for offer in offers))
        states = sorted(str(answer.offer.state) for answer in answers)
        assert states == ["accepted", "withdrawn"], number
        winner = next(one.offer.instructor_id for one in answers if one.offer.state == OfferState.ACCEPTED)
        assert (await school.row()).instructor_id == winner
    assert await held(school) == {await named(school, winner), "Noah"}
    assert len(await told(school, N.ASSIGNED)) == ROUNDS


async def test_a_class_booked_in_the_meantime_refuses_and_the_offer_stays(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    row = await colleagues.start(instructor_id=school.people["Ben"])
    await colleagues.look(row)
    await school.book("Iris", instructor="Ben")
    with pytest.raises(DoubleBooked):
        await colleagues.accept((await colleagues.offers(row))["Ben"])
    assert await colleagues.states(row) == {"Ben": "offered"}
    assert await teaches(school) == "Ada"
    assert await held(school) == {"Ada", "Noor", "Leo"}


async def test_nobody_left_is_a_case_with_ideas(school: SchoolRows, colleagues: Substitutes) -> None:
    await school.book("Iris", instructor="Ben")
    row = await colleagues.start()
    await colleagues.look(row)
    asked = await colleagues.offers(row)
    assert list(asked) == ["Cleo"], "Ben has a class"
    await colleagues.decline(asked["Cleo"])
    search = await colleagues.look(row)
    assert search.substitution.state == SubstitutionState.NOBODY
    assert search.look_again_at is None
    (case,) = [one for one in await school.cases() if one.kind == "substitute_not_found"]
    ben, cleo, dora = (school.people[name] for name in ("Ben", "Cleo", "Dora"))
    assert case.detail["idea_1"].startswith(f"swap:{ben}:")
    assert case.detail["idea_1"].endswith(f":{cleo}")
    assert case.detail["idea_2"] == f"override:{dora}:not_qualified"
    assert await told(school, N.DELAYED) == [], "the class has not begun"


async def test_families_hear_of_the_delay_when_nobody_is_found_after_the_start(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    await school.change_session(state=SessionState.OPEN)
    row = await colleagues.start()
    late = school.starts_at + HOUR / 6
    await colleagues.look(row, late)
    assert len(await colleagues.offers(row)) == 2, "all at once"
    await colleagues.look(row, late + HOUR / 3)
    assert await told(school, N.DELAYED) == ["Elena", "Samira"]


async def test_an_offer_is_void_after_its_time(school: SchoolRows, colleagues: Substitutes) -> None:
    row = await colleagues.start(instructor_id=school.people["Ben"])
    await colleagues.look(row)
    offer = (await colleagues.offers(row))["Ben"]
    answer = await colleagues.accept(offer, offer.expires_at)
    assert answer.offer.state == OfferState.EXPIRED
    assert await teaches(school) == "Ada"


async def test_a_move_and_a_cancellation_withdraw_the_offers(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    acts = SessionActivities(school.database, school.progress, NOTICES)
    row = await colleagues.start()
    await colleagues.look(row)
    later = school.starts_at + HOUR
    await run(acts.move, MoveInput(school.session, starts_at=later, ends_at=later + HOUR, moves=1))
    assert list((await colleagues.states(row)).values()) == ["withdrawn"]
    again = await colleagues.start()
    await colleagues.look(again)
    await run(acts.cancel, CancelInput(school.session, reason="illness"))
    offer = next(iter((await colleagues.offers(again)).values()))
    assert (await colleagues.accept(offer)).offer.state == OfferState.WITHDRAWN
    assert await held(school) == set()


async def test_a_second_request_joins_the_search_that_goes_on(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    row = await colleagues.start()
    await colleagues.look(row)
    joined = await colleagues.start(broadcast=True)
    assert joined.id == row.id
    await colleagues.look(row)
    assert set(await colleagues.states(row)) == {"Ben", "Cleo"}


async def test_nothing_waits_to_be_told_to_who_no_longer_teaches(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    offers = await colleagues.offers(row)
    await colleagues.accept(offers["Ben"])
    again = await colleagues.start(broadcast=True)
    await colleagues.look(again)
    await colleagues.accept((await colleagues.offers(again))["Cleo"])
    waiting = [one for one in await school.outbox() if one.kind in (N.ASSIGNED, N.SUBSTITUTION)]
    outdated = [one for one in waiting if one.error == WITHDRAWN]
    assert {await named(school, one.recipient_id) for one in outdated} == {"Ben", "Elena", "Samira"}
    assert now() < school.starts_at


async def follow(school: SchoolRows, **rules: Any) -> None:
    """Set the organization's rules for finding substitutes."""
    async with school.database.tenant(school.id) as db:
        await organizations.set_substitution_policy(db, SubstitutionPolicy.model_validate(rules), now())


async def test_a_search_keeps_the_rules_it_began_with(school: SchoolRows, colleagues: Substitutes) -> None:
    row = await colleagues.start()
    pace = {"before": "PT0S", "answer_within": "PT1H", "at_once": None}
    await follow(school, paces=[pace], weights={"fair_share": 50})
    await colleagues.look(row)
    assert len(await colleagues.offers(row)) == 1, "by the rules of before"
    async with school.database.tenant(school.id) as db:
        await substitutions.withdraw(db, row.id, now())
    again = await colleagues.start()
    await colleagues.look(again)
    offers = await colleagues.offers(again)
    assert set(offers) == {"Ben", "Cleo"}
    assert {offer.terms["fair_share"] for offer in offers.values()} == {50}


async def test_classes_of_the_days_around_count_for_those_whose_hours_are_limited(school: SchoolRows) -> None:
    await school.hire("Eve", most_hours_per_week=1.5)
    await school.hire("Finn", buffer_minutes=180)
    await school.hire("Gus")
    days = -1 if school.starts_at.weekday() else 1  # the day before, or after a Monday, is in the same week
    for name, hours in (("Eve", 24 * days), ("Finn", 2), ("Gus", 3)):
        await school.book("Iris", instructor=name, starts_at=school.starts_at + hours * HOUR)
    async with school.database.tenant(school.id) as db:
        order = await ranked(db, await school.row(), now())
    names = {key: name for name, key in school.people.items()}
    found = {names[one.id]: one.why_not for one in order if names[one.id] != "Ada"}
    assert found == {"Eve": (WhyNot.HOURS_OF_WEEK,), "Finn": (WhyNot.NO_BUFFER,), "Gus": ()}


async def test_an_offer_is_told_to_the_channel_of_who_is_asked(
    school: SchoolRows, colleagues: Substitutes
) -> None:
    channel = AlertChannel(
        id=uuid4(),
        organization_id=school.id,
        name="Ben's phone",
        kind=ChannelKind.WEBHOOK,
        target="sealed",
        shown="hooks.example",
        created_at=now(),
    )
    async with school.database.tenant(school.id) as db:
        db.add(channel)
        (await entities.get(db, Instructor, school.people["Ben"])).language = "es"
        await db.flush()
        times = AvailabilityIn(alert_channel_id=channel.id)
        await instructor_absences.set_availability(db, school.people["Ben"], times, now())
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    ben = (await colleagues.offers(row))["Ben"]
    async with school.database.tenant(school.id) as db:
        sent = await db.scalars(sa.select(Notice).where(col(Notice.recipient_id) == channel.id))
        told = sent.one()
    assert told.kind == N.SUBSTITUTE_OFFER
    assert told.subject == words_in("es")["channel_offer"], "in the language of whoever is asked"
    assert told.deliver_by == ben.expires_at
    payload = json.loads(told.text)
    assert payload["type"] == "substitution.offered"
    assert "/offer?t=" in payload["data"]["url"]
    assert "Adding fractions" not in told.text, "names leave only where the organization chose so"


async def test_a_substitute_gets_the_longer_briefing(school: SchoolRows, colleagues: Substitutes) -> None:
    taught = [f"Lesson {number}" for number in range(7)]
    for number, title in enumerate(taught):
        held = school.starts_at - timedelta(days=10 - number)
        line: dict[str, Any] = {
            "text": f"They did {title}.",
            "question": None,
            "answer": None,
            "students": [],
        }
        content = {
            "last_class": {"title": title, "held_at": held.isoformat(), "approved": True},
            "sections": [],
            "lines": [["worked_on", [line]]],
        }
        async with school.database.tenant(school.id) as db:
            own = {"organization_id": school.id, "course_id": school.course_id}
            db.add(BriefingRow(id=uuid4(), content=content, created_at=held, **own))
    async with school.database.tenant(school.id) as db:
        db.add(
            ClassFile(
                id=uuid4(),
                organization_id=school.id,
                subject_kind=SubjectKind.SESSION,
                subject_id=school.session.session_id,
                name="worksheet.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                key="k",
                created_by="member:1",
                created_at=now(),
            )
        )
    row = await colleagues.start(broadcast=True)
    await colleagues.look(row)
    await colleagues.accept((await colleagues.offers(row))["Ben"])
    (assigned,) = [one for one in await school.outbox() if one.kind == N.ASSIGNED]
    for text in ("You teach in place of", "Ada of", "Plan for today", "Adding fractions", "worksheet.pdf"):
        assert text in assigned.text, text
    assert [title in assigned.text for title in taught] == [False, False, *[True] * 5]
    assert "Worked on: They did Lesson 3." in assigned.text
