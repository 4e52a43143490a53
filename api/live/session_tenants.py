"""Looks up the organization of a session, for events that carry only the session's id."""

from collections.abc import Collection, Mapping
from uuid import UUID

from models.database import Database
from models.repositories import sessions

_MAX_CACHED = 50_000


class SessionTenants:
    """Caches the result: a session never changes its organization."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: dict[UUID, UUID] = {}

    async def of_session(self, session_id: UUID) -> UUID | None:
        """The session's organization; None for a session that does not exist. Raises Unavailable."""
        return (await self.of_sessions([session_id])).get(session_id)

    async def of_sessions(self, session_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Session to organization, without sessions that do not exist. Raises Unavailable."""
        result = {key: self._cache[key] for key in session_ids if key in self._cache}
        if missing := set(session_ids) - result.keys():
            async with self._database.unscoped() as db:
                fresh = await sessions.tenants_of_sessions(db, missing)
            if len(self._cache) + len(fresh) > _MAX_CACHED:
                self._cache.clear()  # `result` already holds what this call needs
            self._cache |= fresh
            result |= fresh
        return result

    def forget(self, session_id: UUID) -> None:
        """Drop a deleted session from the cache."""
        self._cache.pop(session_id, None)
