"""Codes as the pages call them."""

from domain.record.documentation import CheckOutcome, Section
from domain.sessions.timeline import Step

STEPS = {
    Step.BOOKING: "Booked",
    Step.CONFIRMATION: "Confirmation sent",
    Step.REMINDER: "Reminder sent",
    Step.BRIEFING: "Instructor briefed",
    Step.ROOM: "Room ready",
    Step.CREDENTIALS: "Participants admitted",
    Step.LIVE: "Class live",
    Step.CAPTURE: "Recording",
    Step.END: "Class ended",
    Step.TRANSCRIPT: "Transcript",
    Step.DOCUMENTATION: "Documentation drafted",
    Step.REVIEW: "Reviewed and approved",
    Step.SUMMARY: "Guardians notified",
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
    CheckOutcome.PARTLY: "Partly correct",
    CheckOutcome.INCORRECT: "Incorrect",
    CheckOutcome.UNANSWERED: "Not answered",
    CheckOutcome.UNCLEAR: "Unclear",
}
CANCELLATIONS = {
    "instructor_unavailable": "Instructor unavailable",
    "student_unavailable": "Students unavailable",
    "technical": "Technical problem",
    "holiday": "Holiday",
    "unspecified": "Other",
}
SAID = {
    "made": "Added.",
    "saved": "Saved.",
    "retired": "Retired. You can restore it at any time.",
    "restored": "Restored.",
    "booked": "Class booked. Everyone will be notified.",
    "enrolled": "Enrolled.",
    "left": "Unenrolled.",
    "moved": "Order saved.",
    "removed": "Removed.",
    "assigned": "Assigned.",
    "resolved": "Resolved.",
    "reopened": "Reopened.",
    "revoked": "Revoked. The key no longer works.",
    "known": "This key already exists. Its secret is shown only once; rotate the key to get a new one.",
}
