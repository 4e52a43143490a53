"""Webhooks from LiveKit: verified on the raw body, recorded, answered."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from api.http.dependencies import Shared, state
from domain.errors import NotFound, SignatureInvalid


class _DirectRoute(APIRoute):
    """Hands over the request as it is: looking for parameters and a body costs as much as the signature does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            response: Response = await self.endpoint(request, await state(request))
            return response

        return handle


router = APIRouter(prefix="/v1/livekit", tags=["livekit"], route_class=_DirectRoute)


@router.post("/webhooks", response_class=Response)
async def receive(request: Request, shared: Shared) -> Response:
    """200 means that the event is on disk. A fault of ours answers 5xx, so that LiveKit sends it again."""
    authorization = request.headers.get("authorization")
    if not authorization:
        raise SignatureInvalid(
            "the webhook has no signature", next_step="Send LiveKit's Authorization header."
        )
    event = shared.webhooks.receive(await request.body(), authorization)
    if event is not None:
        try:
            await shared.recorder.record(event)
        except NotFound:
            return Response()  # a room of a shared server that is not ours; nothing to send again
    return Response()
