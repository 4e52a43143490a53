"""The data dictionary of the exports, as a response body and as Markdown."""

from collections.abc import Iterable
from typing import Self

from models.record_views import VIEWS, Column, RecordView
from services.export_formats import ARROW_TYPES, ExportFormat
from services.inputs.fields import Schema


class ColumnOut(Schema):
    name: str
    sql_type: str
    parquet_type: str
    description: str

    @classmethod
    def of(cls, column: Column) -> Self:
        return cls(
            name=column.name,
            sql_type=column.sql_type,
            parquet_type=str(ARROW_TYPES[column.kind]),
            description=column.description,
        )


class TableOut(Schema):
    name: str
    description: str
    key: tuple[str, ...]  # columns that identify a row
    by_session: bool  # whether `from` and `to` select its rows, by the start of their session
    columns: tuple[ColumnOut, ...]

    @classmethod
    def of(cls, view: RecordView) -> Self:
        return cls(
            name=view.name,
            description=view.description,
            key=view.key,
            by_session=view.by_session,
            columns=tuple(map(ColumnOut.of, view.columns)),
        )


class DictionaryOut(Schema):
    formats: tuple[ExportFormat, ...]
    tables: tuple[TableOut, ...]

    @classmethod
    def make(cls, views: Iterable[RecordView] = tuple(VIEWS.values())) -> Self:
        return cls(formats=tuple(ExportFormat), tables=tuple(map(TableOut.of, views)))

    def as_markdown(self, level: int = 2) -> str:
        return "\n".join(_section(table, "#" * level) for table in self.tables)


def _section(table: TableOut, heading: str) -> str:
    rows = "\n".join(
        f"| `{c.name}` | {c.sql_type} | {c.parquet_type} | {c.description} |" for c in table.columns
    )
    key = ", ".join(f"`{name}`" for name in table.key)
    head = "| column | SQL | Parquet | |\n|---|---|---|---|"
    return f"{heading} {table.name}\n\n{table.description} Key: {key}.\n\n{head}\n{rows}\n"
