"""How long an instructor takes to review the draft of a half-hour class, by keys, reading and listening."""
