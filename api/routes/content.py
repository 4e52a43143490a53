"""Class files and recordings by signed URL, without an API key."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.http.dependencies import Now, Shared
from api.http.ranged_content import RESPONSES, StoredContent, content_response, disposition
from domain.record.files import kind_of, saved_name
from domain.subjects import Subject
from models.repositories import class_files, recordings

router = APIRouter(prefix="/v1/content", tags=["content"])
_AUDIO = {"flac": "audio/flac", "opus": "audio/ogg"}


@router.get("/file", response_class=StreamingResponse, responses=RESPONSES)
async def file_content(request: Request, t: str, shared: Shared, now: Now) -> Response:
    """Download a class file. `Range` is supported."""
    link = shared.links.read_file(t, now)
    async with shared.database.tenant(link.organization_id) as db:
        row = await class_files.in_use(db, Subject.session(link.session_id), link.file_id)
    kind = kind_of(row.media_type)
    headers = disposition("inline" if kind.inline else "attachment", saved_name(row.name))
    return await content_response(
        request, shared.store, StoredContent(row.key, row.size, row.sha256, kind.media_type, headers)
    )


@router.get("/recording", response_class=StreamingResponse, responses=RESPONSES)
async def recording_content(request: Request, t: str, shared: Shared, now: Now) -> Response:
    """Download a segment of a recording. `Range` is supported."""
    link = shared.links.read_recording(t, now)
    async with shared.database.tenant(link.organization_id) as db:
        segment = await recordings.segment(db, link.session_id, link.key)
    headers = disposition("inline", segment.key.rpartition("/")[2])
    stored = StoredContent(segment.key, segment.size, segment.sha256, _AUDIO[segment.codec], headers)
    return await content_response(request, shared.store, stored)
