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


# A bad key is refused before Twirp is reached, in plain HTTP, which the client calls "unknown".
_BY_STATUS: dict[int, type[HomeroomError]] = {401: NotAllowed, 403: NotAllowed, 429: Unavailable}


def domain_error(error: livekit_api.ServerError, call: str) -> HomeroomError:
    """What LiveKit's answer means here; a code that is not in the table is a fault of the request."""
    if error.code == Code.UNKNOWN and error.status < 500:
        kind = _BY_STATUS.get(error.status, InvalidInput)
    else:
        kind = _BY_CODE.get(error.code, InvalidInput)
    return kind(f"LiveKit refused {call}: {error.code} ({error.status})")


@contextmanager
def livekit_errors(call: str) -> Iterator[None]:
    """Raises domain errors for what LiveKit and the network raise. Names the call, never its arguments."""
    try:
        yield
    except livekit_api.ServerError as error:
        raise domain_error(error, call) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"LiveKit did not answer {call}: {type(error).__name__}") from error
