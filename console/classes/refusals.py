"""The refused rows of a file as a page lists them: those that are refused for one reason stand together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class RefusedRows:
    """Rows with the same problem."""

    detail: str
    next_step: str
    lines: list[int] = field(default_factory=list)  # of the file, where the rows start
    numbers: list[int] = field(default_factory=list)  # of the rows, without the header
    first: str = ""  # what the first of the rows says; empty where that is not known

    @property
    def where(self) -> str:
        return spans(self.lines)


def grouped(
    refused: Iterable[tuple[int, int, Mapping[str, Any]]], text: Sequence[str] = ()
) -> list[RefusedRows]:
    """Rows as (line, number, problem) by their problem, in the order of the file; `text` are its lines."""
    found: dict[tuple[str, str], RefusedRows] = {}
    for line, number, problem in refused:
        key = str(problem["detail"]), str(problem.get("next_step") or "")
        rows = found.setdefault(key, RefusedRows(*key))
        if not rows.lines and 0 < line <= len(text):
            rows.first = text[line - 1]
        rows.lines.append(line)
        rows.numbers.append(number)
    return list(found.values())


def spans(numbers: Sequence[int]) -> str:
    """Rising numbers in short, such as `2–5, 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
