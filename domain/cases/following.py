"""What is to be done about a case next: whom to tell, how long to wait, when its story is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.cases.states import REOPENS_WITHIN, CaseState

REMIND_EVERY = timedelta(hours=24)  # from the due time on
MOST_REMINDERS = 7


class Reason(StrEnum):
    """Why people are told of a case."""

    OPENED = "opened"
    ESCALATED = "escalated"  # nobody has acknowledged it in time
    OVERDUE = "overdue"


class Act(StrEnum):
    TELL = "tell"
    WAKE = "wake"
    WAIT = "wait"
    END = "end"


@dataclass(frozen=True)
class CaseView:
    """What following a case needs to know of it."""

    state: CaseState
    due_at: datetime
    level: int  # steps of its escalation that were told; 0: nobody has been told yet
    levels: int  # steps that there are
    next_step_at: datetime | None  # when the next of them is to be told; None: all were
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True)
class Next:
    act: Act
    reason: Reason | None = None  # of TELL
    until: datetime | None = None  # of WAIT; None: for a change


def next_act(case: CaseView, now: datetime, reminders: int, reminded_at: datetime | None) -> Next:
    """The next act about a case, of which people were reminded so often and at last at that time."""
    if case.resolved_at is not None:
        over_at = case.resolved_at + REOPENS_WITHIN
        return Next(Act.END) if now >= over_at else Next(Act.WAIT, until=over_at)
    if case.state == CaseState.SNOOZED and case.snoozed_until is not None:
        if now >= case.snoozed_until:
            return Next(Act.WAKE)
        return Next(Act.WAIT, until=case.snoozed_until)
    escalates_at = case.next_step_at if case.state == CaseState.OPEN else None  # not once it is acknowledged
    if escalates_at is not None and now >= escalates_at:
        return Next(Act.TELL, Reason.ESCALATED if case.level else Reason.OPENED)
    reminds_at = _reminds_at(case, reminders, reminded_at)
    if reminds_at is not None and now >= reminds_at:
        return Next(Act.TELL, Reason.OVERDUE)
    return Next(
        Act.WAIT, until=min((at for at in (escalates_at, reminds_at) if at is not None), default=None)
    )


def _reminds_at(case: CaseView, reminders: int, reminded_at: datetime | None) -> datetime | None:
    if reminders >= MOST_REMINDERS:
        return None
    return case.due_at if reminded_at is None else reminded_at + REMIND_EVERY
