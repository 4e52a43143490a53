"""The verbs of ops and integrators: each asks the HTTP API, as any other program would."""
