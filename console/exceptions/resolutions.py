"""The usual reasons for which exceptions are resolved."""

USUAL_REASONS = (
    "Contacted the people concerned",
    "Fixed",
    "Class went on without it",
    "Class was moved or cancelled",
    "False alarm",
)
