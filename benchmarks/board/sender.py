"""`python -m benchmarks.board.sender`: posts signed webhooks at a given rate, as many LiveKit servers would.

Reads a JSON plan from stdin, answers `ready`, waits for a line, and prints when each webhook was due.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import uvloop
from google.protobuf.json_format import MessageToJson
from livekit.protocol.models import ParticipantInfo, Room
from livekit.protocol.webhook import WebhookEvent

from domain.people.roles import room_name
from tests.media_bridge.webhook_signing import authorization

CONNECTIONS = 48


@dataclass(frozen=True)
class Plan:
    port: int
    per_second: float
    count: int
    classes: Sequence[tuple[str, str]]  # session, and the participant who joins and leaves
    first_round: int = 0  # number of rounds before


def requests(plan: Plan) -> Iterator[bytes]:
    """In one round somebody joins each class in turn; in the next they leave, and so on."""
    for number in range(plan.count):
        session, person = plan.classes[number % len(plan.classes)]
        turn = plan.first_round + number // len(plan.classes)
        yield _request(plan.port, _body(session, person, turn))


def _body(session: str, person: str, turn: int) -> bytes:
    event = WebhookEvent(
        event="participant_left" if turn % 2 else "participant_joined",
        id=f"EV_{uuid4().hex[:12]}",
        created_at=int(time.time()),
        room=Room(sid="RM_1", name=room_name(UUID(session))),
        participant=ParticipantInfo(
            sid=f"PA_{person[-12:]}_{turn // 2}", identity=person, joined_at_ms=int(time.time() * 1000)
        ),
    )
    return MessageToJson(event, indent=None).encode()


def _request(port: int, body: bytes) -> bytes:
    head = (
        f"POST /v1/livekit/webhooks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: application/webhook+json\r\nAuthorization: {authorization(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(plan: Plan, waiting: Sequence[bytes]) -> list[float]:
    """Open loop: each request is due at its own random time, whether or not earlier ones are answered."""
    due: list[float] = []
    at = time.time() + 0.2
    for _ in waiting:
        at += random.expovariate(plan.per_second)
        due.append(at)
    turns = iter(range(len(waiting)))

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
        for number in turns:
            await asyncio.sleep(due[number] - time.time())
            writer.write(waiting[number])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            await reader.readexactly(int(length))
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return due


def main() -> None:
    plan = Plan(**json.loads(sys.stdin.readline()))
    waiting = list(requests(plan))
    print("ready", flush=True)
    sys.stdin.readline()
    due = uvloop.run(send(plan, waiting))
    with open(
        sys.stdout.fileno(), "w", closefd=False
    ) as out:  # buffered: an unbuffered one writes 64 KiB at most
        print(json.dumps(due), file=out)


if __name__ == "__main__":
    main()
