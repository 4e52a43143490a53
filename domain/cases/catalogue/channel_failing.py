"""A channel takes no alerts."""

from datetime import timedelta

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.CHANNEL_FAILING,
    title="Channel not working",
    happened="A channel does not take the alerts that are sent to it.",
    detected="The channel refuses an alert, or does not answer three times in a row.",
    cause="The channel.",
    concerns="Whoever reads the channel: they do not learn of exceptions there.",
    repair="Each alert is tried again for an hour; people who are told by mail are told as usual.",
    closes="The channel takes an alert or a test message.",
    runbook=(
        "Read the code. Check that the channel's address and secret are still valid where they come from, correct "
        "them on the channel, and send a test message."
    ),
    severity=Severity.NORMAL,
    owner=Owner.ADMIN,
    due_within=timedelta(hours=8),
    actions=(),
)
