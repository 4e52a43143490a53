"""ETags: a row's version for conditional writes, a content hash for reads."""

import hashlib
from typing import Annotated

from fastapi import Header, Request, Response

from domain.errors import InvalidInput, VersionRequired

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of your last read, or `*` to change any version.",
        max_length=100,
    ),
]


def etag(version: int) -> str:
    """The ETag of a row with this version."""
    return f'"{version}"'


def required_version(if_match: str | None) -> int | None:
    """The version in an If-Match header; None for `*`. Raises VersionRequired, InvalidInput."""
    if if_match is None:
        raise VersionRequired
    if if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(
            "If-Match isn't a valid ETag", next_step="Send the ETag of your last read unchanged."
        )
    return int(text)


def conditional(request: Request, answer: Response) -> Response:
    """The response to a read with an ETag added, or 304 without a body if the client has this content."""
    body = getattr(answer, "body", None)  # a stream has none
    if answer.status_code != 200 or body is None:
        return answer
    tag = answer.headers.get("etag")
    if tag is None:
        tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        answer.headers["etag"] = tag
    client_tags = request.headers.get("if-none-match")
    matches = client_tags and _is_among(tag, client_tags)
    return Response(status_code=304, headers={"ETag": tag}) if matches else answer


def _is_among(tag: str, if_none_match: str) -> bool:
    tags = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag.removeprefix("W/") in tags or "*" in tags
