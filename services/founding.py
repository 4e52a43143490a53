"""Creates an organization with its first admin, who is invited by email, all in one transaction."""

from datetime import datetime
from uuid import UUID, uuid5

from domain.people.access import AccessRole, Principal
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
    """
    async with database.tenant(made) as db:
        await organizations.ensure_region(db, region)
        if await organizations.get_organization(db) is not None:
            return None
        db.add(Organization(id=made, region=region, created_at=now, **new.model_dump()))
        await db.flush()
        member = await MEMBERS.create(db, made, uuid5(made, "first admin"), admin, now)
        return await invitations.write(db, Principal(made, AccessRole.ADMIN, _OPERATOR), member, now)
