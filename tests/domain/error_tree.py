"""Lists an error class and all classes below it."""

from domain.errors import HomeroomError


def tree(base: type[HomeroomError] = HomeroomError) -> list[type[HomeroomError]]:
    return [base, *(below for child in base.__subclasses__() for below in tree(child))]
