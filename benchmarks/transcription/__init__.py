"""The lag of the live transcript behind a running class."""
