"""Whose a session is, for what comes with a session's id alone."""

from uuid import UUID

from models.database import Database
from models.repositories import organizations

_MOST_KNOWN = 50_000


class Tenants:
    """Asks the database once per session."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[UUID, UUID] = {}

    async def of_session(self, session_id: UUID) -> UUID | None:
        """None for a session that does not exist. Raises Unavailable."""
        if (known := self._known.get(session_id)) is not None:
            return known
        async with self._database.unscoped() as db:
            tenant = await organizations.tenant_of_session(db, session_id)
        if tenant is not None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[session_id] = tenant
        return tenant
