"""What a benchmark found, on a terminal and in a page; and how far it has come."""

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
    aim: str = ""  # none: a number to know
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


def tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def counting(what: str) -> Callable[[int, int], None]:
    """Tells of progress every other second, and of its end."""
    told = time.monotonic()

    def count(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told > _EVERY:
            told = time.monotonic()
            tell(f"{what} {done}/{total}")

    return count
