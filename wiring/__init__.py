"""The parts of a process, made once from the settings."""
