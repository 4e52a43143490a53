"""Reads a JSON file that a command is given."""

import json
from pathlib import Path
from typing import Any

import typer


def read_json(file: Path) -> Any:
    """Raises typer.BadParameter for a file that can't be read or isn't JSON."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file} can't be read as JSON.") from error
