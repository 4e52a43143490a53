"""Idempotency-Key on every POST: repeating a request with the same key and body has one effect and one response.

A key is claimed, and the claim committed, before the work begins, so that concurrent duplicates wait for the first.
New ids are derived from the key and the request, so that repeating work which failed after its effect finds the rows
it made. Responses are stored for 48 hours, encrypted with the key, because they contain names and sometimes a new
secret.

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

OPERATOR_SCOPE = UUID(int=0)  # stands for the organization in claims of the operator's requests
_MAX_KEY_LENGTH = 255
_LOCK_TIME = timedelta(seconds=60)  # longer than any request takes
_MAX_WAIT, _POLL_INTERVAL = 40.0, 0.05  # seconds that a duplicate waits for the first request
_NOT_SAVED = frozenset({401, 403, 429})  # refused before any work: a retry may succeed
_SAVED_HEADERS = ("etag", "location", "content-type")


class NewIds:
    """Ids for the rows that a request makes, derived from its Idempotency-Key if it has one, else random."""

    def __init__(self, seed: UUID | None = None) -> None:
        self.seed = seed
        self._count = 0

    def next(self) -> UUID:
        if self.seed is None:
            return uuid7()
        self._count += 1
        return uuid5(self.seed, str(self._count))


def new_ids(request: Request) -> NewIds:
    seeded: NewIds | None = getattr(request.state, "new_ids", None)
    return seeded or NewIds()


def command_id(ids: Annotated[NewIds, Depends(new_ids)]) -> str:
    """The id of the Workflow Update that a request sends; the log connects it to the request."""
    update_id = str(ids.seed) if ids.seed else f"{authorship.get().request_id}.{uuid7().hex[-12:]}"
    logger.info("command", extra={"command_id": update_id})
    return update_id


Ids = Annotated[NewIds, Depends(new_ids)]
CommandId = Annotated[str, Depends(command_id)]


@dataclass(frozen=True)
class Claim:
    """A caller's use of a key for one request, which `fingerprint` identifies by its method, URL and body."""

    organization_id: UUID
    actor: str
    key: str
    fingerprint: str

    @property
    def key_hash(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def seed(self) -> UUID:
        """The seed of the ids that the request makes: another request under the key never gets the ids of this one."""
        return uuid5(uuid5(self.organization_id, f"{self.actor}/{self.key}"), self.fingerprint)


class ApiRoute(APIRoute):
    """The route class of the API: handles the Idempotency-Key of a POST, adds an ETag to a GET."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            if request.method == "GET":
                return conditional(request, await handle(request))
            key = idempotency_key(request)
            if request.method != "POST" or key is None:
                return await handle(request)
            claim = await claim_of(request, key, await request.body())
            return await answer_once(request, claim, lambda: handle(request))

        return handle_once


class StreamedRoute(ApiRoute):
    """A route whose body is too large for memory; it handles the key itself, with a hash of the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return APIRoute.get_route_handler(self)


def idempotency_key(request: Request) -> str | None:
    """The request's key, or None without the header. Raises InvalidInput for a malformed key."""
    key = request.headers.get(HEADER)
    return None if key is None else _validated(key)


def _validated(key: str) -> str:
    if not 1 <= len(key) <= _MAX_KEY_LENGTH or not key.isprintable() or not key.isascii():
        raise InvalidInput(
            f"an Idempotency-Key must have 1 to {_MAX_KEY_LENGTH} printable characters",
            next_step="A random UUID works well.",
        )
    return key


async def answer_once(
    request: Request, claim: Claim, handle: Callable[[], Coroutine[Any, Any, Response]]
) -> Response:
    """The stored response of this claim, or the one that `handle` makes now. Raises KeyReused, RequestInProgress."""
    shared: State = request.app.state.homeroom
    if (answered := await take_or_wait(shared, claim)) is not None:
        return _stored_response(shared, claim, answered)
    request.state.new_ids = NewIds(claim.seed)
    try:
        answer = await _response_of(handle)
    except BaseException:
        await _release(shared, claim)
        raise
    if answer.status_code >= 500 or answer.status_code in _NOT_SAVED:
        await _release(shared, claim)
    else:
        await _save_response(shared, claim, answer)
    return answer


async def claim_of(request: Request, key: str, body: bytes) -> Claim:
    """The claim of a request. `body` is its body or a hash of it. Raises NotAuthenticated, NotAllowed, RateLimited."""
    identifying = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    fingerprint = hashlib.sha256(identifying).hexdigest()
    if request.url.path == "/v1/organizations":
        token = hashlib.sha256(request.headers.get("authorization", "").encode()).hexdigest()
        return Claim(OPERATOR_SCOPE, f"operator:{token}", key, fingerprint)
    who = await identify(request)
    return Claim(who.organization_id, who.actor, key, fingerprint)


async def take_or_wait(shared: State, claim: Claim) -> IdempotencyRow | None:
    """Claim the key: None if this request now owns it, else the answered row of the first request.

    Raises KeyReused for another request under the key, RequestInProgress if the first takes too long.
    """
    for _ in range(int(_MAX_WAIT / _POLL_INTERVAL)):
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
                    locked_until=now + _LOCK_TIME,
                ),
                now,
            )
        if row is None:
            return None
        if row.fingerprint != claim.fingerprint:
            raise KeyReused
        if row.status is not None:
            return row
        await asyncio.sleep(_POLL_INTERVAL)
    raise RequestInProgress


