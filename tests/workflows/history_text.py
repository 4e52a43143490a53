"""What a workflow's history says, as text."""

import base64
import json
import re
from typing import Any

from temporalio.client import WorkflowHandle


async def history_text(handle: WorkflowHandle[Any, Any]) -> str:
    """All of a history, its payloads decoded."""
    history = await handle.fetch_history()
    text = json.dumps(history.to_json_dict())
    decoded = [_decoded(data) for data in re.findall(r'"data": "([A-Za-z0-9+/=]+)"', text)]
    return text + " ".join(decoded)


def _decoded(data: str) -> str:
    return base64.b64decode(data).decode(errors="replace")
