"""The rows of import files, and JSON lines. A row that cannot be read does not affect the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import orjson

from domain.errors import InvalidInput

MAX_ROW_BYTES = 1_000_000
UTF16_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BOM = b"\xef\xbb\xbf"
_UTF8 = "Save the file as UTF-8."

Content = dict[str, Any]


@dataclass(frozen=True)
class Row:
    number: int  # counts from 1, without the header and blank rows
    line: int  # the line of the file on which it starts
    size: int  # approximate bytes
    content: Content | InvalidInput
    cells: Mapping[str, str] = field(
        default_factory=dict
    )  # as they were written, of a row of CSV that can't be read


class Lines:
    """The physical lines of a file from a position on, with their numbers; a line that is too long is None."""

    def __init__(self, file: IO[bytes], start: int = 0) -> None:
        self._file, self.number = file, 0
        file.seek(start)

    def __iter__(self) -> Iterator[bytes | None]:
        while (line := self.next()) != b"":
            yield line

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
    """The rows of a JSON lines file, without empty lines. Raises InvalidInput at once for a file that is UTF-16."""
    start = file.read(3)
    if start[:2] in UTF16_BOMS:
        raise InvalidInput("the file is UTF-16", next_step=_UTF8)
    return _json_rows(Lines(file, len(_BOM) if start == _BOM else 0))


def _json_rows(lines: Lines) -> Iterator[Row]:
    number = 0
    for line in lines:
        if line is None or line.strip():
            number += 1
            content = too_long() if line is None else _object(line)
            yield Row(number, lines.number, len(line or b""), content)


def _object(line: bytes) -> Content | InvalidInput:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return InvalidInput(
            f"this row is not UTF-8, starting at character {error.start + 1}", next_step=_UTF8
        )
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return InvalidInput(
            f"this line isn't valid JSON: {error.msg}", next_step="Write one JSON object per line."
        )
    if not isinstance(content, dict):
        return InvalidInput("this line isn't a JSON object", next_step="Write one JSON object per line.")
    return content


def too_long() -> InvalidInput:
    return InvalidInput(f"this row is longer than {MAX_ROW_BYTES} bytes", next_step="Make the row shorter.")
