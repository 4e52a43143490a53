"""Who is told of exceptions: the rules as drafts and published versions, what-ifs, and each member's preferences."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.http.authentication import needs
from api.http.dependencies import Now, TheCaller, Work
from api.http.etags import IfMatch, etag, required_version
from api.http.idempotency import ApiRoute
from api.schemas.routing import CaseRoutingOut, ComparisonOut, RulesVersionOut, TriedOut
from domain.people.access import Permission
from models.case_routing import CaseRouting
from models.repositories import rule_versions
from services import case_routing, routing_changes
from services.inputs.routing import AlertPreferences, Compared, Publication, RulesIn, WhatIf

router = APIRouter(prefix="/v1", tags=["routing"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.ROUTING_READ)], [needs(Permission.ROUTING_WRITE)]
MemberId = Annotated[UUID, Path(alias="id")]


@router.get("/case-routing", dependencies=READ)
async def get_case_routing(db: Work) -> CaseRoutingOut:
    """Read the published rules and the draft, with what is wrong with it."""
    return CaseRoutingOut.of(await case_routing.current(db))


@router.put("/case-routing", dependencies=WRITE)
async def save_case_routing(
    rules: RulesIn, db: Work, who: TheCaller, now: Now, response: Response, if_match: IfMatch = None
) -> CaseRoutingOut:
    """Save a draft of the rules. It routes nothing until it is published, and may have problems until then.

    With `If-Match`, a draft that somebody has changed since is not overwritten.
    """
    version = required_version(if_match) if if_match is not None else None
    row = await case_routing.save_draft(db, who, rules.rules, version, now)
    response.headers["ETag"] = etag(row.version)
    return CaseRoutingOut.of(await case_routing.current(db))


@router.post("/case-routing/publish", dependencies=WRITE)
async def publish_case_routing(
    publication: Publication, db: Work, who: TheCaller, now: Now
) -> CaseRoutingOut:
    """Route exceptions by the draft from now on. Those that are open keep the rules they were opened under."""
    await case_routing.publish(db, who, publication.number, now)
    return CaseRoutingOut.of(await case_routing.current(db))


@router.post("/case-routing/try", dependencies=READ)
async def try_case_routing(what: WhatIf, db: Work, now: Now) -> TriedOut:
    """See what would become of an exception: which rule decides, and who is told, when and how. Changes nothing."""
    return TriedOut.of(await case_routing.try_out(db, what, now))


@router.post("/case-routing/compare", dependencies=READ)
async def compare_case_routing(compared: Compared, db: Work, now: Now) -> ComparisonOut:
    """List the exceptions of the last seven days that rules would have sent elsewhere. Changes nothing."""
    rules = compared.rules
    if rules is None:
        rules = case_routing.rules_of(await rule_versions.latest(db, CaseRouting))
    return ComparisonOut.of(await routing_changes.compare(db, rules, now))


@router.get("/case-routing/versions", dependencies=READ)
async def list_case_routing_versions(db: Work) -> list[RulesVersionOut]:
    """List all versions of the rules, the latest first."""
    return [RulesVersionOut.of(row) for row in await rule_versions.versions(db, CaseRouting)]


@router.get("/members/{id}/alert-preferences", dependencies=READ)
async def get_alert_preferences(member_id: MemberId, db: Work) -> AlertPreferences:
    """Read when a member of staff is told of exceptions."""
    return await case_routing.preferences(db, member_id)


@router.put("/members/{id}/alert-preferences", dependencies=READ)
async def set_alert_preferences(
    member_id: MemberId, wanted: AlertPreferences, db: Work, who: TheCaller, now: Now
) -> AlertPreferences:
    """Set when a member of staff is told of exceptions. Everybody sets their own; admins set those of all."""
    return await case_routing.set_preferences(db, who, member_id, wanted, now)
