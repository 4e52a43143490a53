"""Booking from a file: a dry run names line and column of what is wrong, and the same file books nothing twice."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from domain.errors import Unavailable
from domain.people.access import AccessRole, Principal
from domain.sessions.booking_imports import ImportState, RowOutcome
from models.notice import Notice
from services.bulk_import.booking_runs import BookingImports, BookingRuns
from services.bulk_import.bookings import COLUMNS
from services.bulk_import.csv_files import csv_rows
from services.bulk_import.parsing import json_rows
from services.bulk_import.refused_rows import as_csv
from services.class_commands import ClassCommands
from tests.api.bulk import CSV, LINES, lines, refusals, report
from tests.campus import PATIENCE, Json, School
from tests.console.colleagues import until
from wiring.api import ApiParts
from workflows.client import BookingImportClient
from workflows.contracts.booking_imports import ImportLook, ImportRef
from workflows.session.messages import Booked

pytestmark = pytest.mark.adapter


def at(hours: int) -> str:
    """Wall time in UTC, the zone of the test's schools."""
    start = (datetime.now(UTC) + timedelta(days=30, hours=hours)).replace(minute=0)
    return start.strftime("%Y-%m-%d %H:%M")


async def course_of(school: School) -> str:
    title: str = (await school.get(f"/v1/courses/{school.ids['course']}"))["title"]
    return title


async def email_of(school: School) -> str:
    address: str = (await school.get(f"/v1/instructors/{school.ids['instructor']}"))["email"]
    return address


async def done(school: School, import_id: str) -> Json:
    """The import once none of its rows waits."""
    found: Json = {}
    async with asyncio.timeout(PATIENCE):
        while (found := await school.get(f"/v1/booking-imports/{import_id}"))["state"] != "done":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found


async def test_a_file_as_excel_saves_it_is_booked_once(harbour: School) -> None:
    key = uuid4().hex
    course, email = await course_of(harbour), await email_of(harbour)
    content = (
        "\ufeffCourse;Instructor;Starts;Minutes;External ID\r\n"
        f"{course};{email};{at(0)};45;{key}\r\n"
        f"{course};{email};{at(1)};;\r\n"
    )
    before = harbour.rows()
    rows, total = await report(harbour, "sessions", content, dry_run=True)
    assert (total["taken"], total["refused"]) == (2, 0), rows
    assert harbour.rows() == before
    rows, total = await report(harbour, "sessions", content)
    assert total["taken"] == 2, rows
    assert (harbour.rows() - before)["session"] == 2
    booked = (await harbour.get(f"/v1/sessions?external_id={key}"))["items"]
    assert [row["id"] for row in booked] == [rows[0]["id"]]
    again, total = await report(harbour, "sessions", content)
    assert [row["remark"] for row in again] == ["booked before; it is scheduled"] * 2
    assert [row["id"] for row in again] == [row["id"] for row in rows]
    assert (harbour.rows() - before)["session"] == 2


async def test_each_mistake_is_named_with_its_line_and_column(harbour: School) -> None:
    course, email = await course_of(harbour), await email_of(harbour)
    content = (
        "course,instructor,starts,minutes,students\n"
        f"No such course,{email},{at(0)},45,\n"
        f"{course},nobody@x.example,{at(0)},45,\n"
        f"{course},{email},4/3/2030 16:00,45,\n"
        f"{course},{email},{at(0)},soon,\n"
        f"{course},{email},{at(0)},45,Nobody Known\n"
        f"{course},{email},2020-01-01 10:00,45,\n"
        f"{course},{email},{at(5)},45,\n"
        f"{course},{email},{at(5)},45,\n"
        f"{course},{email},{at(5)},60,\n"
    )
    rows, total = await report(harbour, "sessions", content, dry_run=True)
    assert (total["taken"], total["refused"]) == (1, 8)
    assert [row["line"] for row in rows if row["status"] == "refused"] == [2, 3, 4, 5, 6, 7, 9, 10]
    found = refusals(rows)
    beginnings = {
        1: "course: there is no course",
        2: "instructor: there is no instructor",
        3: "starts: '4/3/2030 16:00' is no time",
        4: "minutes: 'soon' is no number",
        5: "students: there is no student",
        6: "the class would start in the past",
        8: "row 7 is the same class",
        9: "the instructor or a student is in the class of row 7 then",
    }
    for number, beginning in beginnings.items():
        assert found[number].casefold().startswith(beginning.casefold()), found[number]


async def test_a_row_that_was_changed_after_its_booking_is_refused(harbour: School) -> None:
    course, email, key = await course_of(harbour), await email_of(harbour), uuid4().hex
    first = {"course": course, "instructor": email, "starts": at(0), "external_id": key}
    rows, _ = await report(harbour, "sessions", lines(first), LINES)
    assert rows[0]["status"] == "taken", rows
    rows, _ = await report(harbour, "sessions", lines(first | {"starts": at(3)}), LINES)
    assert rows[0]["status"] == "refused"
    assert "already booked" in rows[0]["problem"]["detail"]


