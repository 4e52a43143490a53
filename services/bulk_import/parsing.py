"""Parses JSON lines and CSV (RFC 4180) into rows. A row that cannot be read does not affect the others."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

import orjson

from domain.errors import InvalidInput

MAX_ROW_BYTES = 1_000_000
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")
_MAX_RESTARTS = 100  # after a quote that is never closed; each reads up to MAX_ROW_BYTES again
_UTF8 = "Save the file as UTF-8."

Content = dict[str, Any]


@dataclass(frozen=True)
class Row:
    number: int  # counts from 1, without the header
    line: int  # the line of the file on which it starts
    size: int  # approximate bytes
    content: Content | InvalidInput


class Lines:
    """The physical lines of a file with their numbers; a line that is too long is None."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises InvalidInput for a file in another encoding than UTF-8."""
        self._file, self.number = file, 0
        start = file.read(3)
        if start.startswith(_OTHER_BOMS):
            raise InvalidInput("the file is UTF-16", next_step=_UTF8)
        file.seek(len(_BOM) if start == _BOM else 0)

    def __iter__(self) -> Iterator[bytes | None]:
        while (line := self.next()) != b"":
            yield line

    def skip_empty(self) -> None:
        while (line := self._file.readline(3)) in (b"\n", b"\r\n"):
            self.number += 1
        self._file.seek(-len(line), 1)

    def next(self) -> bytes | None:
        """The next line with its line break; b"" after the last one."""
        line = self._file.readline(MAX_ROW_BYTES + 1)
        self.number += bool(line)
        if len(line) <= MAX_ROW_BYTES:
            return line
        while line and not line.endswith(b"\n"):
            line = self._file.readline(MAX_ROW_BYTES)
        return None

    @property
    def position(self) -> tuple[int, int]:
        return self._file.tell(), self.number

    def return_to(self, position: tuple[int, int]) -> None:
        self._file.seek(position[0])
        self.number = position[1]


def json_rows(file: IO[bytes]) -> Iterator[Row]:
    """The rows of a JSON lines file, without empty lines. Raises InvalidInput at once for a file that is not UTF-8."""
    lines = Lines(file)
    return _json_rows(lines)


def _json_rows(lines: Lines) -> Iterator[Row]:
    number = 0
    for line in lines:
        if line is None or line.strip():
            number += 1
            content = _too_long() if line is None else _object(line)
            yield Row(number, lines.number, len(line or b""), content)


def _object(line: bytes) -> Content | InvalidInput:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return _not_utf8(error.start)
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return InvalidInput(
            f"this line isn't valid JSON: {error.msg}", next_step="Write one JSON object per line."
        )
    if not isinstance(content, dict):
        return InvalidInput("this line isn't a JSON object", next_step="Write one JSON object per line.")
    return content


def csv_rows(file: IO[bytes], columns: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    """The rows of a CSV file; `columns` are the allowed ones with the function that reads their cells.

    An empty cell counts as absent. Raises InvalidInput at once if the header cannot be used.
    """
    lines = Lines(file)
    return _csv_rows(lines, _header(lines, columns), columns)


def _header(lines: Lines, columns: Mapping[str, Callable[[str], Any]]) -> list[str]:
    record = _record(lines)
    if isinstance(record, InvalidInput):
        raise record
    if not record:
        raise InvalidInput("the file has no header", next_step="Start it with a line that names the columns.")
    names = [name.strip() for name in record]
    next_step = f"Use these, separated by commas: {', '.join(columns)}."
    if unknown := [name[:100] for name in names if name not in columns]:
        raise InvalidInput(f"there is no column {', '.join(map(repr, unknown[:20]))}", next_step=next_step)
    if len(set(names)) < len(names):
        raise InvalidInput("a column appears twice", next_step="Name each column once.")
    return names


def _csv_rows(lines: Lines, header: list[str], columns: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    number, restarts = 0, 0
    while True:
        lines.skip_empty()
        before = lines.position
        record = _record(lines)
        if record is None:
            return
        number += 1
        if record is _UNCLOSED and restarts < _MAX_RESTARTS:
            restarts += 1
            lines.return_to(before)
            lines.next()
        size = lines.position[0] - before[0]
        yield Row(number, before[1] + 1, size, _cells(record, header, columns))


def _cells(
    record: list[str] | InvalidInput, header: list[str], columns: Mapping[str, Callable[[str], Any]]
) -> Content | InvalidInput:
    if isinstance(record, InvalidInput):
        return record
    if len(record) != len(header):
        return _wrong_cell_count(len(record), len(header))
    return {name: columns[name](cell) for name, cell in zip(header, record, strict=True) if cell}


# The lines after it may be rows, so parsing goes on with them; returned as a value, never raised.
_UNCLOSED: Final = InvalidInput(
    "a quote opened on this line is never closed", next_step="Close it, or double it."
)


class _TooLongError(Exception):
    pass


def _record(lines: Lines) -> list[str] | InvalidInput | None:
    """The next record, which may span several lines; None after the last one."""
    taken = 0

    def physical() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += 1 if line is None else len(line)
            if line is None or taken > MAX_ROW_BYTES:
                raise _TooLongError
            yield line.decode(errors="surrogateescape")

    start = lines.number
    try:
        record = next(csv.reader(physical(), strict=True), None)
    except _TooLongError:
        return _too_long() if lines.number == start + 1 else _UNCLOSED
    except csv.Error as error:
        endless = "field limit" in str(error) and lines.number > start + 1
        return _UNCLOSED if endless or "unexpected end" in str(error) else _invalid_csv(error)
    return record if record is None else _text(record)


def _text(record: list[str]) -> list[str] | InvalidInput:
    whole = "".join(record)
    if "\0" in whole:
        return InvalidInput("this row contains a NUL character", next_step="Remove it.")
    try:
        whole.encode()
    except UnicodeEncodeError as error:
        return _not_utf8(error.start)
    return record


def _not_utf8(index: int) -> InvalidInput:
    return InvalidInput(f"this row is not UTF-8, starting at character {index + 1}", next_step=_UTF8)


def _too_long() -> InvalidInput:
    return InvalidInput(f"this row is longer than {MAX_ROW_BYTES} bytes", next_step="Make the row shorter.")


def _invalid_csv(error: csv.Error) -> InvalidInput:
    return InvalidInput(
        f"this row isn't valid CSV: {error}",
        next_step="Put text that contains quotes in quotes, and double them.",
    )


def _wrong_cell_count(cells: int, columns: int) -> InvalidInput:
    return InvalidInput(
        f"this row has {cells} cells, the header has {columns}",
        next_step="Put text that contains commas in quotes.",
    )
