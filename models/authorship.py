"""Who caused the changes of a transaction, for the change log."""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def author(actor: str) -> Iterator[None]:
    """Write transactions within to the change log as those of an actor whose command a workflow carries out."""
    token = authorship.set(Authorship(actor=actor or HOMEROOM))
    try:
        yield
    finally:
        authorship.reset(token)
