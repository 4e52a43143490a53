"""Enrolling in a course and leaving it: the course's coming classes follow, and the answer says which did.

Reading, listing and changing enrollments are those of every resource (api/routes/resources.py).
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller
from api.http.etags import IfMatch, etag, required_version
from api.http.idempotency import ApiRoute, Ids
from api.schemas.courses import ClassChangesOut, EnrolledOut
from domain.people.access import Permission
from services.course_members import ClassChanges
from services.inputs.courses import NewEnrollment
from services.resources.catalogue import ENROLLMENTS

router = APIRouter(
    prefix="/v1/enrollments",
    tags=["courses"],
    route_class=ApiRoute,
    dependencies=[needs(Permission.ENROLLMENTS_WRITE)],
)
Key = Annotated[UUID, Path(alias="id")]


@router.post("", status_code=201, summary="Create an enrollment", operation_id="create_Enrollments")
async def enroll(
    new: NewEnrollment, who: TheCaller, ids: Ids, shared: Shared, now: Now, response: Response
) -> EnrolledOut:
    """The student is added to the coming classes that were booked for everybody in the course.

    `class_changes` says which classes have changed, and which could not. Guardians get one message for all of them.
    """
    async with shared.database.tenant(who.organization_id) as db:
        row = await ENROLLMENTS.create(db, who.organization_id, ids.next(), new, now)
    changes = await shared.course_members.joined(who, row, now)
    response.headers["ETag"] = etag(row.version)
    response.headers["Location"] = f"/v1/enrollments/{row.id}"
    return EnrolledOut.of(row, changes)


@router.delete("/{id}", status_code=204, summary="Retire an enrollment", operation_id="retire_Enrollments")
async def retire(key: Key, who: TheCaller, shared: Shared, now: Now, if_match: IfMatch = None) -> None:
    """As `leave`, without its answer. A retired row can no longer be used, and stays in the record."""
    version = required_version(if_match) if if_match is not None else None
    await _leave(shared, who, key, version, now)


@router.post("/{id}/leave", summary="Leave a course")
async def leave(key: Key, who: TheCaller, shared: Shared, now: Now) -> ClassChangesOut:
    """Retire an enrollment, and take the student out of the course's coming classes.

    The answer says which classes have changed, and which could not: a class keeps its last student until it is
    cancelled. Guardians get one message for all of them.
    """
    return ClassChangesOut.of(await _leave(shared, who, key, None, now))


@router.post("/{id}/restore", summary="Restore an enrollment", operation_id="restore_Enrollments")
async def restore(key: Key, who: TheCaller, shared: Shared, now: Now, response: Response) -> EnrolledOut:
    """Bring a retired enrollment back. The student is added to coming classes as with a new one."""
    async with shared.database.tenant(who.organization_id) as db:
        row = await ENROLLMENTS.restore(db, key, now)
    changes = await shared.course_members.joined(who, row, now)
    response.headers["ETag"] = etag(row.version)
    return EnrolledOut.of(row, changes)


async def _leave(shared: Shared, who: TheCaller, key: UUID, version: int | None, now: Now) -> ClassChanges:
    async with shared.database.tenant(who.organization_id) as db:
        row = await ENROLLMENTS.retire(db, key, version, now)
    return await shared.course_members.left(who, row, now)
