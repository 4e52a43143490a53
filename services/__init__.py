"""Use cases, one module per noun, for every door and every activity: plain inputs in, rows or views out."""