async def test_a_row_that_was_refused_is_booked_by_the_same_file_once_its_time_is_free(
    harbour: School,
) -> None:
    course, email = await course_of(harbour), await email_of(harbour)
    start = datetime.fromisoformat(at(60)).replace(tzinfo=UTC)
    in_the_way = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    other = (await harbour.post("/v1/sessions", harbour.booking() | in_the_way))["id"]
    file = lines(
        {"course": course, "instructor": email, "starts": at(60), "external_id": uuid4().hex},
        {"course": course, "instructor": email, "starts": at(62)},
    )
    _, total = await report(harbour, "sessions", file, LINES)
    assert (total["taken"], total["refused"]) == (1, 1)
    await harbour.post(f"/v1/sessions/{other}/cancel", {})
    await harbour.run_until(other, "cancelled")
    rows, total = await report(harbour, "sessions", file, LINES)
    assert (total["taken"], total["refused"]) == (2, 0), rows


async def test_a_time_that_cannot_be_meant_is_refused_in_its_own_row(harbour: School) -> None:
    """A day alone is no midnight, and a year at the end of time stops no other row."""
    course, email, key = await course_of(harbour), await email_of(harbour), uuid4().hex
    await harbour.post("/v1/sessions", harbour.booking(external_id=key))
    first = {"course": course, "instructor": email}
    rows, total = await report(
        harbour,
        "sessions",
        lines(
            first | {"starts": "9999-12-31T23:59-05:00"},
            first | {"starts": at(70)[:10]},
            first | {"starts": "2035-10-28 02:30", "time_zone": "Europe/Madrid"},
            first | {"starts": at(70), "external_id": key},
            first | {"starts": at(72)},
        ),
        LINES,
        dry_run=True,
    )
    assert (total["taken"], total["refused"]) == (1, 4), rows
    found = refusals(rows)
    assert "between the years 2000 and 2100" in found[1]
    assert "has no time of day" in found[2]
    assert rows[2]["problem"]["next_step"] == (
        "Write 2035-10-28T02:30:00+02:00, or 2035-10-28T02:30:00+01:00."
    )
    assert "a session with this external_id already exists" in found[4]


async def test_an_import_is_followed_by_its_id_and_names_what_it_refused(harbour: School) -> None:
    course, email, key = await course_of(harbour), await email_of(harbour), uuid4().hex
    content = f"course,instructor,starts\n{course},{email},{at(0)}\n{course},{email},soon\n{course},{email},{at(3)}\n"
    headers = {"content-type": CSV, "idempotency-key": key}
    for _ in range(2):
        answer = await harbour.api.post(
            "/v1/booking-imports?file_name=term.csv", content=content.encode(), headers=headers
        )
        assert answer.status_code == 202, answer.text
    path = f"/v1/booking-imports/{answer.json()['id']}"
    found = await done(harbour, answer.json()["id"])
    counts = [found[name] for name in ("rows", "booked", "booked_before", "refused", "waiting")]
    assert counts == [3, 2, 0, 1, 0]
    (refused,) = await harbour.get(f"{path}/rows?outcome=refused")
    assert (refused["row"], refused["line"]) == (2, 3)
    assert "'soon' is no time" in refused["problem"]["detail"]
    listed = (await harbour.get("/v1/booking-imports"))["items"]
    assert [(one["id"], one["file_name"]) for one in listed] == [(found["id"], "term.csv")]


class InterruptedOnce(ClassCommands):
    """Books as ever, until its worker dies."""

    left = 2

    async def book(self, *given: Any, **named: Any) -> Booked:
        if not self.left:
            raise Unavailable("the worker is gone")
        self.left -= 1
        return await super().book(*given, **named)


class NoWorkflow(BookingImportClient):
    """Leaves the steps to the test."""

    def __init__(self) -> None:
        pass

    async def start(self, ref: ImportRef) -> None:
        pass


