"""Prints results: tables and text for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from cli.json_types import Json
from cli.remote.moments import write_moment

if TYPE_CHECKING:
    from rich.console import Console

_UNLIMITED = 10_000  # columns when the output is no terminal, so that nothing is cut


@dataclass(frozen=True)
class Screen:
    as_json: bool
    zone: tzinfo | None

    def rows(self, rows: Iterable[Json], *columns: str, nothing: str = "None found.") -> None:
        """Print rows as JSON lines or as a table; `nothing` is printed instead of an empty table."""
        if self.as_json:
            for row in rows:
                _print_json(row)
            return
        from rich.table import Table  # imported here: JSON is printed without it
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(
                column.replace("_", " ").capitalize(), no_wrap=_is_unwrapped(column), overflow="fold"
            )
        for row in rows:
            table.add_row(*(Text(self.cell(row.get(column))) for column in columns))
        if not table.row_count:
            self.note(nothing)
            return
        console = _console()
        console.print(table)
        if console.is_terminal:
            self.note(f"Times in {self._zone_name()}.")

    def record(self, row: Json, *left_out: str) -> None:
        """Print one row with all its fields but those in `left_out`."""
        if self.as_json:
            _print_json(row)
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in row.items():
            if name not in left_out:
                table.add_row(name.replace("_", " "), Text(self.cell(value)))
        _console().print(table)

    def done(self, text: str, result: Json) -> None:
        """Print the result of a command: a sentence for people, `result` for programs."""
        if self.as_json:
            _print_json(result)
        else:
            print(text)

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(line, flush=True)

    def note(self, text: str) -> None:
        """Print to stderr, so that stdout holds only the result."""
        print(text, file=sys.stderr)

    def cell(self, value: Any) -> str:
        """A value as text for a table."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return write_moment(value, self.zone) if _is_moment(value) else value
        if isinstance(value, list):
            return "\n".join(self.cell(item) for item in value)
        if isinstance(value, Mapping):
            return ", ".join(f"{name} {self.cell(item)}" for name, item in value.items())
        return str(value)

    def _zone_name(self) -> str:
        return str(self.zone) if self.zone else f"this machine's zone, {datetime.now().astimezone():%Z}"


def _is_unwrapped(column: str) -> bool:
    return column == "id" or column.endswith("_at")


def _is_moment(value: str) -> bool:
    if len(value) < 20 or value[10] != "T":
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _console() -> "Console":
    from rich.console import Console

    plain = Console(highlight=False, markup=False, emoji=False)
    return (
        plain if plain.is_terminal else Console(highlight=False, markup=False, emoji=False, width=_UNLIMITED)
    )


def _print_json(row: Json) -> None:
    print(json.dumps(row, ensure_ascii=False), flush=True)
