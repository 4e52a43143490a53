"""The rows of a file of JSON lines, or of CSV (RFC 4180). A row that cannot be read costs itself alone."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

import orjson

from domain.errors import InvalidInput

LONGEST = 1_000_000  # bytes of one row
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")
_MOST_RETURNS = 100  # to what stands behind a quote that is never closed: each reads up to LONGEST once more
_UTF8 = "Save the file as UTF-8."

Content = dict[str, Any]


@dataclass(frozen=True)
class Row:
    number: int  # counts from 1, without the header
    line: int  # where it begins in the file
    size: int  # bytes, about
    content: Content | InvalidInput


class Lines:
    """Physical lines of a file with their numbers; one that is too long is None."""

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
        """With its line break; b"" behind the last one."""
        line = self._file.readline(LONGEST + 1)
        self.number += bool(line)
        if len(line) <= LONGEST:
            return line
        while line and not line.endswith(b"\n"):
            line = self._file.readline(LONGEST)
        return None

    @property
    def place(self) -> tuple[int, int]:
        return self._file.tell(), self.number

    def return_to(self, place: tuple[int, int]) -> None:
        self._file.seek(place[0])
        self.number = place[1]


def json_rows(file: IO[bytes]) -> Iterator[Row]:
    """Empty lines are passed over. Raises InvalidInput before the first row for a file that is no text."""
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
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return InvalidInput(
            f"this line isn't valid JSON: {error.msg}", next_step="Write one JSON object per line."
        )
    if not isinstance(found, dict):
        return InvalidInput("this line isn't a JSON object", next_step="Write one JSON object per line.")
    return found


def csv_rows(file: IO[bytes], known: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    """`known` are the columns there can be, and how each reads its cells. An empty cell is one that is left out.

    Raises InvalidInput before the first row where the header cannot be used.
    """
    lines = Lines(file)
    return _csv_rows(lines, _header(lines, known), known)


def _header(lines: Lines, known: Mapping[str, Callable[[str], Any]]) -> list[str]:
    record = _record(lines)
    if isinstance(record, InvalidInput):
        raise record
    if not record:
        raise InvalidInput("the file has no header", next_step="Start it with a line that names the columns.")
    names = [name.strip() for name in record]
    told = f"Use these, separated by commas: {', '.join(known)}."
    if unknown := [name[:100] for name in names if name not in known]:
        raise InvalidInput(f"there is no column {', '.join(map(repr, unknown[:20]))}", next_step=told)
    if len(set(names)) < len(names):
        raise InvalidInput("a column appears twice", next_step="Name each column once.")
    return names


def _csv_rows(lines: Lines, header: list[str], known: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    number, returns = 0, 0
    while True:
        lines.skip_empty()
        before = lines.place
        record = _record(lines)
        if record is None:
            return
        number += 1
        if record is _UNCLOSED and returns < _MOST_RETURNS:
            returns += 1
            lines.return_to(before)
            lines.next()
        size = lines.place[0] - before[0]
        yield Row(number, before[1] + 1, size, _cells(record, header, known))


def _cells(
    record: list[str] | InvalidInput, header: list[str], known: Mapping[str, Callable[[str], Any]]
) -> Content | InvalidInput:
    if isinstance(record, InvalidInput):
        return record
    if len(record) != len(header):
        return _ragged(len(record), len(header))
    return {name: known[name](cell) for name, cell in zip(header, record, strict=True) if cell}


# What follows it may be rows of its own. Told as a value, never raised.
_UNCLOSED: Final = InvalidInput(
    "a quote opened on this line is never closed", next_step="Close it, or double it."
)


class _TooLongError(Exception):
    pass


def _record(lines: Lines) -> list[str] | InvalidInput | None:
    """One record, which may be several lines; None behind the last one."""
    taken = 0

    def physical() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += 1 if line is None else len(line)
            if line is None or taken > LONGEST:
                raise _TooLongError
            yield line.decode(errors="surrogateescape")

    start = lines.number
    try:
        record = next(csv.reader(physical(), strict=True), None)
    except _TooLongError:
        return _too_long() if lines.number == start + 1 else _UNCLOSED
    except csv.Error as error:
        endless = "field limit" in str(error) and lines.number > start + 1
        return _UNCLOSED if endless or "unexpected end" in str(error) else _no_csv(error)
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


def _not_utf8(place: int) -> InvalidInput:
    return InvalidInput(f"this row is not UTF-8, starting at character {place + 1}", next_step=_UTF8)


def _too_long() -> InvalidInput:
    return InvalidInput(f"this row is longer than {LONGEST} bytes", next_step="Make the row shorter.")


def _no_csv(error: csv.Error) -> InvalidInput:
    return InvalidInput(
        f"this row isn't valid CSV: {error}",
        next_step="Put text that contains quotes in quotes, and double them.",
    )


def _ragged(found: int, wanted: int) -> InvalidInput:
    return InvalidInput(
        f"this row has {found} cells, the header has {wanted}",
        next_step="Put text that contains commas in quotes.",
    )
