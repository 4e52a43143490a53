"""Tells the workflows of exception cases of changes, after the commit that made them.

Each change of a case is counted in its row; what its workflow does not know of yet is told here, by whichever worker
looks first. A change that could not be told is told at the next look.
"""

import asyncio
import logging
from collections import defaultdict
from uuid import UUID

from domain.errors import HomeroomError
from models.database import Database
from models.repositories import cases
from models.repositories.cases import Unfollowed
from workflows.client import CaseClient

logger = logging.getLogger(__name__)

_MOST = 200  # cases of one look
_AT_ONCE = 10


class CaseFollower:
    def __init__(self, database: Database, client: CaseClient) -> None:
        self._database = database
        self._client = client

    async def follow(self) -> int:
        """Tell of the changes that are not told yet; returns how many cases were told. Raises Unavailable."""
        async with self._database.unscoped() as db:
            waiting = await cases.unfollowed(db, _MOST)
        limit = asyncio.Semaphore(_AT_ONCE)

        async def tell(case: Unfollowed) -> bool:
            async with limit:
                return await self._tell(case)

        known: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        for case, told in zip(waiting, await asyncio.gather(*map(tell, waiting)), strict=True):
            if told:
                known[case.organization_id][case.id] = case.changes
        for organization_id, changes in known.items():
            async with self._database.tenant(organization_id) as db:
                await cases.mark_followed(db, changes)
        return sum(map(len, known.values()))

    async def _tell(self, case: Unfollowed) -> bool:
        summary = f"Exception: {case.kind}, {case.severity}"
        try:
            await self._client.changed(case.organization_id, case.id, summary)
        except HomeroomError as error:
            logger.warning("a case waits for its workflow", extra={"reason": error.code})
            return False
        return True
