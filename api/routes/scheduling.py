"""Who teaches which class: the rules as drafts and published versions, what-ifs, candidates, student and instructor."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, Work
from api.http.etags import IfMatch, etag, required_version
from api.http.idempotency import ApiRoute, CommandId
from api.schemas.scheduling import (
    CoverOut,
    PairingOut,
    RankedCandidatesOut,
    SchedulingRulesOut,
    SchedulingRulesVersionOut,
    WeekComparedOut,
)
from domain.people.access import Permission
from models.repositories import rule_versions
from models.scheduling import SchedulingRulesVersion
from services import pairings, scheduling_rules
from services.inputs.routing import Publication
from services.inputs.scheduling import CoverIn, PairingIn, SchedulingRulesIn, WhatIfRules
from services.inputs.substitutions import AbsenceIn
from services.planning import cover, what_if
from services.planning.candidates import candidates_for

router = APIRouter(prefix="/v1", tags=["scheduling"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.POLICY_READ)], [needs(Permission.POLICY_WRITE)]
PEOPLE_READ, PEOPLE_WRITE = [needs(Permission.PEOPLE_READ)], [needs(Permission.PEOPLE_WRITE)]


@router.get("/scheduling-rules", dependencies=READ)
async def get_scheduling_rules(db: Work, response: Response) -> SchedulingRulesOut:
    """Read the published rules, the draft with what is wrong with it, and what rules can name."""
    found = await scheduling_rules.current(db)
    if found.draft:
        response.headers["ETag"] = etag(found.draft.version)
    return SchedulingRulesOut.of(found)


@router.put("/scheduling-rules", dependencies=WRITE)
async def save_scheduling_rules(
    given: SchedulingRulesIn, db: Work, who: TheCaller, now: Now, response: Response, if_match: IfMatch = None
) -> SchedulingRulesOut:
    """Save a draft of the rules. It decides nothing until it is published, and may have problems until then.

    With `If-Match`, a draft that somebody has changed since is not overwritten.
    """
    version = required_version(if_match) if if_match is not None else None
    row = await scheduling_rules.save_draft(db, who, given.rules, given.note, now, version=version)
    response.headers["ETag"] = etag(row.version)
    return SchedulingRulesOut.of(await scheduling_rules.current(db))


@router.post("/scheduling-rules/publish", dependencies=WRITE)
async def publish_scheduling_rules(
    publication: Publication, db: Work, who: TheCaller, now: Now
) -> SchedulingRulesOut:
    """Choose instructors by the draft from now on. Classes that have their instructor keep them."""
    await scheduling_rules.publish(db, who, publication.number, now)
    return SchedulingRulesOut.of(await scheduling_rules.current(db))


@router.post("/scheduling-rules/what-if", dependencies=READ)
async def compare_scheduling_rules(
    tried: WhatIfRules, shared: Shared, who: TheCaller, now: Now
) -> list[WeekComparedOut]:
    """Plan the last and the next seven days by the published rules and by others. Changes nothing.

    Lists the classes that would have another instructor, and what both plans cost by rule. Takes some seconds.
    """
    async with shared.database.tenant(who.organization_id) as db:
        rules = tried.rules
        if rules is None:
            rules = scheduling_rules.rules_of(await rule_versions.latest(db, SchedulingRulesVersion))
        await scheduling_rules.require_valid(db, rules)
        weeks = await what_if.read_weeks(db, rules, now)
    return [WeekComparedOut.of(one) for one in await asyncio.to_thread(what_if.compare, weeks)]


@router.get("/scheduling-rules/versions", dependencies=READ)
async def list_scheduling_rules_versions(db: Work) -> list[SchedulingRulesVersionOut]:
    """List all versions of the rules, the latest first."""
    return [
        SchedulingRulesVersionOut.of(row) for row in await rule_versions.versions(db, SchedulingRulesVersion)
    ]


@router.get("/sessions/{session_id}/candidates", dependencies=PEOPLE_READ)
async def list_candidates(session: VisibleSession, db: Work, now: Now) -> RankedCandidatesOut:
    """Rank the instructors who could teach a class by the published rules, and name what refuses each of the others.

    The terms of each sum to the score. The class is ranked as if it had no instructor.
    """
    return RankedCandidatesOut.of(await candidates_for(db, session.id, now))


@router.get("/students/{student_id}/pairings", dependencies=PEOPLE_READ)
async def list_pairings(student_id: UUID, db: Work) -> list[PairingOut]:
    """List what is known of a student with instructors."""
    return [PairingOut.of(row) for row in await pairings.of_student(db, student_id)]


@router.put("/students/{student_id}/pairings/{instructor_id}", dependencies=PEOPLE_WRITE)
async def set_pairing(
    student_id: UUID, instructor_id: UUID, known: PairingIn, db: Work, who: TheCaller, now: Now
) -> PairingOut:
    """Say what is known of a student with an instructor: whom the family wants, how they get on, who is kept apart."""
    return PairingOut.of(await pairings.write(db, who, student_id, instructor_id, known, now))


@router.post("/instructors/{id}/cover/find", dependencies=PEOPLE_READ)
async def find_cover(id: UUID, absence: AbsenceIn, db: Work, now: Now) -> CoverOut:
    """Find who could take over an instructor's classes of a day, or of up to 14 days. Changes nothing.

    The fewest changes are chosen: classes of others move only where nobody free can take one.
    """
    return CoverOut.of(await cover.find_cover(db, id, absence.starts_at, absence.ends_at, now))


@router.post("/instructors/{id}/cover", dependencies=[needs(Permission.SESSIONS_WRITE)])
async def apply_cover(
    id: UUID, wanted: CoverIn, who: TheCaller, shared: Shared, now: Now, command: CommandId
) -> CoverOut:
    """Let others take over an instructor's classes, as they were found: all at once, and everybody is told.

    Refused with 409 if other changes would be made than those of the `fingerprint`.
    """
    absence = AbsenceIn(starts_at=wanted.starts_at, ends_at=wanted.ends_at, reason=wanted.reason)
    return CoverOut.of(await shared.covers.apply(who, id, absence, wanted.fingerprint, now, command))
