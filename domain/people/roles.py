"""Roles of a participant in a class."""

from enum import StrEnum


class Role(StrEnum):
    INSTRUCTOR = "instructor"
    STUDENT = "student"
    OBSERVER = "observer"  # a guest or a member of ops: sees, hears and speaks, is not part of the class's attendance


def identity_of(participant_id: object) -> str:
    """The LiveKit identity of a participant: opaque, the participant's id as text."""
    return str(participant_id)


def capture_identity(session_id: object) -> str:
    """The LiveKit identity of the hidden recorder of a session."""
    return f"capture-{session_id}"


def room_name(session_id: object) -> str:
    """The LiveKit room of a session: opaque."""
    return f"session-{session_id}"


def session_id_of_room(name: str) -> str | None:
    """The session id a room name stands for, or None for a room that is not Homeroom's."""
    return name.removeprefix("session-") if name.startswith("session-") else None
