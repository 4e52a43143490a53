"""Activities of a substitution: start the search for a class, and make its next offers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from domain.scheduling.offers import SubstitutionState
from workflows.contracts.common import SessionRef


@dataclass(frozen=True)
class StartSubstitutionInput:
    session: SessionRef
    region: str
    number: int  # of the requests for this class
    reason: str = ""  # a code
    by: str = ""  # an actor; empty: Homeroom itself
    instructor_id: UUID | None = None
    broadcast: bool = False


@dataclass(frozen=True)
class StartedSubstitution:
    substitution_id: UUID  # of the search that goes on, if there was one


@dataclass(frozen=True)
class SubstitutionRef:
    organization_id: UUID
    session_id: UUID
    substitution_id: UUID


@dataclass(frozen=True)
class SearchState:
    state: SubstitutionState
    look_again_at: datetime | None = None  # None: the search is over


class Substitutions:
    @activity.defn(name="start_substitution")
    async def start(self, request: StartSubstitutionInput) -> StartedSubstitution:
        """Write the search and start its workflow. Called again with the same number, it starts nothing twice."""
        raise NotImplementedError

    @activity.defn(name="advance_substitution")
    async def advance(self, ref: SubstitutionRef) -> SearchState:
        """Make the offers that are due, or end the search, and tell the class's workflow who teaches it now.

        Called again, it asks nobody twice.
        """
        raise NotImplementedError
