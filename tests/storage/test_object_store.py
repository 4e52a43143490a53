"""The object store behaves the same on a local folder and on a real S3 server."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import AlreadyExistsError, NotFoundError, PermissionDeniedError
from obstore.store import ObjectStore, S3Store

from storage.object_store import open_store
from tests.http_clients import http_client
from tests.stack import TestS3

pytestmark = pytest.mark.adapter

KEY = "organization/session/track é 1/000001.flac"


def s3(server: TestS3, bucket: str) -> ObjectStore:
    """Opens a store with all options as text, as settings hold them."""
    folder = server.folder / bucket
    url = f"s3://{bucket}" if folder.is_dir() else server.create_bucket(bucket)
    return open_store(url, {**server.options, "allow_http": "true", "timeout": "20s"})


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return open_store(f"file://{tmp_path}/not/yet/there", {})
    return s3(request.getfixturevalue("s3_server"), f"b{tmp_path.name.replace('_', '-').lower()[:60]}")


async def read(store: ObjectStore, key: str) -> bytes:
    return bytes(await (await obstore.get_async(store, key)).bytes_async())


async def test_a_stored_object_can_be_read(store: ObjectStore) -> None:
    content = bytes(range(256)) * 4_000

    await obstore.put_async(store, KEY, content)

    assert await read(store, KEY) == content
    assert (await obstore.head_async(store, KEY))["size"] == len(content)
    assert bytes(await obstore.get_range_async(store, KEY, start=256, length=3)) == b"\x00\x01\x02"


async def test_a_missing_object_raises_not_found(store: ObjectStore) -> None:
    with pytest.raises((NotFoundError, FileNotFoundError)):
        await read(store, "nothing")


async def test_a_later_put_overwrites(store: ObjectStore) -> None:
    for content in (b"first", b"second"):
        await obstore.put_async(store, KEY, content)

    assert await read(store, KEY) == b"second"


async def test_a_create_only_put_does_not_overwrite(store: ObjectStore) -> None:
    await obstore.put_async(store, KEY, b"first", mode="create")

    with pytest.raises(AlreadyExistsError):
        await obstore.put_async(store, KEY, b"second", mode="create")

    assert await read(store, KEY) == b"first"


async def test_a_listing_is_limited_to_its_prefix(store: ObjectStore) -> None:
    keys = [f"one/{n:03}" for n in range(30)]
    for key in [*keys, "other/000"]:
        await obstore.put_async(store, key, b"x")

    listed = [entry["path"] async for page in obstore.list(store, prefix="one") for entry in page]

    assert sorted(listed) == keys


async def test_a_deleted_object_is_gone(store: ObjectStore) -> None:
    await obstore.put_async(store, KEY, b"x")

    await obstore.delete_async(store, KEY)

    with pytest.raises((NotFoundError, FileNotFoundError)):
        await read(store, KEY)


async def test_a_key_cannot_escape_the_folder(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/inside", {})

    with pytest.raises(Exception, match=r"\.\."):
        await obstore.put_async(store, "../outside", b"x")

    assert not (tmp_path / "outside").exists()


@pytest.fixture
def signed_url(s3_server: TestS3) -> Callable[[str], str]:
    store = s3(s3_server, "signed")
    assert isinstance(store, S3Store)
    return lambda key: obstore.sign(store, "GET", key, timedelta(minutes=1))


async def test_a_signed_url_gives_access_to_one_object_without_a_key(
    s3_server: TestS3, signed_url: Callable[[str], str]
) -> None:
    await obstore.put_async(s3(s3_server, "signed"), "a.flac", b"sound")
    url = signed_url("a.flac")

    other_end = url[:-1] + ("0" if url[-1] != "0" else "1")
    async with http_client() as nobody:
        assert (await nobody.get(url)).content == b"sound"
        for changed in (url.replace("a.flac", "b.flac"), other_end, url.partition("?")[0]):
            assert (await nobody.get(changed)).status_code == 403


async def test_a_wrong_secret_is_refused(s3_server: TestS3) -> None:
    await obstore.put_async(s3(s3_server, "guarded"), "a", b"x")
    options = {**s3_server.options, "allow_http": "true", "aws_secret_access_key": "wrong"}

    with pytest.raises(PermissionDeniedError):
        await read(open_store("s3://guarded", options), "a")


async def test_plain_http_is_refused_unless_allowed(s3_server: TestS3) -> None:
    s3_server.create_bucket("plain")
    store = open_store("s3://plain", {**s3_server.options, "timeout": "5s", "allow_http": "false"})

    with pytest.raises(obstore.exceptions.BaseError):
        await obstore.put_async(store, "a", b"x")
