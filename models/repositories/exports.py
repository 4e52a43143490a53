"""Reads the record of one organization for an export, view by view, in batches."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.record_views import Kind, RecordView

# A stalled reader loses its connection. The plan is chosen for reading the whole result, not only its first rows.
_SETTINGS = sa.text(
    "select set_config('idle_in_transaction_session_timeout', '60s', true), "
    "set_config('cursor_tuple_fraction', '1', true)"
)
_AS_TEXT: frozenset[Kind] = frozenset({"uuid"})


@dataclass(frozen=True)
class Period:
    """Selects the sessions that start in it; either end may be open. Rows without a session are in every period."""

    since: datetime | None = None
    until: datetime | None = None


async def batches(
    db: AsyncSession, view: RecordView, period: Period, size: int
) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
    """The rows of the transaction's tenant in the order of the view, values by column; UUIDs as text."""
    await db.execute(_SETTINGS)
    values = {"since": period.since, "until": period.until}
    bounds = {name: value for name, value in values.items() if value is not None and view.by_session}
    result = await db.stream(
        sa.text(_query(view, bounds)), bounds, execution_options={"max_row_buffer": size}
    )
    try:
        async for rows in result.partitions(size):
            yield rows
    finally:
        await result.close()


def _query(view: RecordView, bounds: dict[str, datetime]) -> str:
    columns = ", ".join(
        f"r.{column.name}::text" if column.kind in _AS_TEXT else f"r.{column.name}" for column in view.columns
    )
    order = ", ".join(f"r.{name}" for name in view.order)
    comparisons = {"since": "s.starts_at >= :since", "until": "s.starts_at < :until"}
    conditions = " and ".join(comparisons[name] for name in bounds)
    within = f"r.session_id in (select s.id from public.session s where {conditions})" if bounds else ""
    if within and view.by_subject:
        within = f"r.session_id is null or {within}"
    where = f"where {within}" if within else ""
    return f"select {columns} from ({view.query()}) r {where} order by {order}"
