"""How soon an unrecorded class has a case whose owner is told, and an absent instructor a substitute."""
