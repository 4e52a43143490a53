"""Codes as the pages call them."""

from domain.record.documentation import CheckOutcome, Section
from domain.sessions.timeline import Step

STEPS = {
    Step.BOOKING: "Booked",
    Step.CONFIRMATION: "Confirmation sent",
    Step.REMINDER: "Reminder sent",
    Step.BRIEFING: "Instructor briefed",
    Step.ROOM: "Room made",
    Step.CREDENTIALS: "Participants admitted",
    Step.LIVE: "Class live",
    Step.CAPTURE: "Recording",
    Step.END: "Class ended",
    Step.TRANSCRIPT: "Transcript",
    Step.DOCUMENTATION: "Documentation drafted",
    Step.REVIEW: "Reviewed and approved",
    Step.SUMMARY: "Guardians told",
    Step.RECORDS: "Records filed",
    Step.NEXT_BRIEFING: "Next briefing ready",
}
SECTIONS = {
    Section.TOPICS: "Topics",
    Section.PRACTISED: "What was practised",
    Section.COMPREHENSION: "Comprehension checks",
    Section.HOMEWORK: "Homework",
    Section.NEXT_STEPS: "Next steps",
}
OUTCOMES = {
    CheckOutcome.CORRECT: "Correct",
    CheckOutcome.PARTLY: "Partly",
    CheckOutcome.INCORRECT: "Incorrect",
    CheckOutcome.UNANSWERED: "Unanswered",
    CheckOutcome.UNCLEAR: "Unclear",
}
CANCELLATIONS = {
    "instructor_unavailable": "The instructor cannot",
    "student_unavailable": "The students cannot",
    "technical": "Technical trouble",
    "holiday": "Holiday",
    "unspecified": "Another reason",
}
SAID = {
    "made": "Added.",
    "saved": "Saved.",
    "retired": "Retired. It can be restored at any time.",
    "restored": "Back in use.",
    "booked": "The class is booked. Everybody is told.",
    "enrolled": "Enrolled.",
    "left": "No longer enrolled.",
    "moved": "The order has changed.",
    "removed": "Removed.",
    "assigned": "Assigned.",
    "resolved": "Resolved.",
    "reopened": "Open again.",
    "revoked": "Revoked. It does not work from now on.",
    "known": "This key was made already. Its secret is shown once; rotate it for another.",
}
