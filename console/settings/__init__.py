"""The organization, its rules, keys and audit log."""
