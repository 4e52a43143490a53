"""The histories that are saved for replay, a folder for each release: `histories/<release>/<scenario>.json.gz`."""

import gzip
import json
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

HISTORIES = Path(__file__).parent / "histories"
_OF_THE_MACHINE = ("identity", "stackTrace")  # process, host and file paths, which no replay needs


def saved_histories() -> dict[str, Path]:
    """By release and scenario."""
    paths = sorted(HISTORIES.glob("*/*.json.gz"))
    return {f"{path.parent.name}/{path.name.removesuffix('.json.gz')}": path for path in paths}


def read_history(name: str) -> WorkflowHistory:
    return WorkflowHistory.from_json(name, gzip.decompress(saved_histories()[name].read_bytes()).decode())


def write_history(release: str, scenario: str, history: WorkflowHistory) -> None:
    """Raises FileExistsError: a saved history is never replaced, it stands for the sessions of its release."""
    path = HISTORIES / release / f"{scenario}.json.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_cleaned(json.loads(history.to_json())), separators=(",", ":"))
    with path.open("xb") as file:
        file.write(gzip.compress(text.encode(), mtime=0))


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items() if key not in _OF_THE_MACHINE}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return value
