"""How often staff has to act on classes in a week, by the number of sessions."""
