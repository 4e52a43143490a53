"""Content by signed link: who has the link needs no key."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.http.dependencies import Now, Shared
from api.http.ranged_content import DESCRIBED, Stored, disposition, give
from domain.record.files import kind_of
from domain.subjects import Subject
from models.repositories import class_files, recordings

router = APIRouter(prefix="/v1/content", tags=["content"])
_AUDIO = {"flac": "audio/flac", "opus": "audio/ogg"}


@router.get("/file", response_class=StreamingResponse, responses=DESCRIBED)
async def file_content(request: Request, t: str, shared: Shared, now: Now) -> Response:
    """A file of a class; `Range` is understood."""
    link = shared.links.read_file(t, now)
    async with shared.database.tenant(link.organization_id) as db:
        row = await class_files.in_use(db, Subject.session(link.session_id), link.file_id)
    kind = kind_of(row.media_type)
    headers = disposition("inline" if kind.inline else "attachment", row.name)
    return await give(request, shared.store, Stored(row.key, row.size, row.sha256, kind.media_type, headers))


@router.get("/recording", response_class=StreamingResponse, responses=DESCRIBED)
async def recording_content(request: Request, t: str, shared: Shared, now: Now) -> Response:
    """A segment of a class's sound; `Range` is understood."""
    link = shared.links.read_recording(t, now)
    async with shared.database.tenant(link.organization_id) as db:
        segment = await recordings.segment(db, link.session_id, link.key)
    headers = disposition("inline", segment.key.rpartition("/")[2])
    stored = Stored(segment.key, segment.size, segment.sha256, _AUDIO[segment.codec], headers)
    return await give(request, shared.store, stored)
