"""A command whose process dies between its effect and its answer is sent again: it answers as the first, once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from domain.errors import TransitionRefused, Unavailable
from domain.people.access import AccessRole, Principal
from domain.scheduling.offers import SubstitutionReason
from domain.scheduling.volunteers import CallState
from domain.sessions.bulk_acts import ClassAct
from models.notice import Notice
from models.repositories import volunteer_calls
from models.series import Series
from models.volunteer_call import VolunteerCall
from services.inputs.class_acts import ClassActs
from services.inputs.series import OccurrenceCancellation, SeriesChange
from services.inputs.substitutions import AbsenceIn
from services.planning.cover import Covers
from tests.api.series import WEEK, all_in, classes_when, first_start, weekly
from tests.api.term_plans import proposed
from tests.campus import HOUR, School
from tests.console.colleagues import colleague
from wiring.api import ApiParts
from workflows.client import SubstitutionClient
from workflows.contracts.substitutions import SubstitutionRef

pytestmark = pytest.mark.adapter


class LostOnce(SubstitutionClient):
    """The process dies as it starts the first workflow; its repeat starts them all."""

    def __init__(self) -> None:
        self.started: list[UUID] = []
        self._is_lost = False

    async def start(self, ref: SubstitutionRef, number: int) -> None:
        if not self._is_lost:
            self._is_lost = True
            raise Unavailable("the process is gone")
        self.started.append(ref.session_id)


def parts_of(school: School) -> ApiParts:
    parts: ApiParts = school.campus.app.state.homeroom
    return parts


def ops_of(school: School) -> Principal:
    return Principal(school.id, AccessRole.OPS, "key:x")


async def test_a_covered_day_is_covered_once_and_answers_as_the_first(harbour: School) -> None:
    for name in ("Ben", "Cleo"):
        await colleague(harbour, name)
    booked = [await harbour.book(starts_in=(100 + hours) * HOUR) for hours in (0, 2)]
    starts = [
        datetime.fromisoformat((await harbour.get(f"/v1/sessions/{key}"))["starts_at"]) for key in booked
    ]
    span = {"starts_at": starts[0].isoformat(), "ends_at": (starts[1] + timedelta(hours=1)).isoformat()}
    ada = harbour.ids["instructor"]
    found = await harbour.post(f"/v1/instructors/{ada}/cover/find", span)
    absence = AbsenceIn(
        starts_at=starts[0], ends_at=starts[1] + timedelta(hours=1), reason=SubstitutionReason.ILLNESS
    )
    parts, who, client, command = parts_of(harbour), ops_of(harbour), LostOnce(), uuid4().hex
    covers = Covers(parts.database, parts.substitution_notices, client)

    async def messages() -> int:
        async with harbour.transaction() as db:
            number: int = (await db.execute(sa.select(sa.func.count()).select_from(Notice))).scalar_one()
            return number

    before = await messages()
    with pytest.raises(Unavailable):
        await covers.apply(who, UUID(ada), absence, found["fingerprint"], datetime.now(UTC), command)
    told = await messages()
    assert told > before
    again = await covers.apply(who, UUID(ada), absence, found["fingerprint"], datetime.now(UTC), command)
    answered = [
        {
            "session_id": str(one.session_id),
            "before_instructor_id": str(one.before_id),
            "after_instructor_id": str(one.after_id),
        }
        for one in again.changes
    ]
    assert answered == [{name: one[name] for name in answered[0]} for one in found["changes"]]
    assert again.fingerprint == found["fingerprint"]
    assert set(again.names) == {key for one in again.changes for key in (one.before_id, one.after_id)}
    assert sorted(map(str, client.started)) == sorted(booked)
    assert await messages() == told


async def test_a_change_of_a_series_that_is_repeated_is_not_stale(harbour: School) -> None:
    row = await harbour.post("/v1/series", weekly(harbour, 4))
    classes = await classes_when(harbour, row["id"], all_in(*["booked"] * 4))
    series, who, command = parts_of(harbour).series, ops_of(harbour), uuid4().hex
    change = SeriesChange.model_validate(
        {"from_day": (first_start() + WEEK).date().isoformat(), "starts": "18:30:00"}
    )
    made: list[Series] = [
        await series.change(who, UUID(row["id"]), change, row["version"], datetime.now(UTC), command)
        for _ in range(2)
    ]
    assert made[0].version == made[1].version == row["version"] + 1
    cancellation, other = OccurrenceCancellation(), uuid4().hex
    given = UUID(row["id"]), UUID(classes[0]["id"]), cancellation
    for _ in range(2):
        await series.cancel_class(who, *given, other, datetime.now(UTC))
    with pytest.raises(TransitionRefused):
        await series.cancel_class(who, *given, uuid4().hex, datetime.now(UTC))


async def test_a_repeated_publication_does_not_end_the_time_for_answers(harbour: School) -> None:
    await harbour.post("/v1/series", weekly(harbour, 2, instructor_id=None))
    await harbour.api.put("/v1/planning-policy", json={"ask_instructors": True})
    try:
        plan_id, _ = await proposed(harbour)
        plans, who, command = parts_of(harbour).term_plans, ops_of(harbour), uuid4().hex
        await plans.publish(who, UUID(plan_id), datetime.now(UTC), command)
        asked = await harbour.get(f"/v1/plans/{plan_id}")
        await plans.publish(who, UUID(plan_id), datetime.now(UTC), command)
        assert (await harbour.get(f"/v1/plans/{plan_id}"))["answer_by"] == asked["answer_by"]
        assert asked["state"] == "asking"
        other = uuid4().hex
        for _ in range(2):
            await plans.discard(who, UUID(plan_id), datetime.now(UTC), other)
        with pytest.raises(TransitionRefused):
            await plans.discard(who, UUID(plan_id), datetime.now(UTC), uuid4().hex)
    finally:
        await harbour.api.put("/v1/planning-policy", json={})


async def test_a_call_that_was_taken_is_not_opened_again_by_a_repeat(harbour: School) -> None:
    await colleague(harbour, "Ben")
    session_id = UUID(await harbour.book(starts_in=120 * HOUR))
    gone = uuid4()
    acts = ClassActs(action=ClassAct.OPEN_TO_VOLUNTEERS, ids=[session_id, gone])
    bulk, who, command = parts_of(harbour).bulk_classes, ops_of(harbour), uuid4().hex
    first = await bulk.act(who, acts, command, datetime.now(UTC))
    async with harbour.transaction() as db:
        ended = sa.update(VolunteerCall).where(col(VolunteerCall.session_id) == session_id)
        await db.execute(ended.values(state=CallState.TAKEN))
    again = await bulk.act(who, acts, command, datetime.now(UTC))
    assert [type(one.error) for one in again] == [type(one.error) for one in first]
    async with harbour.transaction() as db:
        row = await volunteer_calls.latest(db, session_id)
        assert row is not None
        assert row.call.state == CallState.TAKEN
