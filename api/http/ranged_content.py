"""Streams content from the object store, whole or by range (RFC 9110), with ETags."""

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

from api.http.problems import problem_response
from domain.errors import NotFound, Unavailable

_CHUNK = 256 * 1024  # bytes
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")
# Uploaded content is untrusted: if it is HTML, it neither runs scripts nor loads anything.
_SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=900",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
    for status, description in ((200, "The content."), (206, "The requested range."))
}


@dataclass(frozen=True)
class StoredContent:
    """An object of the store and how it is served; `headers` are added to the response."""

    key: str
    size: int  # bytes
    sha256: str
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def disposition(kind: str, name: str) -> dict[str, str]:
    """The Content-Disposition header (RFC 6266). `kind` is attachment or inline; `name` may be any text."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    return {"Content-Disposition": f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


async def content_response(request: Request, store: ObjectStore, stored: StoredContent) -> Response:
    """The content, the range that the request asks for, or 304. Raises NotFound, Unavailable."""
    etag = f'"{stored.sha256}"'
    headers = {**_SAFE, "Accept-Ranges": "bytes", "ETag": etag, **stored.headers}
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    requested_range = request.headers.get("range")
    if requested_range is None or request.headers.get("if-range", etag) != etag:
        return await _stream(store, stored, 0, stored.size, 200, headers)
    match = _RANGE.fullmatch(requested_range.replace(" ", ""))
    if match is None:  # several ranges or another unit: RFC 9110 allows the whole content
        return await _stream(store, stored, 0, stored.size, 200, headers)
    start, end = _byte_range(match, stored.size)
    if start >= end:
        return _unsatisfiable(stored.size)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return await _stream(store, stored, start, end, 206, headers)


def _byte_range(match: re.Match[str], size: int) -> tuple[int, int]:
    """First byte and the one after the last; an empty range cannot be satisfied."""
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(0, size - int(suffix)) if int(suffix) else size, size
    return int(first), min(size, int(last) + 1) if last else size


def _unsatisfiable(size: int) -> Response:
    return problem_response(
        416,
        "range-not-satisfiable",
        "Range not satisfiable",
        f"the content has {size} bytes",
        "Request a range within it.",
        headers={"Content-Range": f"bytes */{size}"},
    )


async def _stream(
    store: ObjectStore, stored: StoredContent, start: int, end: int, status: int, headers: Mapping[str, str]
) -> Response:
    try:
        content = await obstore.get_async(store, stored.key, options={"range": (start, end)})
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("the content is no longer in the store") from error
    except (BaseError, OSError) as error:
        raise Unavailable("the object store isn't responding") from error

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in content.stream(min_chunk_size=_CHUNK):
            yield bytes(chunk)

    return StreamingResponse(
        chunks(), status, {**headers, "Content-Length": str(end - start)}, media_type=stored.media_type
    )
