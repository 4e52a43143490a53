"""The real servers that other tests start behave as those tests assume."""

import smtplib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import obstore
import psycopg
import pytest
from livekit import api as livekit_api
from livekit import rtc
from obstore.store import S3Store
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from tests.stack import (
    TestLiveKit,
    TestMail,
    TestPostgres,
    TestS3,
    TestTemporal,
    start_mail,
    temporary_folder,
)
from workflows.session import search_attributes

pytestmark = pytest.mark.adapter


def test_application_role_has_no_privileges_and_owns_nothing(postgres_server: TestPostgres) -> None:
    urls = postgres_server.create_database()
    with psycopg.connect(urls.application) as connection:
        row = connection.execute(
            "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, current_user from pg_roles "
            "where rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False, "homeroom_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table public.mine (id int)")


def test_database_is_a_copy_of_its_template(postgres_server: TestPostgres) -> None:
    template = postgres_server.create_database()
    with psycopg.connect(template.owner) as connection:
        connection.execute("create table lesson (id int)")
    copy = postgres_server.create_database(template=template.name)
    with psycopg.connect(copy.owner) as connection:
        assert connection.execute("select count(*) from lesson").fetchone() == (0,)
    postgres_server.drop_database(copy.name)


async def test_temporal_has_the_search_attributes(temporal_server: TestTemporal) -> None:
    client = await Client.connect(temporal_server.address, namespace=temporal_server.namespace)
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=temporal_server.namespace)
    )
    assert {key.name for key in search_attributes.ALL} <= set(listed.custom_attributes)


async def test_livekit_forgets_rooms_when_killed(livekit_factory: Callable[..., TestLiveKit]) -> None:
    server = livekit_factory()
    async with livekit_api.LiveKitAPI(server.url, server.api_key, server.api_secret) as api:
        await api.room.create_room(livekit_api.CreateRoomRequest(name="a-class"))
        rooms = await api.room.list_rooms(livekit_api.ListRoomsRequest())
        assert [room.name for room in rooms.rooms] == ["a-class"]
    server.restart()
    async with livekit_api.LiveKitAPI(server.url, server.api_key, server.api_secret) as api:
        assert not (await api.room.list_rooms(livekit_api.ListRoomsRequest())).rooms


@pytest.fixture
def own_sink() -> Iterator[TestMail]:
    """A mail sink of its own."""
    with temporary_folder("mail") as folder:
        sink = start_mail(folder)
        yield sink
        sink.running.stop()


def test_mail_is_stored_and_found_by_recipient(own_sink: TestMail) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Grüße", "a@school.example", "hidden@family.example"
    mail.set_content("In words.")
    mail.add_alternative("<p>In <b>HTML</b>.</p>", subtype="html")
    address = urlsplit(own_sink.smtp_url)
    with smtplib.SMTP(address.hostname or "", address.port or 0) as client:
        client.send_message(mail, to_addrs=["family@home.example"])
    (kept,) = own_sink.wait_for("family@home.example")
    assert (kept["subject"], kept["text"].strip()) == ("Grüße", "In words.")
    assert "<b>HTML</b>" in kept["html"]
    assert not own_sink.messages("hidden@family.example")
    own_sink.clear()
    assert not own_sink.messages()


async def test_s3_stores_objects(s3_server: TestS3) -> None:
    s3_server.create_bucket("classes")
    options: Any = s3_server.options
    store = S3Store("classes", config=options, client_options={"allow_http": True})
    await obstore.put_async(store, "a/b.flac", b"sound")
    assert bytes(await obstore.get(store, "a/b.flac").bytes_async()) == b"sound"


async def test_livekit_stops_while_a_room_is_open(livekit_factory: Callable[..., TestLiveKit]) -> None:
    server = livekit_factory(webhook_urls=("http://127.0.0.1:9/nobody",))
    async with livekit_api.LiveKitAPI(server.url, server.api_key, server.api_secret) as api:
        await api.room.create_room(livekit_api.CreateRoomRequest(name="a-class"))
        token = livekit_api.AccessToken(server.api_key, server.api_secret).with_identity("student")
        grants = livekit_api.VideoGrants(room_join=True, room="a-class")
        room = rtc.Room()
        await room.connect(server.ws_url, token.with_grants(grants).to_jwt())
        server.running.stop()
        assert server.running.process.poll() == 0
        await room.disconnect()
