"""What an open stream checks again and again: that its caller is still who may read it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import Request

from api.http.authentication import Authenticate, authenticate, authenticate_browser
from api.http.state import State
from api.live.streams import StreamAccess
from domain.people.access import Principal

Reading = Callable[[Principal], Awaitable[object]]


class Rule(Protocol):
    """The rule of a route, such as `Needs`."""

    def check(self, principal: Principal) -> None: ...


def caller_access(request: Request, rule: Rule, subject: Reading | None = None) -> StreamAccess:
    """Access of the API's caller: the key or the cookie is valid, and `rule` and `subject` raise no error.

    `subject` reads what the stream is about, as far as the caller sees it.
    """
    return _access(request, authenticate, rule, subject)


def browser_access(request: Request, rule: Rule, subject: Reading | None = None) -> StreamAccess:
    """As `caller_access`, for streams of pages."""
    return _access(request, authenticate_browser, rule, subject)


def _access(
    request: Request, authenticate: Authenticate, rule: Rule, subject: Reading | None
) -> StreamAccess:
    async def check() -> None:
        who = await authenticate(request)
        rule.check(who)
        if subject:
            await subject(who)

    return stream_access(request, check)


def stream_access(request: Request, check: Callable[[], Awaitable[object]]) -> StreamAccess:
    """Access for as long as `check` raises no error."""
    shared: State = request.app.state.homeroom
    return StreamAccess(check, shared.settings.stream_keep_alive / 2)
