"""How much a recurrence rule costs until it is refused, or expanded."""
