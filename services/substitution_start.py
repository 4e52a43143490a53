"""Where a substitution starts: what is called when the instructor of a class does not come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.errors import TransitionRefused
from domain.scheduling.offers import SubstitutionReason
from models.authorship import HOMEROOM
from workflows.client import SessionClient
from workflows.session.messages import Substitute


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


class SubstitutionByCommand:
    """Asks the workflow of the class for one, once for each start of the class."""

    def __init__(self, client: SessionClient) -> None:
        self._client = client

    async def start(self, absence: InstructorAbsence) -> None:
        wanted = Substitute(by=HOMEROOM, reason=SubstitutionReason.ABSENT)
        try:
            await self._client.substitute(absence.session_id, wanted, f"absent-{absence.moves}")
        except TransitionRefused:
            return  # the class is over
