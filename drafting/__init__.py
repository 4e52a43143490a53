"""From transcript and record to a draft whose every statement cites what was said."""
