"""All SQL, a module per noun. Functions take a unit of work (a transaction with tenant scope) and never commit."""
