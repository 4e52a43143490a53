"""The report of a benchmark, for a terminal and for docs/benchmarks.md, and its progress while it runs."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from rich.console import Console
from rich.table import Table

_EVERY = 2.0  # seconds between two lines of progress


@dataclass(frozen=True)
class Verdict:
    what: str
    measured: str
    aim: str = ""  # empty: only informative
    holds: bool = True

    def __str__(self) -> str:
        if not self.aim:
            return f"{self.what}: {self.measured}"
        return f"{self.what}: {self.measured} (aim {self.aim}{'' if self.holds else ', missed'})"


@dataclass(frozen=True)
class Report:
    command: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    verdicts: Sequence[Verdict]

    def show(self) -> None:
        table = Table(box=None, pad_edge=False)
        for position, column in enumerate(self.columns):
            table.add_column(column, justify="right" if position else "left")
        for row in self.rows:
            table.add_row(*row)
        Console(highlight=False).print(table)
        for verdict in self.verdicts:
            print(verdict)

    def markdown(self) -> str:
        alignment = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = (f"| {' | '.join(row)} |" for row in (self.columns, alignment, *self.rows))
        verdicts = (f"- {verdict}" for verdict in self.verdicts)
        return "\n".join(chain([f"### `python -m {self.command}`", ""], lines, [""], verdicts)) + "\n"


def at_least(what: str, measured: float, aim: float) -> Verdict:
    return Verdict(what, f"{measured:.2f}", f">= {aim:g}", measured >= aim)


def at_most(what: str, measured: float, aim: float, unit: str = "") -> Verdict:
    return Verdict(what, f"{measured:g}{unit}", f"<= {aim:g}{unit}", measured <= aim)


def show_progress(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def counting(what: str) -> Callable[[int, int], None]:
    """A function that shows progress every other second, and at the end."""
    shown_at = time.monotonic()

    def count(done: int, total: int) -> None:
        nonlocal shown_at
        if done == total or time.monotonic() - shown_at > _EVERY:
            shown_at = time.monotonic()
            show_progress(f"{what} {done}/{total}")

    return count
