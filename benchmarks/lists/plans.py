"""The plans of the statements that a request sends, from the server's log, and what they read whole."""

import json
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


@dataclass(frozen=True)
class Plans:
    """The plans in a server's log since it was last read. The log has them once `log_plans` was called."""

    log: Path

    def read(self, position: int) -> tuple[list[dict[str, Any]], int]:
        """The plans after this position of the log, and its end."""
        with self.log.open("rb") as file:
            file.seek(position)
            text = file.read()
        return list(_plans(text.decode(errors="replace"))), position + len(text)


def log_plans(url: str, *, on: bool) -> None:
    """Of all sessions of the application that begin from now on. `url`: of the superuser."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in _LOGS_PLANS.items():
            change = f"set {name} = '{value}'" if on else f"reset {name}"
            connection.execute(f"alter role {ROLE} {change}")


def _plans(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    for part in text.split("plan:\n")[1:]:
        found, _ = decoder.raw_decode(part.replace("\n\t", "\n").lstrip())
        yield found["Plan"]


def read_whole(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from one end to the other."""
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(read_whole(step) for step in plan.get("Plans", ())))
