"""A drafting engine that falls back to a second engine when the first one fails."""

import logging

from domain.errors import DraftingFailed
from domain.record.documentation import ClassRecord, Draft
from drafting.engine import DraftingEngine

logger = logging.getLogger(__name__)


class FallbackEngine:
    """The draft names the engine that wrote it. Raises the primary's Unavailable and whatever the secondary raises."""

    def __init__(self, primary: DraftingEngine, secondary: DraftingEngine) -> None:
        self._primary, self._secondary = primary, secondary
        self.name = f"{primary.name}, else {secondary.name}"

    async def draft(self, record: ClassRecord) -> Draft:
        try:
            return await self._primary.draft(record)
        except DraftingFailed as error:
            logger.warning(
                "the first drafting engine failed, the second one drafts", extra={"code": error.code}
            )
            return await self._secondary.draft(record)
