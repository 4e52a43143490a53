"""Creates the Temporal namespace and the search attributes that workflows set."""

import asyncio
import time
from datetime import timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from workflows.session import search_attributes

RETENTION: Final = timedelta(days=30)
_VISIBLE_WITHIN: Final = 60.0  # seconds that the server may take to see a new namespace


def server_type(key: SearchAttributeKey[Any]) -> "IndexedValueType.ValueType":
    """The type of a search attribute as the server's own API names it."""
    return IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{key.indexed_value_type.name}")


async def ensure_namespace(client: Client) -> list[str]:
    """Create the client's namespace and missing search attributes; returns what was created.

    An existing namespace keeps its other settings.
    """
    namespace, created = client.namespace, list[str]()
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
        created.append("the namespace")
    existing = await _search_attributes(client)
    missing = {key.name: server_type(key) for key in search_attributes.ALL if key.name not in existing}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
        created.extend(missing)
    return created


async def _search_attributes(client: Client) -> set[str]:
    """The names of the namespace's search attributes; waits until a new namespace is visible."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    end = time.monotonic() + _VISIBLE_WITHIN
    while True:
        try:
            return set((await client.operator_service.list_search_attributes(request)).custom_attributes)
        except RPCError as problem:
            if problem.status is not RPCStatusCode.NOT_FOUND or time.monotonic() > end:
                raise
        await asyncio.sleep(0.25)
