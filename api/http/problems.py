"""Error responses as application/problem+json (RFC 9457), and the HTTP status of each domain error."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from domain import errors
from models.authorship import authorship
from models.integrity import as_domain_error
from services.inputs.patterns import problem_in_words

MEDIA_TYPE = "application/problem+json"

# The nearest ancestor of an error in this table decides its status.
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
# Code and next step of errors that the framework raises.
HTTP_PROBLEMS = {
    400: ("invalid-input", "Send a body that matches the API description at /v1/openapi.json."),
    404: ("not-found", "Check the path against the API description at /v1/openapi.json."),
    405: ("method-not-allowed", "Use one of the methods in the Allow header."),
}
_MAX_NAME_LENGTH = 200  # characters of a field name that the caller chose
_MAX_DEPTH = 20  # names in the path of a field
MAX_FIELDS = 20  # invalid fields that are listed; with more, most of them are wrong for the same reason


def status_of(error: errors.HomeroomError) -> int:
    """The HTTP status of an error; 500 if none of its ancestors has one."""
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


class Worded(Protocol):
    """What is said of an error, in the words of whoever reads it."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def next_step(self) -> str: ...
    @property
    def extra(self) -> Mapping[str, str]: ...


def problem_response(
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
    usual_headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}.get(status, {})
    return JSONResponse(
        jsonable_encoder({**body, **(more or {})}),
        status,
        {**usual_headers, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def error_response(error: errors.HomeroomError) -> JSONResponse:
    return worded_response(status_of(error), error)


def worded_response(status: int, problem: Worded) -> JSONResponse:
    """The problem of an error, or of the words in which a page shows it, with Retry-After where it has one."""
    retry_after = {"Retry-After": problem.extra["retry_after"]} if "retry_after" in problem.extra else {}
    return problem_response(
        status,
        problem.code,
        problem.title,
        problem.detail,
        problem.next_step,
        more=problem.extra,
        headers=retry_after,
    )


def error_members(error: errors.HomeroomError) -> dict[str, Any]:
    """The problem of an error as a dictionary, to embed in another response."""
    problem_members = members(status_of(error), error.code, error.title, error.detail, error.next_step)
    return problem_members | error.extra


def validation_response(error: RequestValidationError) -> JSONResponse:
    body = validation_members(error.errors())
    return JSONResponse(body, body["status"], media_type=MEDIA_TYPE)


def refusal_members(refusal: errors.HomeroomError | ValidationError) -> dict[str, Any]:
    """As `error_members`, also for an input that fails its model."""
    if isinstance(refusal, errors.HomeroomError):
        return error_members(refusal)
    return validation_members(refusal.errors(include_url=False))


def validation_members(validation_errors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The problem of pydantic's validation errors as a dictionary, with the first ones in `fields`."""
    fields = [
        {"where": _field_path(error["loc"]), "problem": problem_in_words(error)}
        for error in validation_errors[:MAX_FIELDS]
    ]
    kind = errors.InvalidInput
    detail = "; ".join(
        f"{field['where']}: {field['problem']}" if field["where"] else field["problem"] for field in fields
    )
    detail += more_than_listed(validation_errors)
    return members(422, kind.code, kind.title, detail, "Correct the listed fields.") | {"fields": fields}


def more_than_listed(validation_errors: Sequence[object]) -> str:
    """How many errors are not listed, to be added to those that are; empty if all are."""
    left_out = len(validation_errors) - MAX_FIELDS
    return f"; and {left_out} more" if left_out > 0 else ""


def _field_path(path: tuple[int | str, ...]) -> str:
    """A path as valid UTF-8: it contains names that the caller chose, which may not be valid Unicode."""
    return (
        ".".join(str(part)[:_MAX_NAME_LENGTH] for part in path[:_MAX_DEPTH]).encode(errors="replace").decode()
    )


def _http_response(error: HTTPException) -> JSONResponse:
    code, next_step = HTTP_PROBLEMS.get(
        error.status_code, ("http-error", "Check the API description at /v1/openapi.json.")
    )
    return problem_response(
        error.status_code, code, str(error.detail), str(error.detail), next_step, headers=error.headers
    )


def integrity_response(error: IntegrityError) -> JSONResponse:
    """The response to a violated database constraint, such as when two requests conflict."""
    return error_response(as_domain_error(error))


def fault_response() -> JSONResponse:
    """The response to an unexpected exception."""
    return problem_response(
        500,
        "internal-error",
        "Internal error",
        "the request could not be completed",
        "Try again in a minute. If it keeps happening, give the request id to whoever runs the server.",
    )


def install(app: FastAPI) -> None:
    """Make every error response of the application a problem. `RequestMiddleware` does so for unexpected errors."""

    @app.exception_handler(errors.HomeroomError)
    async def _domain(_: Request, error: errors.HomeroomError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        return validation_response(error)

    @app.exception_handler(IntegrityError)
    async def _integrity(_: Request, error: IntegrityError) -> JSONResponse:
        return integrity_response(error)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        return _http_response(error)
