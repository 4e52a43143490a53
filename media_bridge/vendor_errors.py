"""LiveKit's failures in the domain's words. The one place that decides which of them are worth a retry."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from livekit import api as livekit_api

from domain.errors import Conflict, HomeroomError, InvalidInput, NotAllowed, NotFound, Unavailable

Code = livekit_api.ServerErrorCode

_BY_CODE: dict[str, type[HomeroomError]] = {
    Code.UNAVAILABLE: Unavailable,
    Code.DEADLINE_EXCEEDED: Unavailable,
    Code.INTERNAL: Unavailable,
    Code.UNKNOWN: Unavailable,
    Code.ABORTED: Unavailable,
    Code.RESOURCE_EXHAUSTED: Unavailable,
    Code.CANCELED: Unavailable,
    Code.NOT_FOUND: NotFound,
    Code.UNAUTHENTICATED: NotAllowed,
    Code.PERMISSION_DENIED: NotAllowed,
    Code.ALREADY_EXISTS: Conflict,
    Code.FAILED_PRECONDITION: Conflict,
}


def from_code(code: str, call: str) -> HomeroomError:
    """A domain error for a Twirp code; one that is not in the table is a fault of the request."""
    return _BY_CODE.get(code, InvalidInput)(f"LiveKit refused {call}: {code}")


@contextmanager
def livekit_errors(call: str) -> Iterator[None]:
    """Raises domain errors for what LiveKit and the network raise. Names the call, never its arguments."""
    try:
        yield
    except livekit_api.ServerError as error:
        raise from_code(error.code, call) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"LiveKit did not answer {call}: {type(error).__name__}") from error
