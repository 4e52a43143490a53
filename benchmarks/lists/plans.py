"""The statements that a request sends, from the server's log: how long they took, and which tables they read whole."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_LOGS_PLANS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
}
ROLE = "homeroom_app"
_DURATION = re.compile(r"duration: ([0-9.]+) ms +plan:\n")


@dataclass(frozen=True)
class Statement:
    took: float  # milliseconds
    whole: frozenset[str]  # tables that are read from one end to the other


@dataclass(frozen=True)
class Plans:
    """The plans in a server's log since it was last read. The log has them once `log_plans` was called."""

    log: Path

    def read(self, position: int) -> tuple[list[Statement], int]:
        """The statements after this position of the log, and its end."""
        with self.log.open("rb") as file:
            file.seek(position)
            text = file.read()
        return list(_statements(text.decode(errors="replace"))), position + len(text)


def log_plans(url: str, *, on: bool) -> None:
    """Of all sessions of the application that begin from now on. `url`: of the superuser."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in _LOGS_PLANS.items():
            change = f"set {name} = '{value}'" if on else f"reset {name}"
            connection.execute(f"alter role {ROLE} {change}")


def _statements(text: str) -> Iterator[Statement]:
    decoder = json.JSONDecoder()
    _, *parts = _DURATION.split(text)
    for took, rest in zip(parts[::2], parts[1::2], strict=True):
        found, _ = decoder.raw_decode(rest.replace("\n\t", "\n").lstrip())
        yield Statement(float(took), frozenset(_read_whole(found["Plan"])))


def _read_whole(plan: dict[str, Any]) -> set[str]:
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(_read_whole(step) for step in plan.get("Plans", ())))
