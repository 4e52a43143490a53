"""The live board: what LiveKit tells changes the row, the stream tells it, and nobody else hears of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from api.live.board import Boards
from domain.cases.kinds import ExceptionKind
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.changes import channel_of
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import cases
from tests.api.board_stream import Board, looking
from tests.api.events import joined, tell
from tests.api.running import RunningClass, RunningSchool, open_school, start_classes
from tests.campus import PATIENCE, Campus, Json, problem_of

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
async def opened(house: Campus, school: RunningSchool, last_id: str = "") -> AsyncIterator[Board]:
    async with house.browser() as browser:
        await browser.get(house.desk_url(school.id))
        async with looking(browser, last_id) as board:
            yield board


def coming(person: UUID, sid: str = "PA_1") -> Json:
    return {"participant": {"sid": sid, "identity": str(person), "joinedAtMs": "1900000009321"}}


async def come(house: Campus, running: RunningClass, person: UUID, sid: str = "PA_1") -> None:
    assert (await tell(house, joined(str(running.id), **coming(person, sid)))).is_success


async def go(house: Campus, running: RunningClass, person: UUID, sid: str = "PA_1") -> None:
    left = joined(str(running.id), event="participant_left", createdAt="1900000020", **coming(person, sid))
    assert (await tell(house, left)).is_success


async def the_board(house: Campus, school: RunningSchool, **query: str) -> list[Json]:
    async with house.client(school.key) as api:
        answer = await api.get("/v1/board", params=query)
    assert answer.is_success, answer.text
    found: list[Json] = answer.json()
    return found


async def open_case(rows: Database, school: RunningSchool, running: RunningClass, severity: str) -> None:
    case = ExceptionCase(
        id=uuid4(),
        organization_id=school.id,
        subject_kind=SubjectKind.SESSION,
        subject_id=running.id,
        kind=ExceptionKind.ROOM_LOST,
        severity=severity,
        owner="ops",
        due_at=NOW,
        opened_at=NOW,
    )
    async with rows.tenant(school.id) as db:
        await cases.open_once(db, case)


def say_changed(house: Campus, *sessions: UUID) -> None:
    """As a worker does."""
    with psycopg.connect(house.database.application, autocommit=True) as connection:
        connection.execute(
            "select pg_notify(%s, %s)", [channel_of(house.database.application), ",".join(map(str, sessions))]
        )


async def test_who_comes_and_goes_is_on_the_board(
    house: Campus, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with opened(house, harbour) as board:
        assert board.rows[str(fractions.id)]["present"] == 0
        await come(house, fractions, fractions.instructor)
        row = await board.until(fractions.id, present=1)
        assert [person["name"] for person in row["people"] if person["present"]] == ["Ada Okafor"]
        await come(house, fractions, fractions.students[0], "PA_2")
        await board.until(fractions.id, present=2)
        await go(house, fractions, fractions.instructor)
        await board.until(fractions.id, present=1)
    (kept,) = await the_board(house, harbour)
    assert (kept["present"], kept["expected"]) == (1, 3), "a reload reads the same"


async def test_the_stream_and_the_api_say_the_same(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    await come(house, fractions, fractions.students[1])
    await open_case(rows, harbour, fractions, "critical")
    async with opened(house, harbour) as board:
        (row,) = await the_board(house, harbour)
        sent = board.rows[str(fractions.id)]
        assert sent.keys() == row.keys()
        times = {"starts_at", "ends_at", "changes_at", "cases"}
        assert {k: v for k, v in sent.items() if k not in times} == {
            k: v for k, v in row.items() if k not in times
        }
        assert (row["recording"], row["severity"]) == ("on", "critical")


async def test_an_exception_that_is_resolved_leaves_the_board_and_comes_back_when_it_is_opened_again(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    await open_case(rows, harbour, fractions, "critical")
    async with opened(house, harbour) as board, house.client(harbour.key) as api:
        await board.until(fractions.id, severity="critical")
        (case,) = (await api.get("/v1/exceptions")).json()["items"]
        one = f"/v1/exceptions/{case['id']}"
        assert (await api.post(f"{one}/resolve", json={"resolution": "the room is back"})).is_success
        await board.until(fractions.id, severity=None)
        assert (await api.post(f"{one}/reopen")).is_success
        await board.until(fractions.id, severity="critical")


async def test_another_organization_hears_nothing(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    other = await open_school(rows, "Other")
    (theirs,) = await start_classes(rows, other, ["Verbs"])
    async with opened(house, other) as spy, opened(house, harbour) as board:
        await come(house, fractions, fractions.instructor)
        await board.until(fractions.id, present=1)
        say_changed(house, fractions.id, theirs.id)
        await spy.next()
        assert set(spy.rows) == {str(theirs.id)}
        assert set(board.rows) == {str(fractions.id)}
    assert [row["id"] for row in await the_board(house, other)] == [str(theirs.id)]


async def test_who_comes_back_is_told_what_was_missed(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    await start_classes(rows, harbour, ["Nobody changes this one"])
    async with opened(house, harbour) as staying:
        async with opened(house, harbour) as leaving:
            last_id = leaving.last_id
        await come(house, fractions, fractions.instructor)
        await staying.until(fractions.id, present=1)
        async with opened(house, harbour, last_id) as back:
            assert back.events == ["rows"]
            assert set(back.rows) == {str(fractions.id)}
            assert back.rows[str(fractions.id)]["present"] == 1
            assert back.last_id == staying.last_id


@pytest.mark.parametrize("last_id", ["0000-1", "nonsense", "-", "1" * 90])
async def test_who_was_told_by_another_process_is_told_everything(
    house: Campus, harbour: RunningSchool, fractions: RunningClass, last_id: str
) -> None:
    async with opened(house, harbour, last_id) as board:
        assert board.events == ["board"]
        assert set(board.rows) == {str(fractions.id)}


async def test_a_lost_connection_to_the_database_is_a_reason_to_read_everything(
    house: Campus, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with opened(house, harbour) as board:
        await come(house, fractions, fractions.instructor)
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


async def test_a_class_comes_onto_the_board_and_goes(
    house: Campus, rows: Database, harbour: RunningSchool, fractions: RunningClass
) -> None:
    async with opened(house, harbour) as board:
        soon = NOW + timedelta(hours=2)
        changes = {"state": SessionState.SCHEDULED, "starts_at": soon, "ends_at": soon + timedelta(hours=1)}
        (booked,) = await start_classes(rows, harbour, ["Verbs"], **changes)
        say_changed(house, booked.id)
        await board.until(booked.id, group="coming")
        with psycopg.connect(house.database.superuser) as admin:
            admin.execute(
                "update session set starts_at = starts_at + interval '9 days', ends_at = ends_at + interval '9 days' "
                "where id = %s",
                [booked.id],
            )
        say_changed(house, booked.id)
        while str(booked.id) in board.rows:
            await board.next()
        assert str(fractions.id) in board.rows


async def test_a_row_asks_for_attention_when_its_time_has_come_although_nothing_happens(
    house: Campus, rows: Database, harbour: RunningSchool
) -> None:
    """The instructor should have been there a minute ago, in a second."""
    late = datetime.now(UTC) - timedelta(seconds=58)
    (waiting,) = await start_classes(rows, harbour, ["Verbs"], starts_at=late)
    async with opened(house, harbour) as board:
        await board.until(waiting.id, attention=["instructor_missing"])


@pytest.mark.parametrize(
    ("query", "found"),
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
async def test_rows_are_filtered_and_in_order(
    house: Campus,
    rows: Database,
    harbour: RunningSchool,
    fractions: RunningClass,
    query: dict[str, str],
    found: list[str],
) -> None:
    assert fractions.title == "Adding fractions"
    (over,) = await start_classes(rows, harbour, ["Rivers"], state=SessionState.CLOSED)
    soon = datetime.now(UTC) + timedelta(hours=1)
    times = {"starts_at": soon, "ends_at": soon + timedelta(hours=1)}
    await start_classes(rows, harbour, ["Verbs"], state=SessionState.SCHEDULED, **times)
    await open_case(rows, harbour, over, "critical")
    assert [row["title"] for row in await the_board(house, harbour, **query)] == found


async def test_nonsense_is_refused(house: Campus, harbour: RunningSchool) -> None:
    async with house.client(harbour.key) as api:
        for query in ({"show": "everything"}, {"exceptions": "maybe"}, {"q": "x" * 201}):
            problem_of(await api.get("/v1/board", params=query), 422, "invalid-input")


async def test_without_a_link_there_is_no_stream(house: Campus) -> None:
    async with house.client() as anybody:
        problem_of(await anybody.get("/today/live"), 401, "not-authenticated")
        problem_of(await anybody.get("/v1/board"), 401, "not-authenticated")


async def test_a_browser_that_goes_leaves_nothing_behind(
    house: Campus, harbour: RunningSchool, fractions: RunningClass
) -> None:
    boards: Boards = house.app.state.homeroom.boards
    for _ in range(3):
        async with opened(house, harbour) as one, opened(house, harbour) as another:
            await come(house, fractions, fractions.instructor, sid := uuid4().hex)
            await one.until(fractions.id, present=1)
            await another.until(fractions.id, present=1)
            await go(house, fractions, fractions.instructor, sid)
            await one.until(fractions.id, present=0)
    async with asyncio.timeout(PATIENCE):
        while boards.viewers(harbour.id):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
