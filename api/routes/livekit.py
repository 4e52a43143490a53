"""Receives LiveKit's webhooks: verifies the signature of the raw body, records the event, then answers.

Webhooks are most of the traffic, so a small ASGI application beside FastAPI answers them: without routing, middleware,
or a log line for a recorded event. Headers and problems are those of the API. The route below only describes the
operation in OpenAPI.
"""

import time
from collections.abc import Mapping
from typing import Final, Protocol

from fastapi import APIRouter, Response
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send

from api.http.body_limit import MAX_BODY, declared_length, too_large
from api.http.problems import error_response, fault_response
from api.http.request_context import HEADER, enter_request, log_request, request_id_of
from api.http.security_headers import SecurityHeaders
from api.live.entry_guard import EntryGuard
from api.live.event_recorder import EventRecorder
from domain.errors import HomeroomError, NotFound, SignatureInvalid
from media_bridge.webhooks import WebhookVerifier

PATH: Final = "/v1/livekit/webhooks"

router = APIRouter(tags=["livekit"])


@router.post(PATH, response_class=Response)
async def receive() -> Response:
    """Receive a LiveKit event. 200 means that it is stored; after a 5xx, LiveKit sends it again."""
    raise AssertionError("LiveKitWebhooks answers these requests")


class WebhookState(Protocol):
    """The part of `app.state.homeroom` that webhooks need."""

    @property
    def webhooks(self) -> WebhookVerifier: ...
    @property
    def recorder(self) -> EventRecorder: ...
    @property
    def entry_guard(self) -> EntryGuard: ...


def is_webhook(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST")


class LiveKitWebhooks:
    """Answers the requests for which `is_webhook` holds. `state` is the application's, filled when it starts."""

    def __init__(self, state: State, *, over_tls: bool = False) -> None:
        self._state = state
        self._security = SecurityHeaders(over_tls=over_tls).for_path(PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        started, request_id = time.perf_counter(), request_id_of(headers)
        fault: Exception | None = None
        try:
            await _record(self._state.homeroom, headers, receive)
        except HomeroomError as error:
            enter_request(request_id)
            answer: Response = error_response(error)
            log_request("POST", PATH, answer.status_code, "nobody", started)
        except Exception as error:
            enter_request(request_id)
            fault, answer = error, fault_response()
            log_request("POST", PATH, answer.status_code, "nobody", started)
        else:
            answer = Response()
        answer.raw_headers += [*self._security, (HEADER, request_id.encode())]
        await answer(scope, receive, send)
        if fault:
            raise fault  # for the server's log


async def _record(shared: WebhookState, headers: Mapping[bytes, bytes], receive: Receive) -> None:
    """Record the event in the request. Raises SignatureInvalid, MalformedEvent, PayloadTooLarge, Unavailable."""
    body = await _body(headers, receive)
    authorization = headers.get(b"authorization")
    if not authorization:
        raise SignatureInvalid(
            "the webhook has no signature", next_step="Send LiveKit's Authorization header."
        )
    event = shared.webhooks.receive(body, authorization.decode("latin-1"))
    if event is None:
        return
    shared.entry_guard.check(event)
    try:
        await shared.recorder.record(event)
    except NotFound:
        return  # a room of somebody else on a shared LiveKit server: a retry would not help


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The request's body. Raises PayloadTooLarge."""
    if declared_length(headers) > MAX_BODY:
        raise too_large(MAX_BODY)
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise too_large(MAX_BODY)
    return body
