"""Substitutions: find another instructor for a class, or for all classes of one who is absent."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from api.http.authentication import Needs, needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, Work
from api.http.idempotency import ApiRoute, CommandId
from api.schemas.substitutions import AbsenceOut, CandidateOut, SubstitutionOut
from domain.people.access import Permission
from models.people import Instructor
from models.repositories import names, substitutions
from services import candidates, instructor_absences
from services.inputs.substitutions import AbsenceIn, AvailabilityIn, NewSubstitution
from services.organizations import organization, substitution_policy_of
from services.substitutions import withdraw as withdraw_search

router = APIRouter(prefix="/v1", tags=["substitutions"], route_class=ApiRoute)
READ: list[Any] = [needs(Permission.PEOPLE_READ)]
WRITE: list[Any] = [needs(Permission.SESSIONS_WRITE)]


@router.post("/sessions/{session_id}/substitutions", status_code=201, dependencies=WRITE)
async def find_substitute(
    session_id: UUID, wanted: NewSubstitution, who: TheCaller, shared: Shared, command: CommandId
) -> SubstitutionOut:
    """Find another instructor for a class that is not over.

    Instructors who could teach it are asked by mail, the best match first; the sooner the class starts, the shorter
    each has to answer and the more are asked at once. The first who accepts teaches it, and families are told. A search
    that goes on is joined.
    """
    key = await shared.classes.find_substitute(who, session_id, wanted, command)
    async with shared.database.tenant(who.organization_id) as db:
        row = await substitutions.get(db, key)
        return SubstitutionOut.of(row, await substitutions.offers(db, [key]))


@router.get("/sessions/{session_id}/substitutions", dependencies=READ)
async def list_substitutions(session: VisibleSession, db: Work) -> list[SubstitutionOut]:
    """List the searches for another instructor of a class with their offers, the latest first."""
    rows = await substitutions.of_session(db, session.id)
    offers = await substitutions.offers(db, [row.id for row in rows])
    return [SubstitutionOut.of(row, offers) for row in rows]


@router.get("/sessions/{session_id}/substitutes", dependencies=READ)
async def list_substitutes(session: VisibleSession, db: Work, now: Now) -> list[CandidateOut]:
    """Rank the instructors who could teach a class, and say why the others can't."""
    policy = substitution_policy_of(await organization(db))
    order = await candidates.ranked(db, session, now, rules=policy.ranking_rules)
    called = await names.of(db, Instructor, [one.id for one in order])
    return [CandidateOut.of(one, called.get(one.id, "")) for one in order]


@router.post("/sessions/{session_id}/substitutions/withdraw", status_code=204, dependencies=WRITE)
async def withdraw(session: VisibleSession, db: Work, now: Now) -> None:
    """End the search for another instructor: the offers hold no more. Without a search, nothing happens."""
    if going_on := await substitutions.searching(db, session.id):
        await withdraw_search(db, going_on.id, now)


@router.get("/instructors/{id}/availability", dependencies=[needs(Permission.PEOPLE_READ)])
async def get_availability(id: UUID, db: Work) -> AvailabilityIn:
    """Read when and how much an instructor can teach."""
    return await instructor_absences.availability(db, id)


@router.put("/instructors/{id}/availability", dependencies=[needs(Permission.PEOPLE_WRITE)])
async def set_availability(id: UUID, new: AvailabilityIn, db: Work, now: Now) -> AvailabilityIn:
    """Set when and how much an instructor can teach, as a whole. Hours are wall time in the instructor's time zone.

    Without weekly hours every hour will do. Classes that are booked stay as they are.
    """
    return await instructor_absences.set_availability(db, id, new, now)


@router.post("/instructors/{id}/absences", dependencies=WRITE)
async def announce_absence(
    id: UUID, absence: AbsenceIn, who: TheCaller, shared: Shared, now: Now
) -> AbsenceOut:
    """Say that an instructor can't teach for a while, such as for a day of illness.

    It is entered as leave. Another instructor is looked for at once for each of their classes in the next seven days;
    later classes are left to the plan that is proposed after the leave (`planned`). `people:write` is needed too.
    """
    Needs(Permission.PEOPLE_WRITE).check(who)
    replaced = await shared.instructor_absences.announce(who, id, absence, now)
    return AbsenceOut.of(replaced)
