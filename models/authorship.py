"""Who caused the changes of a transaction, for the change log."""

from contextvars import ContextVar
from dataclasses import dataclass

HOMEROOM = "homeroom"


@dataclass
class Authorship:
    """The request and its actor. Filled step by step: the actor is known only after authentication."""

    request_id: str = ""
    actor: str = HOMEROOM  # the actor of changes that workflows make


_NOBODY = Authorship()
authorship: ContextVar[Authorship] = ContextVar("authorship", default=_NOBODY)
