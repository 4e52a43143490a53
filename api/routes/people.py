"""Guardians, students, instructors, courses, enrollments."""

from fastapi import APIRouter

from api.dependencies import Now, TheCaller, Work
from api.operations import seeding
from api.schemas.common import Created
from api.schemas.people import CourseMade, NewCourse, NewEnrollment, NewGuardian, NewInstructor, NewStudent

router = APIRouter(prefix="/v1", tags=["people"])


@router.post("/guardians", status_code=201)
async def add_guardian(new: NewGuardian, db: Work, who: TheCaller, now: Now) -> Created:
    return Created(id=await seeding.add_guardian(db, who.organization_id, new, now))


@router.post("/students", status_code=201)
async def add_student(new: NewStudent, db: Work, who: TheCaller, now: Now) -> Created:
    return Created(id=await seeding.add_student(db, who.organization_id, new, now))


@router.post("/instructors", status_code=201)
async def add_instructor(new: NewInstructor, db: Work, who: TheCaller, now: Now) -> Created:
    return Created(id=await seeding.add_instructor(db, who.organization_id, new, now))


@router.post("/courses", status_code=201)
async def add_course(new: NewCourse, db: Work, who: TheCaller, now: Now) -> CourseMade:
    return await seeding.add_course(db, who.organization_id, new, now)


@router.post("/enrollments", status_code=201)
async def enroll(new: NewEnrollment, db: Work, who: TheCaller, now: Now) -> Created:
    return Created(id=await seeding.enroll(db, who.organization_id, new, now))
