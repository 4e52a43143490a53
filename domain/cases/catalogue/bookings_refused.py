"""Rows of a file of classes that were refused."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.BOOKINGS_REFUSED,
    title="Classes of a file not booked",
    happened="Classes were booked from a file, and some of its rows were refused.",
    detected="The workflow of the import books the rows one after the other, and ends with rows that are refused.",
    cause="The import: it has one exception, which counts its refused rows.",
    concerns="Whoever sent the file, or else ops: the classes of these rows don't take place.",
    repair="The other rows are booked.",
    closes=(
        "Each refused row is corrected and booked, booked from a file that is sent later with the same external ids, or"
        " dismissed."
    ),
    runbook=(
        "Open the import: it says what is wrong with each row. Correct the rows there and book them, or dismiss them if"
        " the classes are not wanted. A row whose time is taken needs another time or instructor, or the class that is"
        " in its way moved."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.CORRECT_ROWS,),
)
