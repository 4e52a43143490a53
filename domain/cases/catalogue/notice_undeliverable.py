"""A message cannot be delivered."""

from datetime import timedelta

from domain.cases.kinds import Action, AfterCancellation, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.NOTICE_UNDELIVERABLE,
    title="Message not delivered",
    happened="A message could not be delivered.",
    detected="The mail server refuses the address, the message cannot be written, or its time has passed.",
    cause="The message; for messages about an account, the person and the day.",
    concerns="The person who was to read it.",
    repair="A mail server that does not answer is tried again until the message is too late to be of use.",
    closes="Nothing.",
    runbook=(
        "Read the code. A refused address: call the person, correct the address on their page, and send the "
        "message again from its page. A message that came too late: the mail server was down; send it again "
        "if it is still true."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_MESSAGE, Action.OPEN_PERSON),
    outage=Outage.MAIL,
    after_cancellation=AfterCancellation.STAYS,
)
