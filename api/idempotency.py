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
from base64 import urlsafe_b64encode
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid5

from cryptography.fernet import Fernet, InvalidToken
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from api import problems
from api.access import identify
from api.state import State
from domain.errors import HomeroomError, InvalidInput, KeyReused, RequestInProgress
from models.authorship import authorship
from models.idempotency import IdempotencyRow
from models.repositories import idempotency

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
class _Claim:
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
    """A route of the API: a POST with an Idempotency-Key has one effect."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return await handle(request)
            return await _once(handle, request, _sound(key))

        return once


def _sound(key: str) -> str:
    if not 1 <= len(key) <= _LONGEST or not key.isprintable() or not key.isascii():
        raise InvalidInput(
            f"an Idempotency-Key has 1 to {_LONGEST} printable characters",
            next_step="A random UUID is a good key.",
        )
    return key


async def _once(
    handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request, key: str
) -> Response:
    shared: State = request.app.state.homeroom
    claim = await _claim_of(request, key)
    if (answer := await _take_or_wait(shared, claim)) is not None:
        return answer
    request.state.new_ids = NewIds(claim.seed)
    try:
        answer = await _answered(handle, request)
    except BaseException:
        await _release(shared, claim)
        raise
    if answer.status_code >= 500 or answer.status_code in _AGAIN:
        await _release(shared, claim)
    else:
        await _keep(shared, claim, answer)
    return answer


async def _claim_of(request: Request, key: str) -> _Claim:
    """The operator has no organization; its requests are told apart by their token."""
    body = await request.body()
    told = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    fingerprint = hashlib.sha256(told).hexdigest()
    if request.url.path == "/v1/organizations":
        token = hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()
        return _Claim(NOBODYS, f"operator:{token}", key, fingerprint)
    who = await identify(request)
    return _Claim(who.organization_id, who.actor, key, fingerprint)


async def _take_or_wait(shared: State, claim: _Claim) -> Response | None:
    """None where the work is ours now. Raises KeyReused, RequestInProgress."""
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
            return _open(shared, claim, row)
        await asyncio.sleep(_PAUSE)
    raise RequestInProgress


async def _answered(handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    """A refusal is an answer as well, and is the same the next time."""
    try:
        return await handle(request)
    except HomeroomError as error:
        return problems.of_error(error)
    except RequestValidationError as error:
        return problems.of_validation(error)
    except IntegrityError as error:
        return problems.of_integrity(error)


async def _keep(shared: State, claim: _Claim, answer: Response) -> None:
    kept = {
        "headers": {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        "body": bytes(answer.body).decode(),
        "request_id": authorship.get().request_id,
    }
    sealed = _seal(shared, claim).encrypt(json.dumps(kept).encode()).decode()
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.keep(db, claim.actor, claim.key_hash, answer.status_code, sealed)


def _open(shared: State, claim: _Claim, row: IdempotencyRow) -> Response:
    try:
        kept = json.loads(_seal(shared, claim).decrypt(row.answer.encode()))
    except InvalidToken as error:
        raise KeyReused(
            "the answer to this key cannot be read: the deployment's secrets have changed"
        ) from error
    assert row.status is not None, "it was answered"
    return Response(kept["body"], row.status, kept["headers"] | {REPLAYED: "true"})


def _seal(shared: State, claim: _Claim) -> Fernet:
    secret = shared.settings.link_secrets[0].get_secret_value()
    told = f"idempotency\n{secret}\n{claim.organization_id}\n{claim.key}".encode()
    return Fernet(urlsafe_b64encode(hashlib.sha256(told).digest()))


async def _release(shared: State, claim: _Claim) -> None:
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.release(db, claim.actor, claim.key_hash)
