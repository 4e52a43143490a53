"""`python -m benchmarks.watch.media_server FOLDER`: a fake LiveKit server that lists rooms full of people.

It speaks Twirp's protobuf for the rooms and people of FOLDER/rooms.json and writes its port to FOLDER/port.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiohttp import web
from google.protobuf.message import Message
from livekit.protocol.models import ParticipantInfo, Room
from livekit.protocol.room import (
    CreateRoomRequest,
    ListParticipantsRequest,
    ListParticipantsResponse,
    ListRoomsResponse,
)

from cli.local.ports import free_ports

_PREFIX = "/twirp/livekit.RoomService"
People = Mapping[str, str]
"""The identity behind each participant sid."""


class MediaServer:
    def __init__(self, rooms: Mapping[str, People]) -> None:
        now = int(time.time())
        self._listed = [_room(name, now) for name in rooms]
        self._people = {name: _participants(people, now) for name, people in rooms.items()}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post(f"{_PREFIX}/ListRooms", self.list_rooms)
        app.router.add_post(f"{_PREFIX}/ListParticipants", self.list_participants)
        app.router.add_post(f"{_PREFIX}/CreateRoom", self.create_room)
        return app

    async def list_rooms(self, _: web.Request) -> web.Response:
        return _response(ListRoomsResponse(rooms=self._listed))

    async def list_participants(self, request: web.Request) -> web.Response:
        message = ListParticipantsRequest.FromString(await request.read())
        return web.Response(body=self._people[message.room], content_type="application/protobuf")

    async def create_room(self, request: web.Request) -> web.Response:
        message = CreateRoomRequest.FromString(await request.read())
        return _response(_room(message.name, int(time.time())))


def _room(name: str, now: int) -> Room:
    return Room(sid=f"RM_{name}", name=name, creation_time=now, creation_time_ms=now * 1000)


def _participants(people: People, now: int) -> bytes:
    listed: Sequence[ParticipantInfo] = [
        ParticipantInfo(sid=sid, identity=identity, state=ParticipantInfo.ACTIVE, joined_at=now)
        for sid, identity in people.items()
    ]
    return ListParticipantsResponse(participants=listed).SerializeToString()


def _response(message: Message) -> web.Response:
    return web.Response(body=message.SerializeToString(), content_type="application/protobuf")


def main() -> None:
    folder = Path(sys.argv[1])
    server = MediaServer(json.loads((folder / "rooms.json").read_text()))
    port = free_ports("livekit")["livekit"]
    (folder / "port").write_text(str(port))
    web.run_app(server.app(), host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
