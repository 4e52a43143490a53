"""The pages of exceptions over HTTP: the case page and its commands, the queue, and the page of times."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from console.exceptions.snoozing import Snooze, duration
from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.sessions.states import SessionState
from domain.subjects import Subject, SubjectKind
from models.repositories import cases, sessions
from services.case_repairs import tried
from services.cases import Evidence
from services.inputs.cases import MOST_AT_ONCE
from tests.campus import School
from tests.console.case_rows import add_many, case_about, class_in
from tests.console.queue_rows import add_notice
from tests.links import open_link
from tests.markup import MARKUP, check

pytestmark = pytest.mark.adapter


@pytest.fixture
async def operator(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        yield browser


def shown(answer: httpx.Response) -> str:
    """The text of the main part, without markup."""
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2]))


async def history(opened: School, case_id: UUID) -> list[str]:
    return [entry["kind"] for entry in await opened.get(f"/v1/exceptions/{case_id}/history")]


async def test_the_page_of_a_running_class_says_who_what_and_what_to_do(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await class_in(harbour, SessionState.LIVE)
    about = Subject.session(session_id)
    case_id = await case_about(harbour, about, ExceptionKind.INSTRUCTOR_ABSENT)
    page = await operator.get(f"/exceptions/{case_id}")
    text = shown(page)
    assert re.search(r"<h1><bdi>Ada Okafor</bdi></h1>", page.text)
    assert "The class has begun and its instructor is not in the room." in text
    assert f'<a href="/sessions/{session_id}"><bdi>Adding fractions</bdi></a>' in page.text
    assert "Call the instructor" in text
    buttons = re.findall(r'class="button (\w+)"[^>]*>([^<]+)<', page.text.partition('id="next"')[2])
    assert buttons[:5] == [
        ("primary", "Find a substitute"),
        ("quiet", "Join as observer"),
        ("quiet", "Extend the class"),
        ("quiet", "Open the class"),
        ("quiet", "Acknowledge"),
    ], "a class that is live cannot be cancelled"
    for dialog in ("dialog-substitute", "dialog-extend"):
        assert f'<dialog class="dialog" id="{dialog}"' in page.text
    assert f"mailto:ada.{harbour.id}%40harbour.example" in page.text
    assert len(re.findall(r"mailto:guardian\d", page.text)) == 2
    assert "mailto:?bcc=" in page.text
    assert "Acknowledge by" in text


async def test_a_class_that_ended_early_can_be_reopened_and_later_its_time_booked(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await class_in(harbour, SessionState.REVIEW)
    async with harbour.transaction() as db:
        await sessions.change(db, session_id, live_at=datetime.now(UTC))
    about = Subject.session(session_id)
    case_id = await case_about(harbour, about, ExceptionKind.CLASS_ENDED_EARLY)

    async def first_button(path: str) -> tuple[str, str]:
        shown = (await operator.get(path)).text.partition('id="next"')[2]
        kind, label = re.findall(r'class="button (\w+)"[^>]*>([^<]+)<', shown)[0]
        return kind, label

    assert await first_button(f"/exceptions/{case_id}") == ("primary", "Reopen the class")
    assert '<dialog class="dialog" id="dialog-reopen"' in (await operator.get(f"/exceptions/{case_id}")).text
    on_class = await operator.get(f"/sessions/{session_id}")
    assert re.search(r'class="button primary"[^>]*id="open-reopen"', on_class.text)
    async with harbour.transaction() as db:
        await sessions.change(db, session_id, state=SessionState.CLOSED)
    assert await first_button(f"/exceptions/{case_id}") == ("primary", "Book the missing time")
    assert 'id="open-reopen"' not in (await operator.get(f"/sessions/{session_id}")).text


async def test_a_case_about_one_student_names_the_student_first_and_only_their_family(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await class_in(harbour, SessionState.LIVE)
    student = harbour.ids["student 0"]
    case_id = await case_about(
        harbour, Subject.session(session_id), ExceptionKind.STUDENT_ABSENT, student, {"student_id": student}
    )
    page = await operator.get(f"/exceptions/{case_id}")
    assert "<h1><bdi>Noor Haddad</bdi></h1>" in page.text
    assert f'class="button primary" href="/people/students/{student}">Open the student' in page.text
    assert "Guardian of Noor Haddad" in page.text
    assert "Guardian of Leo Lindqvist" not in page.text
    queue = await operator.get("/exceptions")
    assert f'<a class="row-link" href="/exceptions/{case_id}">Noor Haddad</a>' in queue.text


async def test_a_case_about_whoever_in_a_class_names_an_instructor_too(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await class_in(harbour, SessionState.LIVE)
    instructor = harbour.ids["instructor"]
    detail = {"instructor_id": instructor, "direction": "to_class", "since": "2030-03-02T15:00:00+00:00"}
    case_id = await case_about(
        harbour, Subject.session(session_id), ExceptionKind.POOR_CONNECTION, instructor, detail
    )
    page = await operator.get(f"/exceptions/{case_id}")
    assert "<h1><bdi>Ada Okafor</bdi></h1>" in page.text
    assert f'href="/people/instructors/{instructor}">Open the instructor' in page.text
    assert "to class" in shown(page)


async def test_an_undelivered_message_can_be_opened_and_sent_again(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    notice_id = await add_notice(harbour)
    session_id = (await harbour.get(f"/v1/notices/{notice_id}"))["session_id"]
    case_id = await case_about(
        harbour,
        Subject.session(UUID(session_id)),
        ExceptionKind.NOTICE_UNDELIVERABLE,
        str(notice_id),
        {"notice_id": str(notice_id), "code": "mailbox-busy"},
        (Evidence("notice", str(notice_id), datetime.now(UTC)),),
    )
    page = await operator.get(f"/exceptions/{case_id}")
    assert f'class="button primary" href="/outbox/{notice_id}">Open the message' in page.text
    assert f'action="/outbox/{notice_id}/again"' in page.text
    assert re.search(rf'data-kind="evidence">.*?<a href="/outbox/{notice_id}">Message</a>', page.text, re.S)

    async with harbour.transaction() as db:
        case = (await cases.get(db, case_id, lock=True)).case
        await tried(db, case, Repair.MESSAGE_SENT_AGAIN, RepairResult.WAITING, "again", datetime.now(UTC))
    page = await operator.get(f"/exceptions/{case_id}")
    assert "Sent the message again not known yet" in shown(page).partition("What was tried")[2]
    assert "tried" in await history(harbour, case_id)
    assert (await harbour.get(f"/v1/exceptions/{case_id}"))["repairs"] == 1


async def test_all_work_on_a_case_is_done_on_its_page_and_stands_on_its_time_line(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    case_id = await case_about(
        harbour, Subject(SubjectKind.COURSE, UUID(harbour.ids["course"])), ExceptionKind.STEP_FAILED
    )
    one = f"/exceptions/{case_id}"
    assert "Nobody has acknowledged it yet." in shown(await operator.get(one))
    assert "Acknowledged by Operator" in shown(await operator.post(f"{one}/acknowledge"))
    assert "in progress" in shown(await operator.post(f"{one}/start"))
    snoozed = await operator.post(f"{one}/snooze", data={"until": "morning", "zone": "Asia/Tokyo"})
    assert "Snoozed until" in shown(snoozed)
    until = datetime.fromisoformat((await harbour.get(f"/v1/exceptions/{case_id}"))["snoozed_until"])
    assert until.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") == "08:00"
    commented = await operator.post(f"{one}/comments", data={"text": MARKUP.format("comment")})
    check(commented.text, "comment")
    assert (await operator.post(f"{one}/comments", data={"text": ""})).status_code == 422
    unexplained = await operator.post(f"{one}/resolve", data={"resolution": " "})
    assert unexplained.status_code == 422
    assert "Required." in unexplained.text
    resolved = await operator.post(f"{one}/resolve", data={"resolution": "", "usual": "False alarm"})
    assert "False alarm" in shown(resolved)
    assert "Resolve" not in re.findall(r"<button[^>]*>([^<]+)<", resolved.text)
    await operator.post(f"{one}/reopen")
    assert await history(harbour, case_id) == [
        "opened",
        "acknowledged",
        "started",
        "snoozed",
        "commented",
        "resolved",
        "reopened",
    ]
    line = shown(await operator.get(one)).partition("Time line")[2]
    for what in (
        "Opened Homeroom",
        "Acknowledged Operator",
        "Started to work on it",
        "Snoozed until",
        "Reopened",
    ):
        assert what in line
    fragment = await operator.get(f"{one}/fragment")
    assert fragment.text.lstrip().startswith("<header"), "a live update brings the content alone"


async def test_whoever_observes_from_the_case_page_is_one_guest(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = await class_in(harbour, SessionState.LIVE)
    case_id = await case_about(harbour, Subject.session(session_id), ExceptionKind.RECORDING_MISSING)
    joined = [await operator.post(f"/exceptions/{case_id}/observe") for _ in range(2)]
    assert {answer.url.path for answer in joined} == {f"/join/{session_id}"}
    assert [name for name in await harbour.names(str(session_id)) if name == "Operator"] == ["Operator"]
    elsewhere = await case_about(
        harbour, Subject(SubjectKind.ORGANIZATION, harbour.id), ExceptionKind.STEP_FAILED
    )
    assert (await operator.post(f"/exceptions/{elsewhere}/observe")).status_code == 404


async def test_the_queue_shows_mine_my_teams_and_all_with_their_counts(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = UUID(await harbour.book())
    await add_many(harbour, session_id, len(ExceptionKind))
    team = sum(case["owner"] == "admin" for case in (await harbour.get("/v1/exceptions"))["items"])
    every = await operator.get("/exceptions")
    total = len(ExceptionKind)
    assert f"<title>({total}) Exceptions" in every.text
    assert f'All <span class="count">{total}</span>' in every.text
    assert f'My team&#39;s <span class="count">{team}</span>' in every.text
    assert "Nothing is assigned to you" in (await operator.get("/exceptions?view=mine")).text
    case_id = re.findall(r'href="/exceptions/([0-9a-f-]{36})"', every.text)[0]
    await operator.post(f"/exceptions/{case_id}/assign", data={"member_id": ""})
    mine = await operator.get("/exceptions?view=mine&severity=")
    assert re.findall(r'class="row-link" href="/exceptions/([0-9a-f-]{36})"', mine.text) == [case_id]
    assert "<title>(1) Exceptions" in mine.text
    kept = await operator.get("/exceptions?view=mine&kind=room_lost")
    assert 'href="/exceptions?kind=room_lost"' in kept.text, "the filters stay when the view changes"
    assert 'name="view" value="mine" form="filters"' in kept.text, "and the view when a filter changes"


async def test_an_incident_is_one_row_that_is_handled_at_once(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = UUID(await harbour.book())
    course = Subject(SubjectKind.COURSE, UUID(harbour.ids["course"]))
    alone = await case_about(harbour, course, ExceptionKind.STEP_FAILED)
    count = 210  # more than one bulk command takes
    incident_id = await add_many(harbour, session_id, count, of_incident=True)
    queue = await operator.get("/exceptions")
    assert len(re.findall(r'class="row-link"', queue.text)) == 2
    assert f'<span class="count">{count} exceptions</span>' in queue.text
    assert f'href="/exceptions?incident_id={incident_id}"' in queue.text
    within = await operator.get(f"/exceptions?incident_id={incident_id}")
    assert len(re.findall(r'class="row-link"', within.text)) == 25
    assert "One incident since" in within.text
    one = re.findall(r'class="row-link" href="(/exceptions/[0-9a-f-]{36})"', within.text)[0]
    assert f"One of {count} exceptions of an incident" in shown(await operator.get(one))

    lost = "room_lost"
    of_kind = [case["id"] for case in (await harbour.get(f"/v1/exceptions?kind={lost}&limit=200"))["items"]]
    command = {"action": "resolve", "incident_ids": str(incident_id), "resolution": "restarted"}
    await operator.post("/exceptions/bulk", data=command | {"within": f"kind={lost}"})
    assert await harbour.get(f"/v1/exceptions?kind={lost}") == {"items": [], "next_cursor": None}
    left = await harbour.get(f"/v1/incidents/{incident_id}")
    assert left["unresolved"] == count - len(of_kind), "only what the list shows is resolved"
    grouped = await harbour.get("/v1/exceptions?grouped=true")
    assert [case["incident_id"] for case in grouped["items"]] in (
        [None, str(incident_id)],
        [str(incident_id), None],
    )

    answer = await operator.post(
        "/exceptions/bulk",
        data=command | {"ids": [str(alone), of_kind[0]]},
        headers={"HX-Request": "true"},
    )
    message = answer.headers["hx-trigger"]
    assert f"{count - len(of_kind) + 1} resolved. 1 not: this exception is resolved." in message
    assert (await harbour.get(f"/v1/incidents/{incident_id}"))["resolved_at"]


async def test_all_that_match_are_acted_on_with_progress_and_one_result(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    count = 2 * MOST_AT_ONCE + 10
    await add_many(harbour, UUID(await harbour.book()), count)
    htmx, progress = {"HX-Request": "true"}, []
    one_kind = {"action": "acknowledge", "everything": "true", "within": "kind=step_failed"}
    await operator.post("/exceptions/bulk", data=one_kind)
    changed = {case["kind"] for case in (await harbour.get("/v1/exceptions?state=acknowledged"))["items"]}
    assert changed == {"step_failed"}
    data = {"action": "resolve", "everything": "true", "within": "", "resolution": "restarted"}
    for _ in range(count):
        answer = await operator.post("/exceptions/bulk", data=data, headers=htmx)
        if answer.status_code == 204:
            break
        progress.append(re.findall(r"(\d+) of (\d+)", answer.text)[0])
        data |= dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    assert progress == [(str(MOST_AT_ONCE * step), str(count)) for step in (1, 2)]
    assert f"{count} resolved." in answer.headers["hx-trigger"]
    assert (await harbour.get("/v1/exceptions"))["items"] == []


async def test_all_that_have_a_name_are_acted_on_and_others_are_not(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    count = MOST_AT_ONCE + 10
    other = await case_about(
        harbour, Subject(SubjectKind.ORGANIZATION, harbour.id), ExceptionKind.RECORDS_DIFFER
    )
    incident_id = await add_many(harbour, UUID(await harbour.book()), count, of_incident=True)
    shown = await operator.get("/exceptions?q=Noor")
    assert re.search(r'<input [^>]*value="Noor"[^>]* name="q"', shown.text)
    assert f"{count} exceptions" in shown.text
    assert str(other) not in shown.text
    assert 'href="/exceptions?view=team&amp;q=Noor"' in shown.text, "other tabs keep it"
    assert f"q=Noor&amp;incident_id={incident_id}" in shown.text
    assert "No results" in (await operator.get("/exceptions?q=Nobody")).text
    command = {"action": "resolve", "resolution": "rang them"}
    of_incident = command | {"incident_ids": [str(incident_id)], "within": "q=Nobody"}
    assert (await operator.post("/exceptions/bulk", data=of_incident)).status_code == 422
    await operator.post("/exceptions/bulk", data=command | {"everything": "true", "within": "q=noor"})
    assert [case["id"] for case in (await harbour.get("/v1/exceptions"))["items"]] == [str(other)]


async def test_many_cases_are_acknowledged_and_assigned_at_once(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    session_id = UUID(await harbour.book())
    await add_many(harbour, session_id, 3)
    ids = [case["id"] for case in (await harbour.get("/v1/exceptions"))["items"]]
    member = await harbour.post(
        "/v1/members", {"name": "Olu", "email": f"{uuid4()}@h.example", "role": "ops"}
    )
    await operator.post("/exceptions/bulk", data={"action": "acknowledge", "ids": ids, "member_id": ""})
    states = [case["state"] for case in (await harbour.get("/v1/exceptions"))["items"]]
    assert states == ["acknowledged"] * 3
    await operator.post("/exceptions/bulk", data={"action": "assign", "ids": ids, "member_id": member["id"]})
    page = await operator.get(f"/exceptions?assignee=member:{member['id']}")
    assert len(re.findall(r'class="row-link"', page.text)) == 3
    for wrong in (
        {"action": "resolve", "ids": ids},
        {"action": "acknowledge"},
        {"action": "delete", "ids": ids},
    ):
        assert (await operator.post("/exceptions/bulk", data=wrong)).status_code == 422, wrong


async def test_the_times_page_shows_what_the_api_measures(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    assert "No exceptions in the last 30 days" in (await operator.get("/exceptions/times")).text
    session_id = UUID(await harbour.book())
    await add_many(harbour, session_id, 2 * len(ExceptionKind))
    kind = ExceptionKind.ROOM_LOST
    items = (await harbour.get(f"/v1/exceptions?kind={kind}&sort=opened_at"))["items"]
    await harbour.post(f"/v1/exceptions/{items[0]['id']}/acknowledge")
    await harbour.post(f"/v1/exceptions/{items[0]['id']}/resolve", {"resolution": "remade"})
    measured = {row["kind"]: row for row in await harbour.get("/v1/metrics/exceptions")}
    lost = measured[kind]
    assert (lost["exceptions"], lost["resolved"], lost["self_resolved"]) == (2, 1, 0)
    assert lost["resolve_median"] == lost["resolve_p90"]
    assert lost["acknowledge_median"].startswith("PT")
    assert "." not in lost["resolve_median"], "a duration of RFC 3339 has whole seconds"
    assert measured["step_failed"]["resolve_median"] is None
    page = await operator.get("/exceptions/times")
    row = next(part for part in page.text.split("<tr>") if f"kind={kind}" in part)
    minutes = (len(ExceptionKind) + list(ExceptionKind).index(kind)) % 60
    assert f"{minutes}m" in row
    assert "0%" in row
    assert (await harbour.api.get("/v1/metrics/exceptions?days=0")).status_code == 422


@pytest.mark.parametrize(
    ("chosen", "zone", "until"),
    [
        (Snooze.QUARTER, "", "2026-03-07T23:15:00+00:00"),
        (Snooze.MORNING, "UTC", "2026-03-08T08:00:00+00:00"),
        (Snooze.MORNING, "Asia/Tokyo", "2026-03-08T23:00:00+00:00"),
        (Snooze.MORNING, "America/New_York", "2026-03-08T12:00:00+00:00"),  # clocks go forward that night
        (Snooze.MORNING, "Nowhere/Land", "2026-03-08T08:00:00+00:00"),
    ],
)
def test_a_snooze_ends_in_the_morning_of_the_reader(chosen: Snooze, zone: str, until: str) -> None:
    now = datetime(2026, 3, 7, 23, tzinfo=UTC)
    assert now + duration(chosen, zone, now) == datetime.fromisoformat(until)
    assert duration(chosen, zone, now) > timedelta()
