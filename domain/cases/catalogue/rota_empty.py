"""An on-call rota on which nobody can be on duty."""

from datetime import timedelta

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.ROTA_EMPTY,
    title="On-call rota empty",
    happened="Nobody can be on duty on an on-call rota.",
    detected="Housekeeping looks at every rota in use and finds no member of it in use.",
    cause="The rota.",
    concerns="Ops: exceptions that the rota should answer are told to the next step of their ladder only.",
    repair="Nothing; the further steps of each ladder are told as planned.",
    closes="A member of the rota is in use again, or the rota is retired.",
    runbook=(
        "Open the rota and add members who work for you, or retire it if no rule uses it any more. Until then, enter"
        " somebody as an override."
    ),
    severity=Severity.NORMAL,
    owner=Owner.ADMIN,
    due_within=timedelta(hours=8),
    actions=(),
)
