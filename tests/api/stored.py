"""A school whose API stores content in a real S3 server, and a recorded class of it."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import obstore

from domain.record.recording import AudioSegment, segment_key, session_prefix
from models.repositories import recordings, sessions
from models.session import Participant
from tests.campus import Campus, Json, School, serving, settings_for
from tests.stack import TestS3

AUDIO = bytes(range(256)) * 40  # the content of each segment
BUCKET = "class-content"


@asynccontextmanager
async def on_s3(campus: Campus, server: TestS3) -> AsyncIterator[Campus]:
    """Serves the same organizations through an API with an S3 store."""
    url = f"s3://{BUCKET}" if (server.folder / BUCKET).is_dir() else server.create_bucket(BUCKET)
    options = {**server.options, "allow_http": "true"}
    settings = settings_for(campus.database, object_store_url=url, object_store_options=options)
    async with serving(settings) as app:
        yield Campus(settings, campus.database, app)


@dataclass(frozen=True)
class StoredClass:
    """A class, and a client of the API that stores its content on S3."""

    campus: Campus
    school: School
    session_id: str
    api: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/v1/sessions/{self.session_id}"

    async def upload(self, name: str, content: bytes, **options: object) -> httpx.Response:
        headers = {"idempotency-key": str(options["key"])} if "key" in options else {}
        return await self.api.post(
            f"{self.path}/files", files={"file": (name, content, "text/html")}, headers=headers
        )

    async def link(self, made: Json) -> str:
        url: str = (await self.api.get(f"{self.path}/files/{made['id']}/link")).json()["url"]
        return url


async def record(stored: StoredClass, count: int = 2) -> list[AudioSegment]:
    """Stores `count` audio segments of each participant."""
    async with stored.school.transaction() as db:
        people = await sessions.participants(db, UUID(stored.session_id))
        made = [_segment(person, number) for person in people for number in range(count)]
        await recordings.register(db, made)
    for segment in made:
        await obstore.put_async(stored.campus.app.state.homeroom.store, segment.key, AUDIO)
    return made


def _segment(person: Participant, number: int) -> AudioSegment:
    identity, prefix = str(person.id), session_prefix(person.organization_id, person.session_id)
    return AudioSegment(
        organization_id=person.organization_id,
        session_id=person.session_id,
        identity=identity,
        participant_sid="PA",
        track_sid="TR",
        recorder_id="r",
        seq=number,
        started_at=datetime.now(UTC) + timedelta(seconds=30 * number),
        samples=480_000,
        sample_rate=16_000,
        codec="flac",
        key=segment_key(prefix, identity, "TR", "r", number, "flac"),
        sha256=hashlib.sha256(AUDIO).hexdigest(),
        size=len(AUDIO),
    )
