"""People talked in a class and its transcript has no words."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.TRANSCRIPT_EMPTY,
    title="Transcript empty",
    happened="People talked in this class, and its transcript has no words.",
    detected=(
        "When the transcription ends, the seconds of talk that the recorder measured are compared with the "
        "words per speaker: at least half a minute of talk has a word every ten seconds. The detail has "
        "both counts."
    ),
    cause="The class, once for each time that it was taught.",
    concerns="The instructor, who gets no draft.",
    repair="None: the audio is stored and can be played.",
    closes="A later transcription has the words.",
    runbook=(
        "Listen to the audio on the class's page. If people speak, the model of the transcription workers "
        "does not understand them: check that the policy names the languages of the class. If it is noise, "
        "resolve the case with this note."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS,),
)
