"""The client of LiveKit's room service: makes, closes and lists the rooms of sessions and their participants."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
from livekit import api as livekit_api
from livekit.protocol import models as proto

from domain.errors import NotFound, Unavailable
from domain.people.roles import LINK_VERSION, room_name, session_id_of_room
from media_bridge.vendor_errors import livekit_errors

_HIDDEN_KINDS = frozenset({proto.ParticipantInfo.AGENT, proto.ParticipantInfo.EGRESS})


@dataclass(frozen=True)
class Room:
    """A LiveKit room of a session. `sid` differs between two rooms made for the same session."""

    session_id: UUID
    sid: str
    created_at: datetime


@dataclass(frozen=True)
class Track:
    sid: str
    source: str  # "microphone", "camera", "screen_share", "screen_share_audio" or "unknown"
    muted: bool


@dataclass(frozen=True)
class RoomParticipant:
    """One connection, as the server lists it."""

    identity: str
    sid: str
    kind: str  # "standard", "agent", "egress", …
    hidden: bool  # a machine, such as the recorder
    joined_at: datetime
    tracks: tuple[Track, ...]
    link_version: int = 0  # of the join link that the connection was made with


class LiveKitRooms:
    """The rooms of one LiveKit server or cluster.

    Calls make one attempt; the caller decides on retries. They raise Unavailable for errors worth a retry and the other
    domain errors for the rest. An HTTP client is kept per event loop: call aclose() in each.
    """

    def __init__(self, url: str, api_key: str, api_secret: str, *, timeout: float = 8) -> None:
        """`timeout` in seconds, for a whole call."""
        self._url, self._key, self._secret, self._timeout = url, api_key, api_secret, timeout
        self._clients: dict[asyncio.AbstractEventLoop, livekit_api.LiveKitAPI] = {}

    async def ensure_room(
        self,
        session_id: UUID,
        *,
        empty_timeout: timedelta,
        departure_timeout: timedelta,
        finished: Collection[str] = (),
    ) -> Room:
        """Makes the room; an existing one stays as it is.

        LiveKit closes it when nobody has joined for `empty_timeout`, or `departure_timeout` after the last person left.
        `finished` are the sids of earlier rooms of the session: while LiveKit closes one it may still give it out, and
        throw out everybody who joins. Raises Unavailable if it gives it out again.
        """
        for _ in range(2):
            room = await self._create_room(session_id, empty_timeout, departure_timeout)
            if room.sid not in finished:
                return room
            await self.close_room(session_id)
        raise Unavailable("LiveKit is still closing the earlier room")

    async def _create_room(
        self, session_id: UUID, empty_timeout: timedelta, departure_timeout: timedelta
    ) -> Room:
        request = livekit_api.CreateRoomRequest(
            name=room_name(session_id),
            empty_timeout=int(empty_timeout.total_seconds()),
            departure_timeout=int(departure_timeout.total_seconds()),
        )
        with livekit_errors("CreateRoom"):
            return _room(session_id, await self._client.room.create_room(request))

    async def close_room(self, session_id: UUID) -> None:
        """Closes the room and disconnects everybody. A room that does not exist counts as closed."""
        try:
            with livekit_errors("DeleteRoom"):
                await self._client.room.delete_room(livekit_api.DeleteRoomRequest(room=room_name(session_id)))
        except NotFound:
            return

    async def list_rooms(self) -> list[Room]:
        """All rooms that belong to a session; other rooms of a shared server are left out."""
        with livekit_errors("ListRooms"):
            listed = await self._client.room.list_rooms(livekit_api.ListRoomsRequest())
        rooms = ((session_of(room.name), room) for room in listed.rooms)
        return [_room(session_id, room) for session_id, room in rooms if session_id is not None]

    async def list_participants(self, session_id: UUID) -> list[RoomParticipant]:
        """Everybody in the room, the hidden recorder included.

        Call it only for a room that list_rooms() shows: LiveKit takes 15 seconds to answer for a missing one. Raises
        NotFound or Unavailable for it.
        """
        request = livekit_api.ListParticipantsRequest(room=room_name(session_id))
        with livekit_errors("ListParticipants"):
            listed = await self._client.room.list_participants(request)
        return [_participant(p) for p in listed.participants if p.state != proto.ParticipantInfo.DISCONNECTED]

    async def has_people(self, session_id: UUID) -> bool:
        """Whether anybody but the recorder is in the room. Raises Unavailable."""
        if all(room.session_id != session_id for room in await self.list_rooms()):
            return False
        try:
            return any(not person.hidden for person in await self.list_participants(session_id))
        except NotFound:
            return False

    async def remove_participant(self, session_id: UUID, identity: str) -> None:
        """Disconnects a participant who is in the room. Their tokens stay valid."""
        request = livekit_api.RoomParticipantIdentity(room=room_name(session_id), identity=identity)
        try:
            with livekit_errors("RemoveParticipant"):
                await self._client.room.remove_participant(request)
        except NotFound:
            return

    async def mute_microphones(self, session_id: UUID, identities: Collection[str]) -> int:
        """Mutes the microphones of these participants that are on, and returns their number."""
        muted = 0
        for participant in await self.list_participants(session_id):
            for track in participant.tracks:
                if participant.identity in identities and track.source == "microphone" and not track.muted:
                    muted += await self._mute(session_id, participant.identity, track.sid)
        return muted

    async def _mute(self, session_id: UUID, identity: str, track_sid: str) -> bool:
        """Whether the track was there to be muted."""
        request = livekit_api.MuteRoomTrackRequest(
            room=room_name(session_id), identity=identity, track_sid=track_sid, muted=True
        )
        try:
            with livekit_errors("MutePublishedTrack"):
                await self._client.room.mute_published_track(request)
        except NotFound:
            return False
        return True

    async def send_data(self, session_id: UUID, topic: str, data: bytes) -> None:
        """Sends a message to everybody in the room. Pages recognize it as the server's: it has no sender."""
        request = livekit_api.SendDataRequest(
            room=room_name(session_id), data=data, kind=proto.DataPacket.Kind.RELIABLE, topic=topic
        )
        with livekit_errors("SendData"):
            await self._client.room.send_data(request)

    async def aclose(self) -> None:
        """Closes the client of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    @property
    def _client(self) -> livekit_api.LiveKitAPI:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = livekit_api.LiveKitAPI(
                self._url,
                self._key,
                self._secret,
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                failover=False,
            )
        return self._clients[loop]


def session_of(name: str) -> UUID | None:
    """The session that a room name stands for; None for a room that is not Homeroom's."""
    text = session_id_of_room(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def is_hidden(participant: proto.ParticipantInfo) -> bool:
    """Whether the participant is a machine, by its kind or by the grants of its token."""
    permission = participant.permission
    return participant.kind in _HIDDEN_KINDS or permission.hidden or permission.recorder


def joined_at(participant: proto.ParticipantInfo) -> datetime:
    """When the participant joined, with milliseconds where the server sends them."""
    return datetime.fromtimestamp((participant.joined_at_ms or participant.joined_at * 1000) / 1000, UTC)


def link_version(participant: proto.ParticipantInfo) -> int:
    """The version of the join link that the connection was made with, as its token says."""
    text = participant.attributes.get(LINK_VERSION, "")
    return int(text) if text.isdecimal() else 0


def source_name(track: proto.TrackInfo) -> str:
    return enum_name(proto.TrackSource, track.source)


def kind_name(participant: proto.ParticipantInfo) -> str:
    return enum_name(proto.ParticipantInfo.Kind, participant.kind)


def enum_name(enumeration: Any, value: int) -> str:
    """The name of LiveKit's value in lower case; `unknown_<number>` for a value that only a newer server has."""
    try:
        return str(enumeration.Name(value)).lower()
    except ValueError:
        return f"unknown_{value}"


def _room(session_id: UUID, room: proto.Room) -> Room:
    millis = room.creation_time_ms or room.creation_time * 1000
    return Room(session_id, room.sid, datetime.fromtimestamp(millis / 1000, UTC))


def _participant(participant: proto.ParticipantInfo) -> RoomParticipant:
    return RoomParticipant(
        identity=participant.identity,
        sid=participant.sid,
        kind=kind_name(participant),
        hidden=is_hidden(participant),
        joined_at=joined_at(participant),
        tracks=tuple(Track(t.sid, source_name(t), t.muted) for t in participant.tracks),
        link_version=link_version(participant),
    )
