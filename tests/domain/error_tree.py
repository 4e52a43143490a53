"""The classes of errors below a base."""

from domain.errors import HomeroomError


def tree(base: type[HomeroomError] = HomeroomError) -> list[type[HomeroomError]]:
    return [base, *(below for child in base.__subclasses__() for below in tree(child))]
