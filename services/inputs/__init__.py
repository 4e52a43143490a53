"""Validated inputs of use cases, shared by the API, the console and bulk import."""
