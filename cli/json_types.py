"""The type of a JSON object in requests and responses."""

from typing import Any

Json = dict[str, Any]
