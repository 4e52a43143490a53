"""Sends a message of the school to everybody in the room of a class, and puts it on the record of its chat."""

import json
from datetime import datetime
from uuid import UUID

from domain.people.access import Principal
from domain.people.roles import MESSAGE_TOPIC
from domain.presence.chat import school_message_event
from domain.sessions.acts import Act, require_possible
from media_bridge.rooms import LiveKitRooms
from models.database import Database
from models.repositories import change_log, events, sessions


class RoomMessages:
    def __init__(self, database: Database, rooms: LiveKitRooms) -> None:
        self._database = database
        self._rooms = rooms

    async def send(
        self, who: Principal, session_id: UUID, message_id: UUID, text: str, now: datetime
    ) -> None:
        """Record the message and show it to those in the room; who comes later reads it in the chat.

        Called again with the same id, it is recorded once. Raises NotFound, TransitionRefused for a class whose room is
        not open, Unavailable if LiveKit does not answer.
        """
        event = school_message_event(str(message_id), text, now)
        async with self._database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            require_possible(Act.MESSAGE, session.state, session.ends_at, now)
            if await events.record(db, who.organization_id, [(session_id, event)]):
                await change_log.add(db, who.organization_id, "session.messaged", session_id, session_id)
        message = {"id": event.data["message_id"], "sent_at": now.isoformat(), "text": event.data["text"]}
        await self._rooms.send_data(session_id, MESSAGE_TOPIC, json.dumps(message).encode())
