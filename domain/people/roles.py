"""Roles of participants in a class, and the names of rooms, identities and topics in LiveKit."""

from enum import StrEnum

LINK_VERSION = "link_version"  # attribute of a connection: the version of the join link that it was made with
MESSAGE_TOPIC = "homeroom.message"  # of the data messages that carry what the school says to a class
HAND_TOPIC = "homeroom.hand"  # of the data messages of the room page about raised hands


class Role(StrEnum):
    INSTRUCTOR = "instructor"
    STUDENT = "student"
    OBSERVER = "observer"  # a guest or a member of ops: takes part but does not count for attendance


def identity_of(participant_id: object) -> str:
    """The LiveKit identity of a participant: the participant's id as text."""
    return str(participant_id)


def capture_identity(session_id: object) -> str:
    """The LiveKit identity of the hidden recorder of a session."""
    return f"capture-{session_id}"


def room_name(session_id: object) -> str:
    """The LiveKit room of a session; the name reveals nothing but the session id."""
    return f"session-{session_id}"


def session_id_of_room(name: str) -> str | None:
    """The session id in a room name, None for a room that is not Homeroom's."""
    return name.removeprefix("session-") if name.startswith("session-") else None
