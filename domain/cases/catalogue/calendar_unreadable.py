"""The own calendar of an instructor can no longer be read."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.CALENDAR_UNREADABLE,
    title="Instructor's calendar not readable",
    happened="The own calendar of an instructor could not be read for a day.",
    detected="The address of the calendar is read every 30 minutes, and has failed for 24 hours.",
    cause="The instructor.",
    concerns="The instructor: what they have planned since is not seen, and classes may be booked over it.",
    repair="It is read again every 30 minutes. The busy times that were read last go on to count.",
    closes="The calendar is read again, replaced or removed.",
    runbook=(
        "Read the reason beside the calendar on the instructor's page. Ask the instructor for the calendar's present "
        "secret address and enter it, or remove the calendar."
    ),
    severity=Severity.LOW,
    owner=Owner.OPS,
    due_within=timedelta(days=2),
    actions=(Action.OPEN_PERSON,),
)
