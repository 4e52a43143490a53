"""Errors as application/problem+json (RFC 9457), from one table of statuses."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from domain import errors
from models.authorship import authorship
from models.integrity import meaning_of

MEDIA_TYPE = "application/problem+json"

# The nearest ancestor in this table decides.
_STATUS: dict[type[errors.HomeroomError], int] = {
    errors.InvalidInput: 422,
    errors.MalformedEvent: 400,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NotAllowed: 403,
    errors.NotAuthenticated: 401,
    errors.Gone: 410,
    errors.SignatureInvalid: 401,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.StaleVersion: 412,
    errors.VersionRequired: 428,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}
OF_HTTP = {
    400: ("invalid-input", "Send a body that matches the API description at /v1/openapi.json."),
    404: ("not-found", "Check the path against the API description at /v1/openapi.json."),
    405: ("method-not-allowed", "Use one of the methods in the Allow header."),
}
_LONGEST = 200  # characters of a name that a caller made up


def status_of(error: errors.HomeroomError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def members(status: int, code: str, title: str, detail: str, next_step: str) -> dict[str, Any]:
    return {
        "type": f"urn:homeroom:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "next_step": next_step,
        "request_id": authorship.get().request_id,
    }


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    next_step: str = "",
    *,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = members(status, code, title, detail, next_step)
    own = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}.get(status, {})
    return JSONResponse(
        jsonable_encoder({**body, **(more or {})}), status, {**own, **(headers or {})}, media_type=MEDIA_TYPE
    )


def of_error(error: errors.HomeroomError) -> JSONResponse:
    wait = {"Retry-After": error.extra["retry_after"]} if "retry_after" in error.extra else {}
    return problem(
        status_of(error),
        error.code,
        error.title,
        error.detail,
        error.next_step,
        more=error.extra,
        headers=wait,
    )


def members_of(error: errors.HomeroomError) -> dict[str, Any]:
    """The members of a problem that is told inside another answer."""
    told = members(status_of(error), error.code, error.title, error.detail, error.next_step)
    return told | error.extra


def of_validation(error: RequestValidationError) -> JSONResponse:
    told = members_of_validation(error.errors())
    return JSONResponse(told, told["status"], media_type=MEDIA_TYPE)


def members_of_refusal(refusal: errors.HomeroomError | ValidationError) -> dict[str, Any]:
    """As `members_of`, of an input that was refused by its model too."""
    if isinstance(refusal, errors.HomeroomError):
        return members_of(refusal)
    return members_of_validation(refusal.errors(include_url=False, include_context=False))


def members_of_validation(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`found` are pydantic's errors."""
    places = [{"where": _place(one["loc"]), "problem": one["msg"]} for one in found]
    kind = errors.InvalidInput
    detail = "; ".join(
        f"{place['where']}: {place['problem']}" if place["where"] else place["problem"] for place in places
    )
    return members(422, kind.code, kind.title, detail, "Correct the listed fields.") | {"fields": places}


def _place(path: tuple[int | str, ...]) -> str:
    """A path as text that can be sent: names in it are the caller's, and may not be valid Unicode."""
    return ".".join(str(part)[:_LONGEST] for part in path).encode(errors="replace").decode()


def _of_http(error: HTTPException) -> JSONResponse:
    code, next_step = OF_HTTP.get(
        error.status_code, ("http-error", "Check the API description at /v1/openapi.json.")
    )
    return problem(
        error.status_code, code, str(error.detail), str(error.detail), next_step, headers=error.headers
    )


def of_integrity(error: IntegrityError) -> JSONResponse:
    """Two requests that exclude each other: the database decided. Anything else is a fault of ours."""
    return of_error(meaning_of(error))


def of_fault() -> JSONResponse:
    return problem(
        500,
        "internal-error",
        "Internal error",
        "the request could not be completed",
        "Try again in a minute. If it keeps happening, give the request id to whoever runs the server.",
    )


def install(app: FastAPI) -> None:
    @app.exception_handler(errors.HomeroomError)
    async def _domain(_: Request, error: errors.HomeroomError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        return of_validation(error)

    @app.exception_handler(IntegrityError)
    async def _integrity(_: Request, error: IntegrityError) -> JSONResponse:
        return of_integrity(error)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        return _of_http(error)

    @app.exception_handler(Exception)
    async def _fault(_: Request, error: Exception) -> JSONResponse:
        return of_fault()
