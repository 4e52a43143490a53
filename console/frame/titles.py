"""Codes as the pages call them."""

from domain.record.documentation import CheckOutcome, Section
from domain.sessions.timeline import Step

STEPS = {
    Step.BOOKING: "Booking",
    Step.CONFIRMATION: "Confirmation",
    Step.REMINDER: "Reminder",
    Step.BRIEFING: "Instructor briefing",
    Step.ROOM: "Room",
    Step.CREDENTIALS: "Access for participants",
    Step.LIVE: "Class",
    Step.CAPTURE: "Recording",
    Step.END: "End of class",
    Step.TRANSCRIPT: "Transcript",
    Step.DOCUMENTATION: "Draft",
    Step.REVIEW: "Review",
    Step.SUMMARY: "Summary to guardians",
    Step.RECORDS: "Records",
    Step.NEXT_BRIEFING: "Next briefing",
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
