"""Every class gets a draft: where the first engine gives none, the second one writes it."""

import logging

from domain.errors import DraftingFailed
from domain.record.documentation import ClassRecord, Draft
from drafting.engine import DraftingEngine

logger = logging.getLogger(__name__)


class FallbackEngine:
    """The draft names the engine that wrote it. Raises what the second raises, and the first's Unavailable."""

    def __init__(self, first: DraftingEngine, second: DraftingEngine) -> None:
        self._first, self._second = first, second
        self.name = f"{first.name}, else {second.name}"

    async def draft(self, record: ClassRecord) -> Draft:
        try:
            return await self._first.draft(record)
        except DraftingFailed as error:
            logger.warning(
                "the first drafting engine failed, the second one drafts", extra={"code": error.code}
            )
            return await self._second.draft(record)
