"""Translates violations of database constraints into domain errors."""

from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict, HomeroomError, UnknownReference

_UNIQUE, _FOREIGN = "23505", "23503"  # SQLSTATE


def as_domain_error(error: IntegrityError) -> HomeroomError:
    """The refusal of a request that conflicts with another one. Raises the error itself where it is our own fault."""
    state = getattr(error.orig, "sqlstate", None)
    if state == _UNIQUE:
        return Conflict("this already exists", next_step="Read the existing one.")
    if state == _FOREIGN:
        return UnknownReference("it refers to something that doesn't exist", next_step="Check the ids.")
    raise error
