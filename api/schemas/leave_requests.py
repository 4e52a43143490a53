"""Response bodies of leave requests."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.leave import LeaveState
from domain.scheduling.offers import SubstitutionReason
from models.leave_request import LeaveRequest
from services.inputs.fields import Schema
from services.leave_requests import ShownLeave


class LeaveRequestOut(Schema):
    id: UUID
    instructor_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    reason: SubstitutionReason
    note: str
    state: LeaveState
    answer: str
    decided_by: str | None
    decided_at: AwareDatetime | None
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: LeaveRequest) -> Self:
        return cls(**{name: getattr(row, name) for name in LeaveRequestOut.model_fields})


class ShownLeaveOut(LeaveRequestOut):
    session_ids: list[UUID] = Field(description="The instructor's booked classes in this time.")

    @classmethod
    def of_shown(cls, shown: ShownLeave) -> Self:
        own = LeaveRequestOut.of(shown.request).model_dump()
        return cls(**own, session_ids=[session.id for session in shown.classes])
