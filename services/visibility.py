"""Whether a caller may see a class, checked in a transaction of its own.

A command waits for a workflow's answer and must not hold a database connection meanwhile.
"""

from uuid import UUID

from domain.people.access import Principal
from models.database import Database
from models.repositories import sessions
from models.session import Session


async def visible_session(database: Database, who: Principal, session_id: UUID) -> Session:
    """Raises NotFound for a class the caller has no part in, as for one that does not exist."""
    async with database.tenant(who.organization_id) as db:
        return await sessions.get_visible(db, session_id, who)
