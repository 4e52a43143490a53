"""Settings and logging, read only by entry points and wiring; all other code takes values in constructors."""
