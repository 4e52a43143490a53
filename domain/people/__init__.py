"""People: roles, permissions, languages, signing in."""
