"""Idempotency-Key on every POST: the same key and body get the same answer, and have one effect.

The claim of a key is committed before the work begins, so that racing twins wait for the first. Ids that the work makes
come from the key, so that work which died between its effect and its answer finds what it made when it is done again.
Answers are kept for 48 hours, sealed with the key: they hold names and, once, secrets.

Source: the IETF draft on the Idempotency-Key header field.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from api.http import problems
from api.http.authentication import identify
from api.http.etags import conditional
from api.http.state import State
from domain.errors import HomeroomError, InvalidInput, KeyReused, RequestInProgress
from models.authorship import authorship
from models.idempotency import IdempotencyRow
from models.repositories import idempotency
from signing.sealing import Sealer, Unsealable

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
logger = logging.getLogger(__name__)

NOBODYS = UUID(int=0)  # the scope of the operator's requests
_LONGEST = 255
_WORK = timedelta(seconds=60)  # longer than any request takes
_PATIENCE, _PAUSE = 40.0, 0.05  # seconds a twin waits for the first, and between two looks
_AGAIN = frozenset({401, 403, 429})  # refused before anything was looked at
_KEPT_HEADERS = ("etag", "location", "content-type")


class NewIds:
    """Ids for what a request makes: from its Idempotency-Key where it has one, so that done again it makes the same."""

    def __init__(self, seed: UUID | None = None) -> None:
        self.seed = seed
        self._count = 0

    def next(self) -> UUID:
        if self.seed is None:
            return uuid7()
        self._count += 1
        return uuid5(self.seed, str(self._count))


def new_ids(request: Request) -> NewIds:
    found: NewIds | None = getattr(request.state, "new_ids", None)
    return found or NewIds()


def command_id(ids: Annotated[NewIds, Depends(new_ids)]) -> str:
    """The id of the Workflow Update a request becomes: in the workflow's history, and in the log by its request."""
    made = str(ids.seed) if ids.seed else f"{authorship.get().request_id}.{uuid7().hex[-12:]}"
    logger.info("command", extra={"command_id": made})
    return made


Ids = Annotated[NewIds, Depends(new_ids)]
CommandId = Annotated[str, Depends(command_id)]


