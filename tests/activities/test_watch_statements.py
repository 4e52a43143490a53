"""The statements of a reconciliation and its reports do not grow with the running sessions."""

from collections.abc import AsyncIterator, Iterator

import pytest
from temporalio.client import Client

from activities.room_watch import RoomWatcher
from domain.people.roles import Role
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.migrate import upgrade
from tests.activities.school_rows import SchoolRows
from tests.activities.statements import COUNTING_AND_UNSAFE, counted_statements
from tests.activities.watched import SignalFailures, WatchedClasses
from tests.stack import (
    DatabaseUrls,
    TestLiveKit,
    TestTemporal,
    start_livekit,
    start_postgres,
    temporary_folder,
)

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
def own_livekit() -> Iterator[TestLiveKit]:
    """A server of its own, because the watch closes rooms of sessions it does not know."""
    with temporary_folder("livekit") as folder:
        server = start_livekit(folder)
        yield server
        server.stop()


@pytest.fixture(scope="module")
def counting_urls() -> Iterator[DatabaseUrls]:
    with temporary_folder("pg") as folder:
        server = start_postgres(folder, COUNTING_AND_UNSAFE)
        urls = server.create_database()
        upgrade(urls.owner)
        yield urls
        server.running.stop()


@pytest.fixture
async def classes(
    counting_urls: DatabaseUrls, own_livekit: TestLiveKit, temporal_server: TestTemporal
) -> AsyncIterator[WatchedClasses]:
    database = Database(counting_urls.application)
    school = SchoolRows(database)
    await school.open()
    temporal = await Client.connect(temporal_server.address, namespace=temporal_server.namespace)
    rooms = LiveKitRooms(own_livekit.url, own_livekit.api_key, own_livekit.api_secret)
    watched = WatchedClasses(school, rooms, temporal, SignalFailures())
    yield watched
    await watched.end()
    await rooms.aclose()
    await database.aclose()


async def statements_of_a_reconciliation(watcher: RoomWatcher, urls: DatabaseUrls) -> int:
    with counted_statements(urls) as counted:
        await watcher.reconcile()
        await watcher.report()
    return counted.statements


async def test_reconciling_thirty_sessions_takes_as_many_statements_as_three(
    classes: WatchedClasses, counting_urls: DatabaseUrls
) -> None:
    watcher = classes.watcher()
    quiet, busy = [], []
    for more in (3, 27):
        await classes.begin(more)
        await watcher.reconcile()
        await watcher.report()
        quiet.append(await statements_of_a_reconciliation(watcher, counting_urls))
        for session_id in classes.ids:
            await classes.join(session_id, Role.STUDENT, str(more))
        # all have a milestone
        busy.append(await statements_of_a_reconciliation(watcher, counting_urls))
        # all have an absence and a milestone
        busy.append(await statements_of_a_reconciliation(watcher, counting_urls))

    assert quiet[0] == quiet[1] == 3
    assert busy[:2] == busy[2:]
    signalled = [[word.split(":")[0] for word in await classes.signalled(key)] for key in classes.ids]
    assert signalled == [["student", "empty", "occupied", "empty"]] * 3 + [["student", "empty"]] * 27
