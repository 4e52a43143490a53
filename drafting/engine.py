"""What a drafting engine does."""

from typing import Protocol

from domain.record.documentation import ClassRecord, Draft


class DraftingEngine(Protocol):
    @property
    def name(self) -> str: ...

    async def draft(self, record: ClassRecord) -> Draft:
        """A draft in which every citation holds. Raises Unavailable where another try is worth it."""
        ...
