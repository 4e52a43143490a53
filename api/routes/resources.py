"""The create, list, read, change, retire and restore routes of every kind of resource, such as students."""

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
from api.schemas.resources import api_of, present
from models.reading import Readable
from models.repositories import pages
from services.resources.catalogue import ENROLLMENTS, RESOURCES
from services.resources.resource import Resource

router = APIRouter(prefix="/v1", route_class=ApiRoute)
_NO_HEADERS: Mapping[str, str] = {}
_UUID = TypeAdapter(UUID)
Key = Annotated[UUID, Path(alias="id")]


class _ReadRoute(APIRoute):
    """A GET route that parses its request without FastAPI.

    FastAPI validates each parameter by itself, which takes longer than the database query. The endpoint receives the
    request and the result of `parameters`; its signature is used only for the OpenAPI description.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        (permission,) = (item.dependency for item in self.dependencies if isinstance(item.dependency, Needs))

        async def handle(request: Request) -> Response:
            await permission(request)
            return conditional(request, await self.endpoint(request, self.parameters(request)))

        return handle

    def parameters(self, request: Request) -> Any:
        """The second argument of the endpoint. Raises RequestValidationError."""
        raise NotImplementedError


class _ListRoute(_ReadRoute):
    """Validates all query parameters at once, by their model."""

    def parameters(self, request: Request) -> Any:
        model = get_args(self.endpoint.__annotations__["query"])[0]
        with _validation_errors_at("query"):
            return model.model_validate(dict(request.query_params))


class _ReadOneRoute(_ReadRoute):
    """Validates the id in the path."""

    def parameters(self, request: Request) -> UUID:
        with _validation_errors_at("path", "id"):
            return _UUID.validate_python(request.path_params["id"])


@contextmanager
def _validation_errors_at(*location: str) -> Iterator[None]:
    """Raise a model's validation errors as those of the request, under a location such as `query`."""
    try:
        yield
    except ValidationError as error:
        errors = error.errors(include_url=False)
        located = [item | {"loc": (*location, *item["loc"])} for item in errors]
        raise RequestValidationError(located) from error


def serve(resource: Resource[Any]) -> None:
    """Add the routes of one kind of resource to the router."""
    name, kind, api = resource.name, type(resource).__name__, api_of(resource)
    read, write = [needs(resource.read)], [needs(resource.write)]

    async def create(
        new: Any, db: Work, who: TheCaller, ids: Ids, now: Now, shared: Shared, later: BackgroundTasks
    ) -> Any:
        admitted = await resource.admit(shared.outside, new)
        row = await resource.create(db, who.organization_id, ids.next(), admitted, now)
        if invitation := await shared.invitations.write(db, who, row, now):
            later.add_task(shared.invitations.deliver, invitation)
        location = {"Location": f"/v1/{api.path}/{row.id}"}
        return await _respond(db, row, 201, location)

    async def list_all(request: Request, query: Any) -> Any:
        wanted = query.wanted()
        single = resource.shown_by_one_query and pages.takes_one_query(resource.table, wanted)
        async with reading(request, single=single) as db:
            rows, more = await pages.read(db, resource.table, wanted)
            items = await present(db, resource, rows)
        shown = {"items": items, "next_cursor": next_cursor(rows, more, wanted.sort)}
        return _json(page.model_validate(shown))

    async def read_one(request: Request, key: Key) -> Any:
        async with reading(request, single=resource.shown_by_one_query) as db:
            return await _respond(db, await resource.seen(db, key))

    async def change(
        key: Key, change: Any, db: Work, now: Now, shared: Shared, if_match: IfMatch = None
    ) -> Any:
        version = required_version(if_match)
        return await _respond(
            db, await resource.update(db, key, await resource.admit(shared.outside, change), version, now)
        )

    async def retire(key: Key, db: Work, now: Now, if_match: IfMatch = None) -> None:
        version = required_version(if_match) if if_match is not None else None
        await resource.retire(db, key, version, now)

    async def restore(key: Key, db: Work, now: Now) -> Any:
        return await _respond(db, await resource.restore(db, key, now))

    async def _respond(
        db: Readable, row: Any, status: int = 200, more: Mapping[str, str] = _NO_HEADERS
    ) -> Response:
        (shown,) = await present(db, resource, [row])
        return _json(shown, status, {"ETag": etag(row.version), **more})

    page = Page[api.out]  # type: ignore[name-defined]
    create.__annotations__["new"] = resource.new
    change.__annotations__["change"] = resource.change
    list_all.__annotations__["query"] = Annotated[list_query(resource), Query()]
    item, collection = f"/{api.path}/{{id}}", f"/{api.path}"
    one_of_kind = f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    add = router.add_api_route
    tags: list[str | Enum] = [api.tag]
    # Those of enrollments also change classes (api/routes/enrollments.py).
    changes_classes = resource is ENROLLMENTS
    if not changes_classes:
        add(collection, create, methods=["POST"], status_code=201, response_model=api.out, dependencies=write,
            tags=tags, summary=f"Create {one_of_kind}", operation_id=f"create_{kind}")  # fmt: skip
    add(collection, list_all, methods=["GET"], response_model=page, dependencies=read, route_class_override=_ListRoute,
        tags=tags, summary=f"List {name}s", operation_id=f"list_{kind}")  # fmt: skip
    add(item, read_one, methods=["GET"], response_model=api.out, dependencies=read, route_class_override=_ReadOneRoute,
        tags=tags, summary=f"Read {one_of_kind}", operation_id=f"read_{kind}")  # fmt: skip
    add(item, change, methods=["PATCH"], response_model=api.out, dependencies=write,
        tags=tags, summary=f"Change {one_of_kind}", operation_id=f"change_{kind}",
        description="Fields you leave out stay as they are.")  # fmt: skip
    if changes_classes:
        return
    add(item, retire, methods=["DELETE"], status_code=204, dependencies=write,
        tags=tags, summary=f"Retire {one_of_kind}",
        operation_id=f"retire_{kind}",
        description="A retired row can no longer be used, and stays in the record.")  # fmt: skip
    add(f"{item}/restore", restore, methods=["POST"], response_model=api.out, dependencies=write,
        tags=tags, summary=f"Restore {one_of_kind}", operation_id=f"restore_{kind}")  # fmt: skip


def _json(shown: BaseModel, status: int = 200, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    """Serialize the model directly: FastAPI would validate and copy it first."""
    return Response(shown.model_dump_json(), status, headers, media_type="application/json")


for _resource in RESOURCES:
    serve(_resource)
