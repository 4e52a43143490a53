"""The link in a guardian's mails."""

from datetime import datetime
from uuid import UUID

from api.operations.sign_in import Entered, let_in
from api.state import State
from domain.errors import LinkExpired
from integrations.links import mark_of
from models.people import Guardian
from models.repositories import sign_ins


async def guardian_of(shared: State, token: str, now: datetime) -> tuple[UUID, UUID]:
    """Organization and guardian. Raises LinkInvalid, LinkExpired; also for an address that is theirs no more."""
    tenant, guardian_id, mark = shared.links.read_family(token, now)
    async with shared.database.tenant(tenant) as db:
        guardian = await sign_ins.person(db, "guardian", guardian_id)
    if not isinstance(guardian, Guardian) or mark_of(guardian.email) != mark:
        raise LinkExpired("this link was for an address or an account that is no longer in use")
    return tenant, guardian_id


async def open_family(shared: State, token: str, now: datetime) -> Entered:
    """Raises LinkInvalid, LinkExpired."""
    tenant, guardian_id = await guardian_of(shared, token, now)
    return await let_in(shared.database, tenant, "guardian", guardian_id, "link", now)
