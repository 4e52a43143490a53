"""The time that an instructor takes to review the draft of a half-hour class: keys, reading and listening."""
