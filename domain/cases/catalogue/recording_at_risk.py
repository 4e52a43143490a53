"""Audio waits on a worker because the store or the disk does not take it."""

from datetime import timedelta

from domain.cases.kinds import Action, AfterCancellation, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.RECORDING_AT_RISK,
    title="Audio cannot be stored",
    happened="What is said is kept on a worker, because the store or its disk does not take it.",
    detected=(
        "A finished piece of audio waits for the store for ten seconds, or the disk takes none for five. The detail "
        "names the part (the store, or the worker's disk) and the worker."
    ),
    cause="The class, the part that refuses and the worker on which audio waits.",
    concerns="Ops: nothing is lost as long as the worker and its disk last.",
    repair="Uploads are tried again until the store takes them; on a full disk, audio waits in memory.",
    closes="Everything that waited is stored.",
    runbook=(
        "For the store: see that it answers, that its credentials are valid and that it has room. For the "
        "disk: free space in the recorder's spool folder (`HOMEROOM_SPOOL_DIR`). Do not end the worker "
        "while audio waits in memory."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=10),
    actions=(Action.OPEN_CLASS,),
    outage=Outage.STORE,
    after_cancellation=AfterCancellation.STAYS,
)
