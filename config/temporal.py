"""The Temporal client, with the converter that all of Homeroom's payloads use."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter


async def connect(address: str, namespace: str, *, lazy: bool = False) -> Client:
    """Lazy: connects with the first call, so that a door opens while Temporal is still starting."""
    return await Client.connect(
        address, namespace=namespace, data_converter=pydantic_data_converter, lazy=lazy
    )
