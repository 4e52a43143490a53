"""All SQL. Functions take the unit of work (a session inside a transaction with tenant scope) and never commit."""
