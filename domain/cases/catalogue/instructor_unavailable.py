"""The instructor of a class to come cannot teach it any more."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.INSTRUCTOR_UNAVAILABLE,
    title="Instructor not free for a coming class",
    happened="A class is booked that its instructor cannot teach by the rules about them.",
    detected=(
        "Every 30 minutes, the classes of the next 28 days are compared with their instructors' leave, hours, limits, "
        "qualifications, certificates, background checks and imported calendars. Of classes that only together are "
        "too many or too close, the later ones are reported."
    ),
    cause="The class and its instructor.",
    concerns="The instructor, and the families of the class.",
    repair="None: the class stays booked until somebody decides.",
    closes=(
        "The class or what is known of the instructor changes so that the rules are kept, or the class is cancelled."
    ),
    runbook=(
        "If a certificate or background check has expired by then, enter the renewed one on the instructor's page. "
        "Otherwise ask the instructor whether they teach the class all the same. If not, find a substitute or move "
        "the class; an instructor's whole day is best covered at once."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=8),
    actions=(Action.FIND_SUBSTITUTE, Action.OPEN_CLASS, Action.OPEN_PERSON),
    about=Role.INSTRUCTOR,
)
