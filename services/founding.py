"""Creates an organization with its first admin, who is invited by email, all in one transaction."""

from datetime import datetime
from uuid import UUID, uuid5

from domain.errors import Conflict
from domain.people.access import AccessRole, Principal
from models.access import Member
from models.database import Database
from models.organization import Organization
from models.repositories import organizations
from services.inputs.access import NewMember
from services.inputs.organizations import NewOrganization
from services.invitations import Invitations
from services.resources.catalogue import MEMBERS
from workflows.contracts.deliveries import DeliveryInput

_OPERATOR = "operator"


async def found_organization(
    database: Database,
    invitations: Invitations,
    new: NewOrganization,
    admin: NewMember,
    region: str,
    made: UUID,
    now: datetime,
) -> DeliveryInput | None:
    """Create an organization under the id `made`, which nobody else can choose.

    Returns the delivery of the invitation, to start after the commit; None if the organization was created before.
    Raises Conflict if it was created with other values, whose admin has been invited.
    """
    admin_id = uuid5(made, "first admin")
    async with database.tenant(made) as db:
        await organizations.ensure_region(db, region)
        if (existing := await organizations.get_organization(db)) is not None:
            invited = await db.get(Member, admin_id)
            if _described(existing, invited) != _described(new, admin):
                raise Conflict(
                    f"this form has created {existing.name} already, with what was entered first",
                    next_step="Open a new form for another organization.",
                )
            return None
        db.add(Organization(id=made, region=region, created_at=now, **new.model_dump()))
        await db.flush()
        member = await MEMBERS.create(db, made, admin_id, admin, now)
        return await invitations.write(db, Principal(made, AccessRole.ADMIN, _OPERATOR), member, now)


def _described(
    organization: Organization | NewOrganization, admin: Member | NewMember | None
) -> tuple[str | None, ...]:
    """What the operator enters."""
    own = (organization.name, organization.time_zone, organization.language)
    return (*own, admin.name, admin.email) if admin else own