async def test_an_interrupted_import_goes_on_without_a_duplicate_and_tells_each_person_once(
    harbour: School,
) -> None:
    parts: ApiParts = harbour.campus.app.state.homeroom
    course, email = await course_of(harbour), await email_of(harbour)
    given = [{"course": course, "instructor": email, "starts": at(3 * number)} for number in range(4)]
    rows = json_rows(io.BytesIO(lines(*given, given[0]).encode()))
    who = Principal(harbour.id, AccessRole.OPS, "key:x")
    imports, started = BookingImports(parts.database, NoWorkflow()), datetime.now(UTC)
    run = await imports.start(who, uuid4(), "term.csv", rows, started)
    ref = ImportRef(harbour.id, run.id)
    with pytest.raises(Unavailable):
        await BookingRuns(parts.database, InterruptedOnce(parts.database, parts.sessions)).book(ref, started)
    look = await BookingRuns(parts.database, parts.classes).book(ref, datetime.now(UTC))
    assert look == ImportLook(ImportState.DONE, booked=4, refused=1)
    (refused,) = await imports.rows(who, run.id, RowOutcome.REFUSED)
    assert refused.problem["detail"] == "row 1 is the same class"
    assert harbour.rows()["session"] == 4

    async def digests() -> list[Notice]:
        async with harbour.transaction() as db:
            return list(await db.scalars(sa.select(Notice).where(col(Notice.act_id) == run.id)))

    async def gathered() -> bool:
        async with harbour.transaction() as db:
            ids = [one.id for one in await digests()]
            return len(list(await db.scalars(sa.select(Notice).where(col(Notice.digest_id).in_(ids))))) == 12

    await until(gathered)
    assert len({one.recipient_id for one in await digests()}) == len(await digests()) == 3


async def test_refused_rows_are_one_exception_until_they_are_corrected_or_dismissed(harbour: School) -> None:
    course, email = await course_of(harbour), await email_of(harbour)
    content = (
        f"course,instructor,starts,students\n{course},{email},{at(0)},\n{course},{email},soon,\n"
        f"{course},{email},{at(3)},Nobody Known\n{course},{email},{at(6)},45;46;47\n"
    )
    _, total = await report(harbour, "sessions", content)
    assert total["refused"] == 3
    (run,) = (await harbour.get("/v1/booking-imports"))["items"]
    cases = f"/v1/exceptions?kind=bookings_refused&subject_kind=import&subject_id={run['id']}"
    (case,) = (await harbour.get(cases))["items"]
    assert (case["state"], case["owner"], case["detail"]["rows"]) == ("open", "ops", "3")

    parts: ApiParts = harbour.campus.app.state.homeroom
    who = Principal(harbour.id, AccessRole.OPS, "key:x")
    refused = await parts.booking_imports.rows(who, UUID(run["id"]), RowOutcome.REFUSED)
    rows = as_csv(refused).splitlines()
    assert rows[0] == "course,instructor,starts,students"
    assert rows[1:3] == [f"{course},{email},soon,", f"{course},{email},{at(3)},Nobody Known"]
    corrected = [rows[0], rows[1].replace("soon", at(9)), rows[2]]
    again = csv_rows(io.BytesIO("\n".join(corrected).encode()), COLUMNS)
    await parts.booking_imports.correct(who, UUID(run["id"]), again, datetime.now(UTC))
    found = await done(harbour, run["id"])
    counts = [found[name] for name in ("rows", "booked", "refused", "dismissed", "waiting")]
    assert counts == [6, 2, 1, 3, 0]
    (joined,) = (await harbour.get(cases))["items"]
    assert (joined["id"], joined["count"], joined["detail"]["rows"]) == (case["id"], 2, "1")

    set_aside = await harbour.post(f"/v1/booking-imports/{run['id']}/dismiss", {})
    assert (set_aside["refused"], set_aside["dismissed"]) == (0, 4)
    assert (await harbour.get(cases))["items"] == []
    (closed,) = (await harbour.get(f"{cases}&state=self_resolved"))["items"]
    assert closed["id"] == case["id"]
    rows_left = await harbour.get(f"/v1/booking-imports/{run['id']}/rows?outcome=dismissed")
    assert {row["remark"] for row in rows_left} == {"corrected in a later row", "dismissed"}


async def test_a_later_file_settles_the_refused_rows_with_its_external_ids(harbour: School) -> None:
    course, email, key = await course_of(harbour), await email_of(harbour), uuid4().hex
    row = {"course": course, "instructor": email, "starts": at(0), "external_id": key}
    await report(harbour, "sessions", lines(row | {"instructor": "nobody@x.example"}), LINES)
    (run,) = (await harbour.get("/v1/booking-imports"))["items"]
    cases = f"/v1/exceptions?subject_id={run['id']}&subject_kind=import"
    (case,) = (await harbour.get(cases))["items"]
    assert case["state"] == "open"
    other = lines({"course": course, "instructor": email, "starts": at(12)})
    await report(harbour, "sessions", other, LINES)
    assert (await harbour.get(cases))["items"][0]["state"] == "open"
    await report(harbour, "sessions", lines(row), LINES)
    (closed,) = (await harbour.get(f"{cases}&state=self_resolved"))["items"]
    assert closed["id"] == case["id"]
    assert (await harbour.get(f"/v1/booking-imports/{run['id']}"))["dismissed"] == 1
