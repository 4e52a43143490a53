"""Webhooks from LiveKit: verified on the raw body, recorded, answered."""

from fastapi import APIRouter, Request, Response

from api.dependencies import Shared
from domain.errors import NotFound, SignatureInvalid

router = APIRouter(prefix="/v1/livekit", tags=["livekit"])


@router.post("/webhooks", response_class=Response)
async def receive(request: Request, shared: Shared) -> Response:
    """200 means that the event is on disk. A fault of ours answers 5xx, so that LiveKit sends it again."""
    authorization = request.headers.get("authorization")
    if not authorization:
        raise SignatureInvalid(
            "the webhook carries no signature", next_step="Send LiveKit's Authorization header."
        )
    event = shared.webhooks.receive(await request.body(), authorization)
    if event is not None:
        try:
            await shared.recorder.record(event)
        except NotFound:
            return Response()  # a room of a shared server that is not ours; nothing to send again
    return Response()
