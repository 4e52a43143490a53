"""What staff can do to many classes at once."""

from enum import StrEnum


class ClassAct(StrEnum):
    CANCEL = "cancel"
    MOVE = "move"
    SUBSTITUTE = "substitute"  # find another instructor
    OPEN_TO_VOLUNTEERS = (
        "open_to_volunteers"  # offer them to all who can take them: the first who does has it
    )
    CLOSE_TO_VOLUNTEERS = "close_to_volunteers"
