"""Values of JSON columns: Postgres stores neither NUL nor lone surrogates, which people can send."""

from typing import Any


def storable(value: Any) -> Any:
    """The value with the replacement character for what Postgres cannot store, in keys too; tuples become lists."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value
