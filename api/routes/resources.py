"""The routes that every kind of resource has."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.http.authentication import Needs, needs
from api.http.dependencies import Now, Shared, TheCaller, Work, reading
from api.http.etags import IfMatch, conditional, etag, required_version
from api.http.idempotency import ApiRoute, Ids
from api.http.list_queries import list_query
from api.http.paging import Page, next_cursor
from api.schemas.resources import described, present
from models.reading import Readable
from models.repositories import pages
from services.resources.catalogue import RESOURCES
from services.resources.resource import Resource

router = APIRouter(prefix="/v1", route_class=ApiRoute)
_NONE: Mapping[str, str] = {}
_UUID = TypeAdapter(UUID)
Key = Annotated[UUID, Path(alias="id")]


class _ReadRoute(APIRoute):
    """Has the request read without the framework.

    It would look at each parameter by itself, which takes longer than the database takes to find the rows. The
    endpoint takes the request and what `parameters` makes of it; its signature is for the API's description.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        (permission,) = (one.dependency for one in self.dependencies if isinstance(one.dependency, Needs))

        async def handle(request: Request) -> Response:
            await permission(request)
            return conditional(request, await self.endpoint(request, self.parameters(request)))

        return handle

    def parameters(self, request: Request) -> Any:
        """Raises RequestValidationError."""
        raise NotImplementedError


class _ListRoute(_ReadRoute):
    """The query by its model at once."""

    def parameters(self, request: Request) -> Any:
        query = get_args(self.endpoint.__annotations__["asked"])[0]
        with _faults_of("query"):
            return query.model_validate(dict(request.query_params))


class _OneRoute(_ReadRoute):
    """The id in the path."""

    def parameters(self, request: Request) -> UUID:
        with _faults_of("path", "id"):
            return _UUID.validate_python(request.path_params["id"])


@contextmanager
def _faults_of(*place: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise RequestValidationError([one | {"loc": (*place, *one["loc"])} for one in faults]) from error


def serve(resource: Resource[Any]) -> None:
    name, kind, api = resource.name, type(resource).__name__, described(resource)
    read, write = [needs(resource.read)], [needs(resource.write)]

    async def create(
        new: Any, db: Work, who: TheCaller, ids: Ids, now: Now, shared: Shared, later: BackgroundTasks
    ) -> Any:
        admitted = await resource.admit(shared.outside, new)
        row = await resource.create(db, who.organization_id, ids.next(), admitted, now)
        if invitation := await shared.invitations.write(db, who, row, now):
            later.add_task(shared.invitations.deliver, invitation)
        place = {"Location": f"/v1/{api.path}/{row.id}"}
        return await _shown(db, row, 201, place)

    async def list_all(request: Request, asked: Any) -> Any:
        wanted = asked.wanted()
        async with reading(request, single=resource.shown_by_one_query) as db:
            rows, more = await pages.read(db, resource.table, wanted)
            items = await present(db, resource, rows)
        shown = {"items": items, "next_cursor": next_cursor(rows, more, wanted.sort)}
        return _json(page.model_validate(shown))

    async def read_one(request: Request, key: Key) -> Any:
        async with reading(request, single=resource.shown_by_one_query) as db:
            return await _shown(db, await resource.seen(db, key))

    async def change(
        key: Key, change: Any, db: Work, now: Now, shared: Shared, if_match: IfMatch = None
    ) -> Any:
        version = required_version(if_match)
        return await _shown(
            db, await resource.update(db, key, await resource.admit(shared.outside, change), version, now)
        )

    async def retire(key: Key, db: Work, now: Now, if_match: IfMatch = None) -> None:
        version = required_version(if_match) if if_match is not None else None
        await resource.retire(db, key, version, now)

    async def restore(key: Key, db: Work, now: Now) -> Any:
        return await _shown(db, await resource.restore(db, key, now))

    async def _shown(db: Readable, row: Any, status: int = 200, more: Mapping[str, str] = _NONE) -> Response:
        (shown,) = await present(db, resource, [row])
        return _json(shown, status, {"ETag": etag(row.version), **more})

    page = Page[api.out]  # type: ignore[name-defined]
    create.__annotations__["new"] = resource.new
    change.__annotations__["change"] = resource.change
    list_all.__annotations__["asked"] = Annotated[list_query(resource), Query()]
    one, many = f"/{api.path}/{{id}}", f"/{api.path}"
    add = router.add_api_route
    tags: list[str | Enum] = [api.tag]
    add(many, create, methods=["POST"], status_code=201, response_model=api.out, dependencies=write,
        tags=tags, summary=f"Make a {name}", operation_id=f"create_{kind}")  # fmt: skip
    add(many, list_all, methods=["GET"], response_model=page, dependencies=read, route_class_override=_ListRoute,
        tags=tags, summary=f"List, filter and search: {name}", operation_id=f"list_{kind}")  # fmt: skip
    add(one, read_one, methods=["GET"], response_model=api.out, dependencies=read, route_class_override=_OneRoute,
        tags=tags, summary=f"Read a {name}", operation_id=f"read_{kind}")  # fmt: skip
    add(one, change, methods=["PATCH"], response_model=api.out, dependencies=write,
        tags=tags, summary=f"Change a {name}: what is left out stays", operation_id=f"change_{kind}")  # fmt: skip
    add(one, retire, methods=["DELETE"], status_code=204, dependencies=write,
        tags=tags, summary=f"Retire a {name}: out of use, kept for the record",
        operation_id=f"retire_{kind}")  # fmt: skip
    add(f"{one}/restore", restore, methods=["POST"], response_model=api.out, dependencies=write,
        tags=tags, summary=f"Bring a retired {name} back into use", operation_id=f"restore_{kind}")  # fmt: skip


def _json(shown: BaseModel, status: int = 200, headers: Mapping[str, str] = _NONE) -> Response:
    """Written once, by the model itself: the framework would check and copy it on its way."""
    return Response(shown.model_dump_json(), status, headers, media_type="application/json")


for _resource in RESOURCES:
    serve(_resource)
