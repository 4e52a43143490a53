"""Activities that follow one exception case."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from domain.cases.following import CaseView, Reason


@dataclass(frozen=True)
class CaseRef:
    organization_id: UUID
    case_id: UUID


@dataclass(frozen=True)
class TellInput:
    case: CaseRef
    reason: Reason
    level: int  # steps of its escalation that were told before
    reminders: int = 0  # that were sent before


class CaseFollowing:
    @activity.defn(name="look_at_case")
    async def look(self, case: CaseRef) -> CaseView:
        raise NotImplementedError

    @activity.defn(name="tell_of_case")
    async def tell(self, telling: TellInput) -> int:
        """Write the messages to those who have to know now; returns how many. Told before, it writes none."""
        raise NotImplementedError

    @activity.defn(name="wake_case")
    async def wake(self, case: CaseRef) -> None:
        """Bring back a case whose snooze is over."""
        raise NotImplementedError
