"""Translates LiveKit's errors into domain errors, and so decides which of them are retried."""

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


# LiveKit refuses a bad key with a plain HTTP status, not a Twirp error; the client reports it as "unknown".
_BY_STATUS: dict[int, type[HomeroomError]] = {401: NotAllowed, 403: NotAllowed, 429: Unavailable}


def domain_error(error: livekit_api.ServerError, call: str) -> HomeroomError:
    """The domain error for a LiveKit error; a code outside the table becomes InvalidInput."""
    if error.code == Code.UNKNOWN and error.status < 500:
        kind = _BY_STATUS.get(error.status, InvalidInput)
    else:
        kind = _BY_CODE.get(error.code, InvalidInput)
    return kind(f"LiveKit refused {call}: {error.code} ({error.status})")


@contextmanager
def livekit_errors(call: str) -> Iterator[None]:
    """Translates LiveKit and network errors in its block into domain errors that name the call, not its arguments."""
    try:
        yield
    except livekit_api.ServerError as error:
        raise domain_error(error, call) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"LiveKit did not answer {call}: {type(error).__name__}") from error