@dataclass(frozen=True)
class Claim:
    organization_id: UUID
    actor: str
    key: str
    fingerprint: str

    @property
    def key_hash(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def seed(self) -> UUID:
        return uuid5(self.organization_id, f"{self.actor}/{self.key}")


class ApiRoute(APIRoute):
    """A route of the API: a POST with an Idempotency-Key has one effect, a read has an ETag."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            if request.method == "GET":
                return conditional(request, await handle(request))
            key = given_key(request)
            if request.method != "POST" or key is None:
                return await handle(request)
            claim = await claim_of(request, key, await request.body())
            return await answer_once(request, claim, lambda: handle(request))

        return once


class StreamedRoute(ApiRoute):
    """A route whose body is too large for memory: it looks at the key itself, when it has the body's hash."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return APIRoute.get_route_handler(self)


def given_key(request: Request) -> str | None:
    """Raises InvalidInput."""
    key = request.headers.get(HEADER)
    return None if key is None else _sound(key)


def _sound(key: str) -> str:
    if not 1 <= len(key) <= _LONGEST or not key.isprintable() or not key.isascii():
        raise InvalidInput(
            f"an Idempotency-Key must have 1 to {_LONGEST} printable characters",
            next_step="A random UUID works well.",
        )
    return key


async def answer_once(
    request: Request, claim: Claim, handle: Callable[[], Coroutine[Any, Any, Response]]
) -> Response:
    """Raises KeyReused, RequestInProgress."""
    shared: State = request.app.state.homeroom
    if (there := await take_or_wait(shared, claim)) is not None:
        return _open(shared, claim, there)
    request.state.new_ids = NewIds(claim.seed)
    try:
        answer = await _answered(handle)
    except BaseException:
        await _release(shared, claim)
        raise
    if answer.status_code >= 500 or answer.status_code in _AGAIN:
        await _release(shared, claim)
    else:
        await _keep(shared, claim, answer)
    return answer


async def claim_of(request: Request, key: str, body: bytes) -> Claim:
    """`body` is the request's, or what stands for it. The operator's requests are told apart by their token."""
    told = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    fingerprint = hashlib.sha256(told).hexdigest()
    if request.url.path == "/v1/organizations":
        token = hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()
        return Claim(NOBODYS, f"operator:{token}", key, fingerprint)
    who = await identify(request)
    return Claim(who.organization_id, who.actor, key, fingerprint)


async def take_or_wait(shared: State, claim: Claim) -> IdempotencyRow | None:
    """What was answered; None where the work is ours now. Raises KeyReused, RequestInProgress."""
    tries = int(_PATIENCE / _PAUSE)
    for _ in range(tries):
        now = datetime.now(UTC)
        async with shared.database.tenant(claim.organization_id) as db:
            row = await idempotency.take(
                db,
                IdempotencyRow(
                    organization_id=claim.organization_id,
                    actor=claim.actor,
                    key_hash=claim.key_hash,
                    fingerprint=claim.fingerprint,
                    created_at=now,
                    locked_until=now + _WORK,
                ),
                now,
            )
        if row is None:
            return None
        if row.fingerprint != claim.fingerprint:
            raise KeyReused
        if row.status is not None:
            return row
        await asyncio.sleep(_PAUSE)
    raise RequestInProgress


async def _answered(handle: Callable[[], Coroutine[Any, Any, Response]]) -> Response:
    """A refusal is an answer as well, and is the same the next time."""
    try:
        return await handle()
    except HomeroomError as error:
        return problems.of_error(error)
    except RequestValidationError as error:
        return problems.of_validation(error)
    except IntegrityError as error:
        return problems.of_integrity(error)


async def _keep(shared: State, claim: Claim, answer: Response) -> None:
    kept = {
        "headers": {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        "body": bytes(answer.body).decode(),
        "request_id": authorship.get().request_id,
    }
    await keep(shared, claim, answer.status_code, kept)


async def keep(shared: State, claim: Claim, status: int, answer: dict[str, Any]) -> None:
    sealed = _sealer(shared, claim).seal(json.dumps(answer))
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.keep(db, claim.actor, claim.key_hash, status, sealed)


def kept_answer(shared: State, claim: Claim, row: IdempotencyRow) -> dict[str, Any]:
    """Raises KeyReused."""
    try:
        found: dict[str, Any] = json.loads(_sealer(shared, claim).open(row.answer))
    except Unsealable as error:
        raise KeyReused(
            "the saved answer for this key can't be read because the deployment's secrets have changed"
        ) from error
    return found


def _open(shared: State, claim: Claim, row: IdempotencyRow) -> Response:
    kept = kept_answer(shared, claim, row)
    assert row.status is not None, "it was answered"
    return Response(kept["body"], row.status, kept["headers"] | {REPLAYED: "true"})


def _sealer(shared: State, claim: Claim) -> Sealer:
    """What is sealed under a key is opened by who has the key, with the deployment's first secret."""
    secret = shared.settings.link_secrets[0].get_secret_value()
    return Sealer([secret], f"idempotency\n{claim.organization_id}\n{claim.key}")


async def _release(shared: State, claim: Claim) -> None:
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.release(db, claim.actor, claim.key_hash)


async def hold(shared: State, claim: Claim, now: datetime) -> None:
    """Work that takes longer than a request usually does says that it goes on."""
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.hold(db, claim.actor, claim.key_hash, now + _WORK)


async def let_go(shared: State, claim: Claim, now: datetime) -> None:
    """Of work that was cut: the same request may take it up at once, another one may not use its key."""
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.hold(db, claim.actor, claim.key_hash, now)
