"""The Temporal client, with the converter that all of Homeroom's payloads use."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter

_adapter = lru_cache(maxsize=1024)(TypeAdapter)


class _SharedAdapters(PydanticJSONPlainPayloadConverter):
    """The sandbox makes a converter for each workflow: without this, each session builds all adapters anew."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return _adapter(type_hint or Any).validate_json(payload.data)


class PayloadConverter(CompositePayloadConverter):
    def __init__(self) -> None:
        json = _SharedAdapters()
        defaults = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(json if one.encoding == json.encoding else one for one in defaults))


DATA_CONVERTER = DataConverter(payload_converter_class=PayloadConverter)


async def connect(address: str, namespace: str, *, lazy: bool = False) -> Client:
    """Lazy: connects with the first call, so that a door opens while Temporal is still starting."""
    return await Client.connect(address, namespace=namespace, data_converter=DATA_CONVERTER, lazy=lazy)
