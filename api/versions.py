"""ETags: the version of a row, quoted. A change names the version it was made from."""

from typing import Annotated

from fastapi import Header

from domain.errors import InvalidInput, StaleVersion, VersionRequired

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of your last read. `*` changes whatever is there.",
        max_length=100,
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match", description="The ETag you have: 304 where it is still true.", max_length=1000
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
            "If-Match is not an ETag of ours", next_step="Send the ETag of your last read as it is."
        )
    return int(text)


def check_version(present: int, wanted: int | None) -> None:
    """Raises StaleVersion."""
    if wanted is not None and wanted != present:
        raise StaleVersion(f"the present version is {present}, yours is {wanted}")


def is_known(if_none_match: str | None, version: int) -> bool:
    told = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    return etag(version) in told or "*" in told
