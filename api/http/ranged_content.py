"""Content of the object store, given out whole or in parts (RFC 9110, ranges), as it comes from there."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import obstore
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore

from api.http.problems import problem
from domain.errors import NotFound, Unavailable

_CHUNK = 256 * 1024  # bytes
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")
# A page would not run, and nothing it names would be fetched.
_SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=900",
}
DESCRIBED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": told,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
    for status, told in ((200, "The content."), (206, "The part of it that `Range` asks for."))
}


@dataclass(frozen=True)
class Stored:
    key: str
    size: int  # bytes
    sha256: str
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def disposition(kind: str, name: str) -> dict[str, str]:
    """`kind` is attachment or inline; any name can be sent (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    return {"Content-Disposition": f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


async def give(request: Request, store: ObjectStore, stored: Stored) -> Response:
    """Raises NotFound, Unavailable."""
    etag = f'"{stored.sha256}"'
    headers = {**_SAFE, "Accept-Ranges": "bytes", "ETag": etag, **stored.headers}
    if etag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if wanted is None or request.headers.get("if-range", etag) != etag:
        return await _stream(store, stored, 0, stored.size, 200, headers)
    match = _RANGE.fullmatch(wanted.replace(" ", ""))
    if match is None:  # of several parts, or of a kind that is not known: the whole is a right answer
        return await _stream(store, stored, 0, stored.size, 200, headers)
    start, end = _part(match, stored.size)
    if start >= end:
        return _unsatisfiable(stored.size)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return await _stream(store, stored, start, end, 206, headers)


def _part(match: re.Match[str], size: int) -> tuple[int, int]:
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(0, size - int(suffix)) if int(suffix) else size, size
    return int(first), min(size, int(last) + 1) if last else size


def _unsatisfiable(size: int) -> Response:
    return problem(
        416,
        "range-not-satisfiable",
        "There is no such part",
        f"the content has {size} bytes",
        "Ask for a part within it.",
        headers={"Content-Range": f"bytes */{size}"},
    )


async def _stream(
    store: ObjectStore, stored: Stored, start: int, end: int, status: int, headers: Mapping[str, str]
) -> Response:
    try:
        found = await obstore.get_async(store, stored.key, options={"range": (start, end)})
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("the content is no longer in the store") from error
    except (BaseError, OSError) as error:
        raise Unavailable("the object store isn't responding") from error

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in found.stream(min_chunk_size=_CHUNK):
            yield bytes(chunk)

    return StreamingResponse(
        chunks(), status, {**headers, "Content-Length": str(end - start)}, media_type=stored.media_type
    )
