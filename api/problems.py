"""Errors as application/problem+json (RFC 9457), from one table of statuses."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from domain import errors

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
    errors.Unavailable: 503,
}


def status_of(error: errors.HomeroomError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def problem(
    status: int, code: str, title: str, detail: str, next_step: str = "", **more: Any
) -> JSONResponse:
    body = {
        "type": f"urn:homeroom:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "next_step": next_step,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status == 503:
        headers["Retry-After"] = "2"
    return JSONResponse(jsonable_encoder(body | more), status, headers, media_type=MEDIA_TYPE)


def of_error(error: errors.HomeroomError) -> JSONResponse:
    return problem(status_of(error), error.code, error.title, error.detail, error.next_step, **error.extra)


def install(app: FastAPI) -> None:
    @app.exception_handler(errors.HomeroomError)
    async def _domain(_: Request, error: errors.HomeroomError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        places = [
            {"where": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]}
            for one in error.errors()
        ]
        kind = errors.InvalidInput
        detail = "; ".join(f"{place['where']}: {place['problem']}" for place in places)
        return problem(422, kind.code, kind.title, detail, "Correct the named fields.", fields=places)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http-error")
        return problem(error.status_code, code, str(error.detail), str(error.detail))
