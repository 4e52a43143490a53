"""The live board: webhooks change its rows, and its stream sends the changes to the organization's viewers only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from api.live.board import Boards
from api.live.session_tenants import SessionTenants
from api.live.streams import LiveHub
from domain.cases.kinds import ExceptionKind
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.changes import channel_of
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import cases
from tests.api.board_stream import Board, watching_board
from tests.api.events import in_milliseconds, joined, post_webhook
from tests.api.running import RunningClass, RunningSchool, open_school, start_classes
from tests.campus import PATIENCE, Campus, Json, problem_of
from tests.links import open_link

pytestmark = pytest.mark.adapter

NOW = datetime.now(UTC)


@pytest.fixture
async def harbour(rows: Database) -> RunningSchool:
    return await open_school(rows)


@pytest.fixture
async def fractions(rows: Database, harbour: RunningSchool) -> RunningClass:
    (running,) = await start_classes(rows, harbour, ["Adding fractions"])
    return running


@asynccontextmanager
async def open_board(house: Campus, school: RunningSchool, last_id: str = "") -> AsyncIterator[Board]:
    async with house.browser() as browser:
        await open_link(browser, house.console_url(school.id))
        async with watching_board(browser, last_id) as board:
            yield board


def participant(person: UUID, sid: str = "PA_1") -> Json:
    return {"participant": {"sid": sid, "identity": str(person), "joinedAtMs": in_milliseconds()}}


async def join(house: Campus, running: RunningClass, person: UUID, sid: str = "PA_1") -> None:
    assert (await post_webhook(house, joined(str(running.id), **participant(person, sid)))).is_success


async def leave(house: Campus, running: RunningClass, person: UUID, sid: str = "PA_1") -> None:
    left = joined(str(running.id), event="participant_left", **participant(person, sid))
    assert (await post_webhook(house, left)).is_success


async def read_board(house: Campus, school: RunningSchool, **query: str) -> list[Json]:
    async with house.client(school.key) as api:
        answer = await api.get("/v1/board", params=query)
    assert answer.is_success, answer.text
    rows: list[Json] = answer.json()
    return rows


async def open_case(rows: Database, school: RunningSchool, running: RunningClass, severity: str) -> None:
    case = ExceptionCase(
        id=uuid4(),
        organization_id=school.id,
        subject_kind=SubjectKind.SESSION,
        subject_id=running.id,
        kind=ExceptionKind.ROOM_LOST,
        severity=severity,
        owner="ops",
        queue="ops",
        due_at=NOW,
        acknowledge_due_at=NOW,
        opened_at=NOW,
    )
    async with rows.tenant(school.id) as db:
        await cases.report(db, case, reopens_since=NOW)


def notify_changed(house: Campus, *sessions: UUID) -> None:
    """Notifies of changed sessions, as a worker does."""
    with psycopg.connect(house.database.application, autocommit=True) as connection:
        connection.execute(
            "select pg_notify(%s, %s)", [channel_of(house.database.application), ",".join(map(str, sessions))]
        )


async def test_a_change_whose_notification_was_lost_is_found(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with (
        aclosing(LiveHub(rows.url, SessionTenants(rows))) as hub,
        aclosing(Boards(rows, hub, lambda: datetime.now(UTC), check_interval=0.1)) as boards,
        aclosing(boards.stream(harbour.id)) as stream,
        asyncio.timeout(PATIENCE),
    ):
        while b"event: board" not in await anext(stream):
            pass
        with psycopg.connect(house.database.superuser) as admin:
            admin.execute("update session set title = 'Renamed unseen' where id = %s", [fractions.id])
        while b"Renamed unseen" not in await anext(stream):
            pass


async def test_one_session_that_cannot_be_read_leaves_the_others_on_the_board(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    (spoiled,) = await start_classes(rows, harbour, ["Spoiled"])
    with psycopg.connect(house.database.superuser) as admin:
        admin.execute("update participant set role = 'wizard' where session_id = %s", [spoiled.id])
    assert [row["id"] for row in await read_board(house, harbour)] == [str(fractions.id)]


async def test_joining_and_leaving_changes_the_row(
    house: Campus, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with open_board(house, harbour) as board:
        assert board.rows[str(fractions.id)]["present"] == 0
        await join(house, fractions, fractions.instructor)
        row = await board.until(fractions.id, present=1)
        assert [person["name"] for person in row["people"] if person["present"]] == ["Ada Okafor"]
        await join(house, fractions, fractions.students[0], "PA_2")
        await board.until(fractions.id, present=2)
        await leave(house, fractions, fractions.instructor)
        await board.until(fractions.id, present=1)
    (kept,) = await read_board(house, harbour)
    assert (kept["present"], kept["expected"]) == (1, 3), "a reload reads the same"


async def test_stream_and_api_return_the_same_row(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    await join(house, fractions, fractions.students[1])
    await open_case(rows, harbour, fractions, "critical")
    async with open_board(house, harbour) as board:
        (row,) = await read_board(house, harbour)
        sent = board.rows[str(fractions.id)]
        assert sent.keys() == row.keys()
        times = {"starts_at", "ends_at", "changes_at", "cases"}
        assert {k: v for k, v in sent.items() if k not in times} == {
            k: v for k, v in row.items() if k not in times
        }
        assert (row["recording"], row["severity"]) == ("on", "critical")


async def test_resolving_an_exception_removes_it_and_reopening_returns_it(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    await open_case(rows, harbour, fractions, "critical")
    async with open_board(house, harbour) as board, house.client(harbour.key) as api:
        await board.until(fractions.id, severity="critical")
        (case,) = (await api.get("/v1/exceptions")).json()["items"]
        path = f"/v1/exceptions/{case['id']}"
        assert (await api.post(f"{path}/resolve", json={"resolution": "the room is back"})).is_success
        await board.until(fractions.id, severity=None)
        assert (await api.post(f"{path}/reopen")).is_success
        await board.until(fractions.id, severity="critical")


async def test_another_organization_receives_nothing(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    other = await open_school(rows, "Other")
    (theirs,) = await start_classes(rows, other, ["Verbs"])
    async with open_board(house, other) as stranger, open_board(house, harbour) as board:
        await join(house, fractions, fractions.instructor)
        await board.until(fractions.id, present=1)
        notify_changed(house, fractions.id, theirs.id)
        await stranger.next()
        assert set(stranger.rows) == {str(theirs.id)}
        assert set(board.rows) == {str(fractions.id)}
    assert [row["id"] for row in await read_board(house, other)] == [str(theirs.id)]


async def test_a_reconnecting_browser_receives_what_it_missed(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    await start_classes(rows, harbour, ["Nobody changes this one"])
    async with open_board(house, harbour) as staying:
        async with open_board(house, harbour) as leaving:
            last_id = leaving.last_id
        await join(house, fractions, fractions.instructor)
        await staying.until(fractions.id, present=1)
        async with open_board(house, harbour, last_id) as back:
            assert back.events == ["rows"]
            assert set(back.rows) == {str(fractions.id)}
            assert back.rows[str(fractions.id)]["present"] == 1
            assert back.last_id == staying.last_id


@pytest.mark.parametrize("last_id", ["0000-1", "nonsense", "-", "1" * 90])
async def test_an_unknown_last_event_id_gets_the_whole_board(
    house: Campus, harbour: RunningSchool, fractions: RunningClass, last_id: str
) -> None:
    async with open_board(house, harbour, last_id) as board:
        assert board.events == ["board"]
        assert set(board.rows) == {str(fractions.id)}


async def test_the_whole_board_is_sent_after_a_lost_database_connection(
    house: Campus, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with open_board(house, harbour) as board:
        await join(house, fractions, fractions.instructor)
        await board.until(fractions.id, present=1)
        seen = board.events.count("board")
        with psycopg.connect(house.database.superuser) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = %s and datname = %s",
                [f"listen {channel_of(house.database.application)}", house.database.name],
            )
        while board.events.count("board") == seen:
            await board.next()
        assert board.rows[str(fractions.id)]["present"] == 1


async def test_a_class_appears_on_the_board_and_leaves_it(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with open_board(house, harbour) as board:
        soon = NOW + timedelta(hours=2)
        changes = {"state": SessionState.SCHEDULED, "starts_at": soon, "ends_at": soon + timedelta(hours=1)}
        (booked,) = await start_classes(rows, harbour, ["Verbs"], **changes)
        notify_changed(house, booked.id)
        await board.until(booked.id, group="coming")
        with psycopg.connect(house.database.superuser) as admin:
            admin.execute(
                "update session set starts_at = starts_at + interval '9 days', ends_at = ends_at + interval '9 days' "
                "where id = %s",
                [booked.id],
            )
        notify_changed(house, booked.id)
        while str(booked.id) in board.rows:
            await board.next()
        assert str(fractions.id) in board.rows


async def test_a_row_needs_attention_when_its_time_comes_without_any_event(
    house: Campus, rows: Database, harbour: RunningSchool
) -> None:
    """In two seconds, the instructor will be a minute late."""
    late = datetime.now(UTC) - timedelta(seconds=58)
    (waiting,) = await start_classes(rows, harbour, ["Verbs"], starts_at=late)
    async with open_board(house, harbour) as board:
        await board.until(waiting.id, attention=["instructor_missing"])


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, ["Adding fractions", "Verbs", "Rivers"]),
        ({"show": "running"}, ["Adding fractions"]),
        ({"show": "coming"}, ["Verbs"]),
        ({"show": "done"}, ["Rivers"]),
        ({"show": "attention"}, ["Rivers"]),
        ({"exceptions": "true"}, ["Rivers"]),
        ({"q": "leo LIND"}, ["Adding fractions", "Verbs", "Rivers"]),
        ({"q": "river"}, ["Rivers"]),
        ({"q": "nobody"}, []),
    ],
)
async def test_rows_are_filtered_and_sorted(
    house: Campus,
    rows: Database,
    harbour: RunningSchool,
    fractions: RunningClass,
    query: dict[str, str],
    titles: list[str],
) -> None:
    assert fractions.title == "Adding fractions"
    (over,) = await start_classes(rows, harbour, ["Rivers"], state=SessionState.CLOSED)
    soon = datetime.now(UTC) + timedelta(hours=1)
    times = {"starts_at": soon, "ends_at": soon + timedelta(hours=1)}
    await start_classes(rows, harbour, ["Verbs"], state=SessionState.SCHEDULED, **times)
    await open_case(rows, harbour, over, "critical")
    assert [row["title"] for row in await read_board(house, harbour, **query)] == titles


async def test_invalid_filters_are_refused(house: Campus, harbour: RunningSchool) -> None:
    async with house.client(harbour.key) as api:
        for query in ({"show": "everything"}, {"exceptions": "maybe"}, {"q": "x" * 201}):
            problem_of(await api.get("/v1/board", params=query), 422, "invalid-input")


async def test_the_stream_needs_authentication(house: Campus) -> None:
    async with house.client() as anybody:
        problem_of(await anybody.get("/today/live"), 401, "not-authenticated")
        problem_of(await anybody.get("/v1/board"), 401, "not-authenticated")


async def test_disconnected_browsers_are_removed(
    house: Campus, harbour: RunningSchool, fractions: RunningClass
) -> None:
    boards: Boards = house.app.state.homeroom.boards
    for _ in range(3):
        async with open_board(house, harbour) as first, open_board(house, harbour) as second:
            await join(house, fractions, fractions.instructor, sid := uuid4().hex)
            await first.until(fractions.id, present=1)
            await second.until(fractions.id, present=1)
            await leave(house, fractions, fractions.instructor, sid)
            await first.until(fractions.id, present=0)
    async with asyncio.timeout(PATIENCE):
        while boards.viewers(harbour.id):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
