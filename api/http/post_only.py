"""Words in a path that take POST alone, beside a route that would take them for an id."""

from fastapi import APIRouter, HTTPException, Request, Response

_OTHERS = ["GET", "PATCH", "PUT", "DELETE"]


def post_only(router: APIRouter, path: str) -> None:
    """Answer 405 to the other methods of this path, which is below the router's prefix."""
    router.add_route(f"{router.prefix}{path}", _other_method, methods=_OTHERS)


async def _other_method(_: Request) -> Response:
    raise HTTPException(405, headers={"Allow": "POST"})
