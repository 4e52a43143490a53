"""Reads CSV as spreadsheets write it.

Cells are separated by commas, semicolons, tabs or bars; the file is UTF-8 or UTF-16, with any number of byte order
marks; a `sep=` line may come first. Column names are compared without case, spaces, hyphens and underscores. White
space and invisible characters around a cell are cut off, rows without a value are no rows, and a column without a name
is no column.

What concerns the file as a whole (its encoding, its header, a quote that is never closed) is checked before the first
row is returned. Any other row that cannot be read is refused without affecting the others.
"""

import codecs
import csv
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Self

from domain.errors import InvalidInput
from services.bulk_import.parsing import MAX_ROW_BYTES, UTF16_BOMS, Content, Lines, Row, too_long

_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'"?sep=([^\s"]|\t)"?\s*', re.IGNORECASE)
_CHUNK = 1 << 20  # bytes
_MAX_INVISIBLE = 64  # bytes of marks before the first character of a file
_AS_UTF8 = (
    "Save it as UTF-8: in Excel as “CSV UTF-8 (Comma delimited)”, in LibreOffice with the character set "
    "“Unicode (UTF-8)”, in Google Sheets by downloading it as CSV."
)

Readers = Mapping[str, Callable[[str], Any]]


@dataclass(frozen=True)
class _Header:
    names: tuple[str, ...]  # by position; empty: no column
    delimiter: str


class _TooLongError(Exception):
    pass


class _RowLines:
    """The decoded lines of a row, which may span several; `taken` counts its bytes, and begins anew with each row.

    Raises _TooLongError once they are more than a row may have.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = iter(lines)
        self.taken = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken += len(line or b"")
        if line is None or self.taken > MAX_ROW_BYTES:
            raise _TooLongError
        return line.decode()


def csv_rows(file: IO[bytes], columns: Readers) -> Iterator[Row]:
    """The rows of a CSV file; `columns` are the allowed ones with the function that reads their cells.

    An empty cell counts as absent. Reads the whole file once before it returns, and replaces UTF-16 in it by UTF-8.
    Raises InvalidInput if the file cannot be used.
    """
    _refuse_workbooks(file)
    _replace_utf16(file)
    _check_encoding(file)
    lines = Lines(file, _invisible_start(file))
    header = _header(lines, columns)
    start = lines.position
    _check_quotes(lines, header.delimiter)
    lines.return_to(start)
    return _rows(lines, header, columns)


def _refuse_workbooks(file: IO[bytes]) -> None:
    file.seek(0)
    if file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise InvalidInput("the file is a workbook, not CSV", next_step="Save the sheet as “CSV UTF-8”.")


def _replace_utf16(file: IO[bytes]) -> None:
    file.seek(0)
    encoding = UTF16_BOMS.get(file.read(2))
    if encoding is None:
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with tempfile.TemporaryFile() as utf8:
            while chunk := file.read(_CHUNK):
                utf8.write(decoder.decode(chunk).encode())
            utf8.write(decoder.decode(b"", final=True).encode())
            file.seek(0)
            file.truncate()
            utf8.seek(0)
            shutil.copyfileobj(utf8, file)
    except UnicodeError:
        raise InvalidInput("the file begins as UTF-16, but isn't", next_step=_AS_UTF8) from None


def _check_encoding(file: IO[bytes]) -> None:
    """Raises InvalidInput for a file that is not UTF-8."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    while True:
        chunk = file.read(_CHUNK)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            raise _other_encoding(bytes(error.object), error.start, line) from None
        if not chunk:
            return
        line += chunk.count(b"\n")


def _other_encoding(text: bytes, start: int, line: int) -> InvalidInput:
    """`start` is the first byte that is not UTF-8, on the line of this number."""
    if b"\0" in text[:200]:
        return InvalidInput("the file is UTF-16 without a byte order mark", next_step=_AS_UTF8)
    name = "Windows-1252" if _is_windows_1252(text[start:]) else "another encoding"
    return InvalidInput(
        f"the file is not UTF-8: it is saved as {name}, as line {line} shows", next_step=_AS_UTF8
    )


def _is_windows_1252(text: bytes) -> bool:
    try:
        text.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _invisible_start(file: IO[bytes]) -> int:
    """The number of bytes before the first visible character: byte order marks, zero-width characters."""
    file.seek(0)
    start = file.read(_MAX_INVISIBLE).decode(errors="ignore")
    visible = next((index for index, char in enumerate(start) if unicodedata.category(char) != "Cf"), 0)
    return len(start[:visible].encode())


def _header(lines: Lines, columns: Readers) -> _Header:
    """Raises InvalidInput if the header cannot be used."""
    start = lines.position
    delimiters: tuple[str, ...] = _DELIMITERS
    if separator := _SEPARATOR_LINE.fullmatch((lines.next() or b"").decode()):
        start, delimiters = lines.position, (separator[1],)
    known = {_folded(name): name for name in columns}

    def read(delimiter: str) -> list[str] | InvalidInput:
        lines.return_to(start)
        return _first_record(lines, delimiter)

    def matches(delimiter: str) -> int:
        record = read(delimiter)
        return -1 if isinstance(record, InvalidInput) else sum(_folded(name) in known for name in record)

    best = max(delimiters, key=matches)
    record = read(best)
    if isinstance(record, InvalidInput):
        raise record
    return _Header(tuple(_names(record, known)), best)


