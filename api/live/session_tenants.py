"""Whose a session is, for what comes with a session's id alone."""

from collections.abc import Collection, Mapping
from uuid import UUID

from models.database import Database
from models.repositories import sessions

_MOST_KNOWN = 50_000


class Tenants:
    """Asks the database once per session."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[UUID, UUID] = {}

    async def of_session(self, session_id: UUID) -> UUID | None:
        """None for a session that does not exist. Raises Unavailable."""
        return (await self.of_sessions([session_id])).get(session_id)

    async def of_sessions(self, session_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Without those that do not exist. Raises Unavailable."""
        found = {key: self._known[key] for key in session_ids if key in self._known}
        if unknown := set(session_ids) - found.keys():
            async with self._database.unscoped() as db:
                fresh = await sessions.tenants_of_sessions(db, unknown)
            if len(self._known) + len(fresh) > _MOST_KNOWN:
                self._known.clear()  # what a caller has found already is its own
            self._known |= fresh
            found |= fresh
        return found

    def forget(self, session_id: UUID) -> None:
        self._known.pop(session_id, None)