async def _response_of(handle: Callable[[], Coroutine[Any, Any, Response]]) -> Response:
    """The response of `handle`. A refusal becomes a response too, to be stored and repeated."""
    try:
        return await handle()
    except HomeroomError as error:
        return problems.error_response(error)
    except RequestValidationError as error:
        return problems.validation_response(error)
    except IntegrityError as error:
        return problems.integrity_response(error)


async def _save_response(shared: State, claim: Claim, answer: Response) -> None:
    saved = {
        "headers": {name: answer.headers[name] for name in _SAVED_HEADERS if name in answer.headers},
        "body": bytes(answer.body).decode(),
        "request_id": authorship.get().request_id,
    }
    await save_answer(shared, claim, answer.status_code, saved)


async def save_answer(shared: State, claim: Claim, status: int, answer: dict[str, Any]) -> None:
    """Store what `saved_answer` returns to a repetition of the request."""
    sealed = _sealer(shared, claim).seal(json.dumps(answer))
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.keep(db, claim.actor, claim.key_hash, status, sealed)


def saved_answer(shared: State, claim: Claim, row: IdempotencyRow) -> dict[str, Any]:
    """The answer stored in a row. Raises KeyReused if it cannot be decrypted."""
    try:
        answer: dict[str, Any] = json.loads(_sealer(shared, claim).open(row.answer))
    except Unsealable as error:
        raise KeyReused(
            "the saved answer for this key can't be read because the deployment's secrets have changed"
        ) from error
    return answer


def _stored_response(shared: State, claim: Claim, row: IdempotencyRow) -> Response:
    saved = saved_answer(shared, claim, row)
    assert row.status is not None, "take_or_wait returns answered rows only"
    return Response(saved["body"], row.status, saved["headers"] | {REPLAYED: "true"})


def _sealer(shared: State, claim: Claim) -> Sealer:
    """Encrypts with the deployment's first secret and the key itself, so that only who has the key can decrypt."""
    secret = shared.settings.link_secrets[0].get_secret_value()
    return Sealer([secret], f"idempotency\n{claim.organization_id}\n{claim.key}")


async def _release(shared: State, claim: Claim) -> None:
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.release(db, claim.actor, claim.key_hash)


async def extend_lock(shared: State, claim: Claim, now: datetime) -> None:
    """Extend the claim of work that takes longer than the lock time."""
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.hold(db, claim.actor, claim.key_hash, now + _LOCK_TIME)


async def unlock(shared: State, claim: Claim, now: datetime) -> None:
    """End the lock of interrupted work: the same request may resume it, other requests still cannot use the key."""
    async with shared.database.tenant(claim.organization_id) as db:
        await idempotency.hold(db, claim.actor, claim.key_hash, now)