def _first_record(lines: Lines, delimiter: str) -> list[str] | InvalidInput:
    while (record := _record(lines, delimiter)) is not None:
        if isinstance(record, InvalidInput) or any(record):
            return record
    return InvalidInput("the file has no header", next_step="Start it with a line that names the columns.")


def _names(record: list[str], known: Mapping[str, str]) -> list[str]:
    if unknown := [name[:100] for name in record if name and _folded(name) not in known]:
        raise InvalidInput(
            f"there is no column {', '.join(map(repr, unknown[:20]))}",
            next_step=f"Use these, separated by commas: {', '.join(known.values())}.",
        )
    names = [known[_folded(name)] if name else "" for name in record]
    while not names[-1]:
        names.pop()
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        raise InvalidInput("a column appears twice", next_step="Name each column once.")
    return names


def _folded(name: str) -> str:
    """A column name without case, spaces, hyphens, underscores and invisible characters."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in plain if char not in "-_" and not _is_invisible(char))


def _check_quotes(lines: Lines, delimiter: str) -> None:
    """Raises InvalidInput that names the line where a quote opens that is never closed, or closed in another row."""
    before, row_lines = lines.position, _RowLines(lines)
    while True:
        reader = csv.reader(row_lines, delimiter=delimiter, strict=True)
        try:
            while True:
                before, row_lines.taken = lines.position, 0
                next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLongError) as error:
            if lines.number > before[1] + 1 or "unexpected end" in str(error):
                raise _never_closed(lines, before, delimiter) from None


def _never_closed(lines: Lines, start: tuple[int, int], delimiter: str) -> InvalidInput:
    lines.return_to(start)
    line = _line_of_open_quote(lines, delimiter)
    return InvalidInput(
        f"the quote that opens on line {line} is never closed",
        next_step="Close it, or write it twice if it belongs to the text. Nothing was imported.",
    )


def _line_of_open_quote(lines: Lines, delimiter: str) -> int:
    opened = 0  # the line of the last quote that opened a cell; 0: all are closed
    for line in lines:
        previous, text = delimiter, (line or b"").decode()
        index = 0
        while index < len(text):
            char, following = text[index], text[index + 1 : index + 2]
            if char == '"' and opened:
                if following == '"':
                    index += 1
                elif following in (delimiter, "\r", "\n", ""):
                    opened = 0
                else:
                    return opened
            elif char == '"' and previous == delimiter:
                opened = lines.number
            previous = char
            index += 1
        if not opened:
            break
    return opened or lines.number


def _rows(lines: Lines, header: _Header, columns: Readers) -> Iterator[Row]:
    number = 0
    while True:
        before = lines.position
        record = _record(lines, header.delimiter)
        if record is None:
            return
        if isinstance(record, InvalidInput) or any(record):
            number += 1
            size = lines.position[0] - before[0]
            content = _cells(record, header, columns)
            unread = _as_written(record, header) if isinstance(content, InvalidInput) else {}
            yield Row(number, before[1] + 1, size, content, unread)


def _cells(record: list[str] | InvalidInput, header: _Header, columns: Readers) -> Content | InvalidInput:
    if isinstance(record, InvalidInput):
        return record
    names = header.names
    if len(record) < len(names) or any(record[len(names) :]):
        return _wrong_cell_count(len(record), len(names))
    cells = list(zip(names, record, strict=False))
    if nameless := next((cell for name, cell in cells if cell and not name), ""):
        return InvalidInput(
            f"{nameless[:100]!r} is in a column without a name", next_step="Name the column, or empty it."
        )
    try:
        return {name: columns[name](cell) for name, cell in cells if cell}
    except InvalidInput as error:
        return error


def _as_written(record: list[str] | InvalidInput, header: _Header) -> dict[str, str]:
    """The cells by column; of cells without a column nothing."""
    if isinstance(record, InvalidInput):
        return {}
    return {name: cell for name, cell in zip(header.names, record, strict=False) if name and cell}


def _record(lines: Lines, delimiter: str) -> list[str] | InvalidInput | None:
    """The trimmed cells of the next record, which may span several lines; None after the last one."""
    try:
        record = next(csv.reader(_RowLines(lines), delimiter=delimiter, strict=True), None)
    except _TooLongError:
        return too_long()
    except csv.Error as error:
        return _invalid_csv(error)
    if record is not None and any("\0" in cell for cell in record):
        return InvalidInput("this row contains a NUL character", next_step="Remove it.")
    return None if record is None else [_trimmed(cell) for cell in record]


def _trimmed(cell: str) -> str:
    """The cell without white space of any kind and invisible characters around it."""
    if cell.isascii():
        return cell.strip()
    visible = [index for index, char in enumerate(cell) if not _is_invisible(char)]
    return cell[visible[0] : visible[-1] + 1] if visible else ""


def _is_invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cf", "Cc", "Zs", "Zl", "Zp")


def _invalid_csv(error: csv.Error) -> InvalidInput:
    if "unexpected end" in str(error):
        return InvalidInput("a quote is never closed", next_step="Close it, or double it.")
    return InvalidInput(
        f"this row isn't valid CSV: {error}",
        next_step="Put text that contains quotes in quotes, and double them.",
    )


def _wrong_cell_count(cells: int, columns: int) -> InvalidInput:
    return InvalidInput(
        f"this row has {cells} cells, the header has {columns}",
        next_step="Put text that contains the separator in quotes.",
    )
