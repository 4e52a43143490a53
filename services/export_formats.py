"""Encodes rows of a record view as Parquet, CSV or JSON lines, batch by batch."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import orjson
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from models.record_views import Kind, RecordView

# With which a cell begins that spreadsheets run, also in full width; white space before it does not stop all of them.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d[\d ]*([.,]\d+)*([eE][+-]?\d+)?")
Rows = Sequence[Sequence[Any]]


class ExportFormat(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


MEDIA_TYPES: Final[Mapping[ExportFormat, str]] = {
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.JSONL: "application/jsonl; charset=utf-8",
}

# A UUID is text: every reader of Parquet knows that, while a fixed-size binary is an opaque value to most.
ARROW_TYPES: Final[Mapping[Kind, pa.DataType]] = {
    "uuid": pa.string(),
    "text": pa.string(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "time": pa.time64("us"),
    "seconds": pa.float64(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "texts": pa.list_(pa.field("element", pa.string())),
}


class Encoder(Protocol):
    def add(self, rows: Rows) -> bytes: ...
    def end(self) -> bytes: ...


def encoder(view: RecordView, form: ExportFormat) -> Encoder:
    """A new encoder for a view in a format."""
    encoders: Mapping[ExportFormat, Callable[[RecordView], Encoder]] = {
        ExportFormat.PARQUET: Parquet,
        ExportFormat.CSV: Csv,
        ExportFormat.JSONL: JsonLines,
    }
    return encoders[form](view)


def arrow_schema(view: RecordView) -> pa.Schema:
    """The schema of a view, with the data dictionary's descriptions on the table and on each column."""
    fields = [
        pa.field(c.name, ARROW_TYPES[c.kind], metadata={"description": c.description}) for c in view.columns
    ]
    return pa.schema(fields, metadata={"table": view.name, "description": view.description})


class _WriteBuffer(io.RawIOBase):
    """A file that collects written bytes until `take` returns them."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._written += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


class Parquet:
    """One row group per batch, zstd."""

    def __init__(self, view: RecordView) -> None:
        self._schema = arrow_schema(view)
        self._buffer = _WriteBuffer()
        self._writer = pq.ParquetWriter(self._buffer, self._schema, compression="zstd")

    def add(self, rows: Rows) -> bytes:
        self._writer.write_table(_table(rows, self._schema), row_group_size=len(rows))
        return self._buffer.take()

    def end(self) -> bytes:
        self._writer.close()
        return self._buffer.take()


class Csv:
    """RFC 4180 with a header. Texts are quoted, null is empty without quotes, lists are JSON.

    A text that a spreadsheet would run as a formula has an apostrophe before it, which makes it text there.
    """

    def __init__(self, view: RecordView) -> None:
        self._schema = arrow_schema(view)
        self._texts = [column.kind == "text" for column in view.columns]
        self._lists = [index for index, column in enumerate(view.columns) if column.kind == "texts"]
        for index in self._lists:
            self._schema = self._schema.set(index, self._schema.field(index).with_type(pa.string()))
        self._begun = False

    def add(self, rows: Rows) -> bytes:
        if self._lists:
            rows = [[_as_json(value) for value in row] for row in rows]
        rows = [
            [_as_text(value) if is_text else value for value, is_text in zip(row, self._texts, strict=True)]
            for row in rows
        ]
        text = io.BytesIO()
        options = arrow_csv.WriteOptions(include_header=not self._begun)
        arrow_csv.write_csv(_table(rows, self._schema), text, options)
        self._begun = True
        return text.getvalue()

    def end(self) -> bytes:
        return b"" if self._begun else self.add([])


class JsonLines:
    """One object per line; times in UTC as RFC 3339."""

    def __init__(self, view: RecordView) -> None:
        self._names = [column.name for column in view.columns]

    def add(self, rows: Rows) -> bytes:
        options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
        return b"".join(
            orjson.dumps(dict(zip(self._names, map(_in_utc, row), strict=True)), option=options)
            for row in rows
        )

    def end(self) -> bytes:
        return b""


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _as_text(value: Any) -> Any:
    """The value, kept from being run as a formula. Numbers, such as -5, are no formulas."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _as_json(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list) else value


def _table(rows: Rows, schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
