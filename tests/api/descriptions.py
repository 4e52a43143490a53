"""Lists the operations of an OpenAPI description."""

from tests.campus import Json


def operations(schema: Json) -> list[tuple[str, str, Json]]:
    """Path, method and description of each operation."""
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
