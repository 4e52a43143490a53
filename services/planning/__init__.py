"""Plans and rankings over the database: the engine's problem from the rows, and its answers with names and reasons."""
