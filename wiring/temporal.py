"""Connects to Temporal with the data converter of all Homeroom payloads."""

import asyncio
from contextlib import suppress
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter

_cached_adapter = lru_cache(maxsize=1024)(TypeAdapter)


class _SharedAdapters(PydanticJSONPlainPayloadConverter):
    """Caches type adapters: the sandbox creates a converter per workflow, which would build all adapters again."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return _cached_adapter(type_hint or Any).validate_json(payload.data)


class PayloadConverter(CompositePayloadConverter):
    """Temporal's default converters, with JSON by pydantic."""

    def __init__(self) -> None:
        json = _SharedAdapters()
        defaults = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(json if default.encoding == json.encoding else default for default in defaults))


_CONNECT_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between attempts to connect

DATA_CONVERTER = DataConverter(payload_converter_class=PayloadConverter)


async def connect(address: str, namespace: str, *, lazy: bool = False) -> Client:
    """A Temporal client. With `lazy` it connects on the first call, so that the API can start before Temporal.

    A process that starts while Temporal is out of reach for a moment waits for it. Raises RuntimeError after that.
    """
    for pause in _CONNECT_PAUSES:
        with suppress(RuntimeError):
            return await _connect_once(address, namespace, lazy)
        await asyncio.sleep(pause)
    return await _connect_once(address, namespace, lazy)


async def _connect_once(address: str, namespace: str, lazy: bool) -> Client:
    return await Client.connect(address, namespace=namespace, data_converter=DATA_CONVERTER, lazy=lazy)
