"""Somebody talked in a class and is not in its transcript."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.SPEAKER_MISSING,
    title="Speaker missing in the transcript",
    happened="This person talked in class, and the transcript has next to nothing of it.",
    detected=(
        "When the transcription ends, the seconds of talk that the recorder measured are compared with the "
        "words per speaker: at least half a minute of talk has a word every ten seconds. The detail has "
        "both counts."
    ),
    cause="The class and the person, once for each time that the class was taught.",
    concerns="The instructor, whose draft misses what the person said.",
    repair="None: the audio is stored and can be played.",
    closes="A later transcription has the words.",
    runbook=(
        "Listen to the person's audio on the class's page. If they speak, add what matters to the "
        "documentation by hand, and check that the policy names the language they speak. If it is noise "
        "from their room, resolve the case with this note."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS, Action.OPEN_REVIEW),
    about=Role.STUDENT,
)
