"""The bare peer: the same statements with psycopg in routes that do nothing else. `uvicorn benchmarks.api.bare:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI, Request, Response
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

_SCOPE = (
    "select set_config('app.organization_id', %s, true), set_config('app.actor', %s, true), "
    "set_config('app.request_id', %s, true)"
)
_GUARDIAN = (
    "organization_id, id, name, email, language, time_zone, quiet_from, quiet_until, external_id, version, "
    "created_at, updated_at, retired_at"
)
_SHOWN = _GUARDIAN.partition(", ")[2].split(", ")
_COMPLETE = "(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint"

Connection = AsyncConnection[dict[str, Any]]
pool: "AsyncConnectionPool[Connection]"


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    global pool
    pool = AsyncConnectionPool(
        os.environ["HOMEROOM_DATABASE_URL"],
        min_size=10,
        max_size=10,
        open=False,
        kwargs={"row_factory": dict_row, "autocommit": True},
        connection_class=AsyncConnection[dict[str, Any]],
    )
    async with pool:
        yield


app = FastAPI(lifespan=lifespan)


@asynccontextmanager
async def tenant(request: Request) -> AsyncIterator[Connection]:
    """The key's organization by one statement, the rest in a transaction in its scope, as in the API."""
    prefix = request.headers["authorization"].split("_", 2)[1]
    async with pool.connection() as connection:
        result = await connection.execute("select * from api_key_by_prefix(%s)", [prefix])
        key = await result.fetchone()
        assert key is not None, "the benchmark sends a good key"
        async with connection.transaction():
            await connection.execute(_SCOPE, [str(key["organization_id"]), f"key:{key['id']}", "bare"])
            yield connection


def _response(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


@app.get("/v1/guardians/{key}")
async def guardian(key: UUID, request: Request) -> Response:
    async with tenant(request) as connection:
        result = await connection.execute(f"select {_GUARDIAN} from guardian where id = %s", [key])
        row = await result.fetchone()
    assert row is not None, "the benchmark asks for a guardian that is there"
    return _response({name: row[name] for name in _SHOWN})


@app.get("/v1/guardians")
async def fifty(request: Request) -> Response:
    async with tenant(request) as connection:
        result = await connection.execute(
            f"select {_GUARDIAN} from guardian where (retired_at is not null) = false "
            "order by created_at, id limit 51"
        )
        rows = await result.fetchall()
    items = [{name: row[name] for name in _SHOWN} for row in rows[:50]]
    return _response({"items": items, "next_cursor": str(rows[49]["id"])})


@app.get("/v1/events")
async def feed(request: Request) -> Response:
    async with tenant(request) as connection:
        result = await connection.execute(
            "select organization_id, seq, xid, occurred_at, actor, request_id, kind, subject, subject_id, session_id, "
            f"changes from change_log where (xid, seq) > (0, 0) and xid < {_COMPLETE} order by xid, seq limit 50"
        )
        rows = await result.fetchall()
    items = [
        {"id": f"{row['xid']}-{row['seq']}", "changed": sorted(row["changes"])}
        | {
            name: row[name]
            for name in ("kind", "subject", "subject_id", "session_id", "occurred_at", "actor")
        }
        for row in rows
    ]
    return _response({"items": items, "next_cursor": items[-1]["id"]})
