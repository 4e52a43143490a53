"""What Schemathesis does here: JSON lines, and fewer systematic values in `make test` than in `make fuzz`.

Of JSON lines it sends bodies of one line, and checks the last line of a response.
"""

import json
from collections import Counter
from typing import Any

import schemathesis
from schemathesis.generation.meta import CoveragePhaseData

from tests.depth import EVERY_VALUE

LINES = "application/x-ndjson"
OF_EVERY_KIND = 10  # a value at a limit, a wrong type, a method that is not allowed ...
_tried: set[tuple[object, ...]] = set()
_sent: Counter[tuple[object, ...]] = Counter()


@schemathesis.serializer(LINES)
def one_line(_: schemathesis.SerializationContext, value: Any) -> bytes:
    return json.dumps(value).encode()


@schemathesis.deserializer(LINES)
def last_line(_: schemathesis.DeserializationContext, answer: schemathesis.Response) -> Any:
    return json.loads(answer.content.splitlines()[-1])


@schemathesis.hook
def filter_case(_: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Without EVERY_VALUE, a right and a wrong value for each part of each operation, and some of every kind."""
    data = case.meta.phase.data if case.meta else None
    if EVERY_VALUE or case.meta is None or not isinstance(data, CoveragePhaseData):
        return True
    part = (case.operation.label, data.parameter_location, case.meta.generation.mode)
    kind = (data.scenario, data.parameter_location)
    if part in _tried and _sent[kind] >= OF_EVERY_KIND:
        return False
    _tried.add(part)
    _sent[kind] += 1
    return True
