"""The states of an instructor's request for leave."""

from enum import StrEnum


class LeaveState(StrEnum):
    ASKED = "asked"  # waits for staff
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the instructor, before anybody decided
