"""The record of one organization, read table by table in batches."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.record_views import Kind, RecordView

# A reader that stalls gives its connection back. The whole result is read, so no plan is chosen for its first rows.
_SETTINGS = sa.text(
    "select set_config('idle_in_transaction_session_timeout', '60s', true), "
    "set_config('cursor_tuple_fraction', '1', true)"
)
_AS_TEXT: frozenset[Kind] = frozenset({"uuid"})


@dataclass(frozen=True)
class Period:
    """Sessions that start in it; either end may be open. What belongs to no session is in every period."""

    since: datetime | None = None
    until: datetime | None = None


async def batches(
    db: AsyncSession, view: RecordView, period: Period, size: int
) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
    """The rows of the transaction's tenant in the order of the view, values by column; UUIDs as text."""
    await db.execute(_SETTINGS)
    values = {"since": period.since, "until": period.until}
    chosen = {name: value for name, value in values.items() if value is not None and view.by_session}
    result = await db.stream(
        sa.text(_query(view, chosen)), chosen, execution_options={"max_row_buffer": size}
    )
    try:
        async for rows in result.partitions(size):
            yield rows
    finally:
        await result.close()


def _query(view: RecordView, chosen: dict[str, datetime]) -> str:
    columns = ", ".join(
        f"r.{column.name}::text" if column.kind in _AS_TEXT else f"r.{column.name}" for column in view.columns
    )
    order = ", ".join(f"r.{name}" for name in view.order)
    compared = {"since": "s.starts_at >= :since", "until": "s.starts_at < :until"}
    conditions = " and ".join(compared[name] for name in chosen)
    within = f"r.session_id in (select s.id from public.session s where {conditions})" if chosen else ""
    if within and view.by_subject:
        within = f"r.session_id is null or {within}"
    where = f"where {within}" if within else ""
    return f"select {columns} from ({view.query()}) r {where} order by {order}"
