"""Use cases, one module per noun, called by the API, the console and the activities: plain inputs in, rows out."""
