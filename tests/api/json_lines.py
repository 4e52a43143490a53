"""Teaches Schemathesis JSON lines: it sends bodies of one line, and checks the last line of a response."""

import json
from typing import Any

import schemathesis

LINES = "application/x-ndjson"


@schemathesis.serializer(LINES)
def one_line(_: schemathesis.SerializationContext, value: Any) -> bytes:
    return json.dumps(value).encode()


@schemathesis.deserializer(LINES)
def last_line(_: schemathesis.DeserializationContext, answer: schemathesis.Response) -> Any:
    return json.loads(answer.content.splitlines()[-1])
