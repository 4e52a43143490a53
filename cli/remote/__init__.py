"""Commands for ops and integrators, all of which use the HTTP API."""
