"""Chat of a class: the events that record it, and its messages as they are read back.

Both the room page and the recorder report a message, with the same source id, so that it is recorded once and is not
lost while one of them is away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.presence.events import EventKind, EventSource, SessionEvent

MAX_CHARACTERS = 4000  # of a message
MAX_MESSAGE_ID = 64  # characters of LiveKit's id of the text stream


@dataclass(frozen=True)
class ChatMessage:
    id: str
    identity: str  # of who wrote it; empty: the school
    sent_at: datetime
    text: str


def chat_source_id(identity: str, message_id: str) -> str:
    """The source id of a message's event. Two people can choose the same message id."""
    return f"chat:{identity}:{message_id}"


def chat_data(message_id: str, text: str) -> dict[str, str]:
    """The data of a message's event."""
    return {"message_id": message_id[:MAX_MESSAGE_ID], "text": text[:MAX_CHARACTERS]}


def chat_event(identity: str, message_id: str, text: str, at: datetime) -> SessionEvent:
    """A message that the room page reports."""
    return SessionEvent(
        source=EventSource.CLIENT,
        source_id=chat_source_id(identity, message_id),
        kind=EventKind.CHAT,
        occurred_at=at,
        identity=identity,
        data=chat_data(message_id, text),
    )


def school_message_event(message_id: str, text: str, at: datetime) -> SessionEvent:
    """A message of the school, which is nobody in the room."""
    return SessionEvent(
        source=EventSource.SCHOOL,
        source_id=chat_source_id("school", message_id),
        kind=EventKind.CHAT,
        occurred_at=at,
        data=chat_data(message_id, text),
    )


def chat_message(source_id: str, identity: str | None, at: datetime, data: Mapping[str, Any]) -> ChatMessage:
    """The message that an event records. An event without a message id is named by its source id."""
    return ChatMessage(
        str(data.get("message_id") or source_id), identity or "", at, str(data.get("text") or "")
    )
