"""Files of a class: upload, list, link to and retire."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, VisibleSessionId, Work
from api.http.idempotency import ApiRoute, StreamedRoute, answer_once, claim_of, idempotency_key, new_ids
from api.http.paging import ListQuery, Page, next_cursor
from api.schemas.files import ContentLink, FileOut
from domain.errors import InvalidInput, UnsupportedMedia
from domain.people.access import Permission
from domain.subjects import Subject
from models.repositories import class_files
from services import files
from services.inputs.fields import Name
from signing.links import CONTENT_LINK_TTL, FileLink

router = APIRouter(prefix="/v1/sessions/{session_id}/files", tags=["files"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.FILES_READ)], [needs(Permission.FILES_WRITE)]

_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "name": {"type": "string", "description": "A name to use instead of the file's own."},
    },
}
_UPLOAD = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}
_NAME: TypeAdapter[str] = TypeAdapter(Name)


class FilesQuery(ListQuery):
    searched = ("name",)

    retired: bool | None = False


async def add_file(
    request: Request, session_id: VisibleSessionId, who: TheCaller, shared: Shared, now: Now
) -> Response:
    """Add a file of up to 25 MB.

    PDF, PNG, JPEG, GIF, WebP, text, CSV, office documents without macros, MP3, M4A, WAV and MP4 are accepted. The type
    is detected from the content, and the name's extension must match it.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedMedia(next_step="Send a form: `curl -F file=@worksheet.pdf`.")
    async with request.form(max_files=1, max_fields=1) as form:
        upload, name = _parts(form)
        inspected = await files.inspect(upload.file, name)

        async def add() -> Response:
            row = await files.add(
                shared.database,
                shared.store,
                who,
                Subject.session(session_id),
                inspected,
                new_ids(request).next(),
                now,
            )
            headers = {"Location": f"/v1/sessions/{session_id}/files/{row.id}"}
            return JSONResponse(FileOut.of(row).model_dump(mode="json"), 201, headers)

        key = idempotency_key(request)
        if key is None:
            return await add()
        claim = await claim_of(request, key, f"{inspected.sha256}\n{name}".encode())
        return await answer_once(request, claim, add)


router.add_api_route(
    "",
    add_file,
    methods=["POST"],
    status_code=201,
    response_model=FileOut,
    dependencies=WRITE,
    openapi_extra=_UPLOAD,
    route_class_override=StreamedRoute,
)


def _parts(form: FormData) -> tuple[UploadFile, str]:
    """The uploaded file and its name. Raises InvalidInput."""
    upload, name = form.get("file"), form.get("name")
    if not isinstance(upload, UploadFile):
        raise InvalidInput("the form has no file", next_step="Send it as the field `file`.")
    try:
        return upload, _NAME.validate_python(name if isinstance(name, str) and name else upload.filename)
    except ValidationError as error:
        raise InvalidInput(
            "the file needs a name of up to 200 characters, without line breaks and hidden characters",
            next_step="Send it as the field `name`.",
        ) from error


@router.get("", dependencies=READ)
async def list_files(
    session: VisibleSession, db: Work, query: Annotated[FilesQuery, Query()]
) -> Page[FileOut]:
    rows, more = await class_files.page(db, Subject.session(session.id), query.wanted())
    return Page(items=[FileOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, query.sort))


@router.get("/{file_id}", dependencies=READ)
async def read_file(session: VisibleSession, file_id: UUID, db: Work) -> FileOut:
    return FileOut.of(await class_files.get(db, Subject.session(session.id), file_id))


@router.get("/{file_id}/link", dependencies=READ)
async def link_to_file(
    session: VisibleSession, file_id: UUID, db: Work, shared: Shared, now: Now
) -> ContentLink:
    """Create a link to the file's content that works for 15 minutes."""
    row = await class_files.in_use(db, Subject.session(session.id), file_id)
    expires_at = now + CONTENT_LINK_TTL
    link = FileLink(row.organization_id, session.id, row.id)
    return ContentLink(url=shared.links.file_url(link, expires_at), expires_at=expires_at)


@router.delete("/{file_id}", status_code=204, dependencies=WRITE)
async def retire_file(session: VisibleSession, file_id: UUID, db: Work, now: Now) -> None:
    """Retire a file. Links to it stop working right away."""
    await class_files.retire(db, await class_files.get(db, Subject.session(session.id), file_id), now)
