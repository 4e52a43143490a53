"""Reads and writes the histories saved for replay: `histories/<release>/<scenario>.json.gz`."""

import gzip
import json
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

HISTORIES = Path(__file__).parent / "histories"
_MACHINE_FIELDS = ("identity", "stackTrace")  # process, host and file paths, which no replay needs


def saved_histories() -> dict[str, Path]:
    """The files by `<release>/<scenario>`."""
    paths = sorted(HISTORIES.glob("*/*.json.gz"))
    return {f"{path.parent.name}/{path.name.removesuffix('.json.gz')}": path for path in paths}


def read_history(name: str) -> WorkflowHistory:
    return WorkflowHistory.from_json(name, gzip.decompress(saved_histories()[name].read_bytes()).decode())


def write_history(release: str, scenario: str, history: WorkflowHistory) -> None:
    """Raises FileExistsError: a saved history represents the sessions of its release and is never replaced."""
    path = HISTORIES / release / f"{scenario}.json.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_cleaned(json.loads(history.to_json())), separators=(",", ":"))
    with path.open("xb") as file:
        file.write(gzip.compress(text.encode(), mtime=0))


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items() if key not in _MACHINE_FIELDS}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return value
