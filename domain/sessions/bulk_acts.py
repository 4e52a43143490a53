"""What staff can do to many classes at once."""

from enum import StrEnum


class ClassAct(StrEnum):
    CANCEL = "cancel"
    MOVE = "move"
    SUBSTITUTE = "substitute"  # find another instructor
