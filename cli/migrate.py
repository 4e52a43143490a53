"""Bring the database and the Temporal namespace to what this version expects."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final

import typer
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from config.search_attributes import SEARCH_ATTRIBUTES, SearchAttributeType
from config.settings import Settings, load_settings
from models.migrate import upgrade

RETENTION: Final = timedelta(days=30)
_TYPES: Final[dict[SearchAttributeType, "IndexedValueType.ValueType"]] = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}


def migrate(
    database: Annotated[bool, typer.Option(help="The schema, as the owner of the database.")] = True,
    temporal: Annotated[bool, typer.Option(help="The namespace and its search attributes.")] = True,
) -> None:
    """Bring the database and Temporal to what this version expects; safe to repeat."""
    settings = load_settings()
    if database:
        if settings.owner_database_url is None:
            typer.echo(
                "Set HOMEROOM_OWNER_DATABASE_URL: migrations run as the owner of the schema.", err=True
            )
            raise typer.Exit(1)
        upgrade(settings.owner_database_url.get_secret_value())
        typer.echo("The database has the newest schema.")
    if temporal:
        made = asyncio.run(ensure_namespace(settings))
        typer.echo(f"Temporal namespace {settings.temporal_namespace}: {', '.join(made) or 'nothing to do'}.")


async def ensure_namespace(settings: Settings) -> list[str]:
    """What had to be made. Leaves an existing namespace's own settings alone."""
    client = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
    namespace, made = settings.temporal_namespace, list[str]()
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as problem:
        if problem.status is not RPCStatusCode.NOT_FOUND:
            raise
        retention = Duration()
        retention.FromTimedelta(RETENTION)
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=retention)
        )
        made.append("the namespace")
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    missing = {
        name: _TYPES[kind] for name, kind in SEARCH_ATTRIBUTES.items() if name not in listed.custom_attributes
    }
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
        made.extend(missing)
    return made
