"""ETags. Of a row that people change: its version, which a change names; of any other read: what it says."""

import hashlib
from typing import Annotated

from fastapi import Header, Request, Response

from domain.errors import InvalidInput, VersionRequired

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of your last read. `*` changes whatever is there.",
        max_length=100,
    ),
]


def etag(version: int) -> str:
    return f'"{version}"'


def required_version(if_match: str | None) -> int | None:
    """None for `*`. Raises VersionRequired, InvalidInput."""
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
    """A read with its ETag; 304 without a body for who has it already."""
    body = getattr(answer, "body", None)  # none of what is streamed
    if answer.status_code != 200 or body is None:
        return answer
    tag = answer.headers.get("etag")
    if tag is None:
        tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        answer.headers["etag"] = tag
    known = request.headers.get("if-none-match")
    return Response(status_code=304, headers={"ETag": tag}) if known and _is_among(tag, known) else answer


def _is_among(tag: str, if_none_match: str) -> bool:
    told = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag.removeprefix("W/") in told or "*" in told
