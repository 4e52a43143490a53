"""Whose request a transaction is of, for the log of changes."""

from contextvars import ContextVar
from dataclasses import dataclass

HOMEROOM = "homeroom"


@dataclass
class Authorship:
    """Filled as the request goes on: who asks is known later than that somebody asks."""

    request_id: str = ""
    actor: str = HOMEROOM  # what nobody asked for is done by workflows


_NOBODY = Authorship()
authorship: ContextVar[Authorship] = ContextVar("authorship", default=_NOBODY)
