"""The interface of a drafting engine."""

from typing import Protocol

from domain.record.documentation import ClassRecord, Draft


class DraftingEngine(Protocol):
    """Drafts the documentation of one class."""

    @property
    def name(self) -> str: ...

    async def draft(self, record: ClassRecord) -> Draft:
        """A draft in which every statement is supported by its citations. Raises Unavailable if a retry may help."""
        ...
