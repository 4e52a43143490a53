"""Where a substitution starts: what is called when the instructor of a class does not come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class InstructorAbsence:
    """The instructor has not come to this start of a class, which is still to be taught."""

    organization_id: UUID
    session_id: UUID
    starts_at: datetime
    moves: int  # of the class so far: tells its starts apart


class SubstitutionStarter(Protocol):
    async def start(self, absence: InstructorAbsence) -> None:
        """Start a substitution. It may be called several times for one absence, and then starts one.

        Raises Unavailable, and is called again.
        """


class NoSubstitution:
    """Starts none: the case alone tells ops."""

    async def start(self, absence: InstructorAbsence) -> None:
        pass
