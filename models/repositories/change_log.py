"""Reads the change log in the order of commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import CursorInvalid
from models.authorship import authorship
from models.change_log import ChangeRow
from models.reading import Reading

# A function of the schema. As a subquery it is called once per query, not once per row.
_COMPLETE_BELOW: sa.ColumnElement[int] = sa.literal_column("(select change_log_complete_below())")
_LARGEST = 2**63 - 1  # of a bigint
_POSITION = sa.tuple_(col(ChangeRow.xid), col(ChangeRow.seq))


@dataclass(frozen=True, order=True)
class LogPosition:
    """The position after the entry with this transaction and number; no entry will be added before it."""

    xid: int = 0
    seq: int = 0


@dataclass(frozen=True)
class LogFilter:
    kinds: tuple[str, ...] = ()  # "session.live", or "session.*" for all of a subject; empty: every kind
    subject_id: UUID | None = None
    session_id: UUID | None = None
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


async def after(db: Reading, position: LogPosition, limit: int, log_filter: LogFilter) -> Sequence[Any]:
    """Rows of the log after `position`, the oldest first.

    A row is held back until all transactions before it have ended that may write the log, so that no reader of the feed
    misses one. Transactions of other databases and of roles that cannot write the log hold nothing back.
    """
    return await db.execute(_after(log_filter), {"xid": position.xid, "seq": position.seq, "most": limit})


async def changes_after(
    db: AsyncSession, position: LogPosition, limit: int, log_filter: LogFilter
) -> list[ChangeRow]:
    """As `after`, in a unit of work."""
    values = {"xid": position.xid, "seq": position.seq, "most": limit}
    return list(await db.scalars(_after(log_filter), values))


@lru_cache(maxsize=200)
def _after(log_filter: LogFilter) -> sa.Select[Any]:
    position = sa.tuple_(sa.bindparam("xid", type_=sa.BigInteger), sa.bindparam("seq", type_=sa.BigInteger))
    return (
        sa.select(ChangeRow)
        .where(position < _POSITION, col(ChangeRow.xid) < _COMPLETE_BELOW, *_where(log_filter))
        .order_by(col(ChangeRow.xid), col(ChangeRow.seq))
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


async def before(
    db: AsyncSession, position: LogPosition | None, limit: int, log_filter: LogFilter
) -> list[ChangeRow]:
    """Rows of the log before the row at `position`, by their time, the newest first."""
    order = sa.tuple_(col(ChangeRow.occurred_at), col(ChangeRow.seq))
    query = sa.select(ChangeRow).where(*_where(log_filter))
    if position:
        of_position = sa.select(col(ChangeRow.occurred_at)).where(col(ChangeRow.seq) == position.seq)
        query = query.where(sa.tuple_(of_position.scalar_subquery(), position.seq) > order)
    query = query.order_by(col(ChangeRow.occurred_at).desc(), col(ChangeRow.seq).desc())
    return list(await db.scalars(query.limit(limit)))


async def add(
    db: AsyncSession, organization_id: UUID, kind: str, subject_id: UUID, session_id: UUID | None = None
) -> None:
    """Append an entry by the present author for an act that changes no row. `kind` is "<subject>.<verb>"."""
    author = authorship.get()
    entry = {
        "organization_id": organization_id,
        "actor": author.actor,
        "request_id": author.request_id,
        "kind": kind,
        "subject": kind.partition(".")[0],
        "subject_id": subject_id,
        "session_id": session_id,
    }
    await db.execute(sa.insert(ChangeRow).values(entry))


async def times_of_changes(
    db: AsyncSession, subject_id: UUID, field: str, since: datetime
) -> Sequence[datetime]:
    """When a field of this row was changed, the earliest first."""
    query = sa.select(col(ChangeRow.occurred_at)).where(
        col(ChangeRow.subject_id) == subject_id,
        sa.type_coerce(col(ChangeRow.changes), JSONB).has_key(field),
        col(ChangeRow.occurred_at) > since,
    )
    return [at for at in await db.scalars(query.order_by(col(ChangeRow.seq))) if at]


async def changes_of_field(db: AsyncSession, subject_id: UUID, field: str, limit: int) -> list[ChangeRow]:
    """The changes of a field of this row, the newest first."""
    query = sa.select(ChangeRow).where(
        col(ChangeRow.subject_id) == subject_id,
        sa.type_coerce(col(ChangeRow.changes), JSONB).has_key(field),
    )
    query = query.order_by(col(ChangeRow.xid).desc(), col(ChangeRow.seq).desc())
    return list(await db.scalars(query.limit(limit)))


async def end(db: AsyncSession) -> LogPosition:
    """The position after the last complete row."""
    query = sa.select(sa.func.max(col(ChangeRow.xid))).where(col(ChangeRow.xid) < _COMPLETE_BELOW)
    newest = (await db.execute(query)).scalar_one()
    return LogPosition(newest, _LARGEST) if newest else LogPosition()


async def newest_complete(db: AsyncSession) -> int:
    """The last transaction up to which, itself included, no rows will be added."""
    return int((await db.execute(sa.select(_COMPLETE_BELOW - 1))).scalar_one())


async def held_back_since(db: AsyncSession) -> datetime | None:
    """When the oldest change was made, in any organization, that waits for an earlier transaction; None: none waits."""
    since = await db.execute(sa.text("select change_log_held_back_since()"))
    found: datetime | None = since.scalar_one()
    return found


async def changed_since(db: AsyncSession, xid: int) -> Mapping[UUID, int]:
    """The organizations with complete entries since this transaction, and the newest transaction of each."""
    query = sa.text("select organization_id, newest from changed_organizations(:since)")
    rows: Any = await db.execute(query, {"since": xid})
    return {row.organization_id: row.newest for row in rows}


def _where(log_filter: LogFilter) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if log_filter.kinds:
        whole = [kind.removesuffix(".*") for kind in log_filter.kinds if kind.endswith(".*")]
        single = [kind for kind in log_filter.kinds if not kind.endswith(".*")]
        where.append(_of_kinds(whole, single))
    if log_filter.subject_id:
        where.append(col(ChangeRow.subject_id) == log_filter.subject_id)
    if log_filter.session_id:
        where.append(col(ChangeRow.session_id) == log_filter.session_id)
    if log_filter.actor:
        where.append(col(ChangeRow.actor) == log_filter.actor)
    if log_filter.since:
        where.append(col(ChangeRow.occurred_at) >= log_filter.since)
    if log_filter.until:
        where.append(col(ChangeRow.occurred_at) < log_filter.until)
    return where


def _of_kinds(subjects: Sequence[str], kinds: Sequence[str]) -> sa.ColumnElement[bool]:
    """Of any of these subjects and kinds; one subject alone is what an index is in the order of."""
    if len(subjects) == 1 and not kinds:
        return col(ChangeRow.subject) == subjects[0]
    of_kind = sa.and_(
        _one_of(ChangeRow.subject, [kind.partition(".")[0] for kind in kinds]),
        _one_of(ChangeRow.kind, kinds),
    )
    return sa.or_(_one_of(ChangeRow.subject, subjects), of_kind) if subjects else of_kind


def _one_of(column: str, values: Sequence[str]) -> sa.ColumnElement[bool]:
    return col(column) == sa.any_(sa.literal(list(values), sa.ARRAY(sa.Text)))


def write_position(row: Any) -> str:
    """The cursor after a row of the log, from a unit of work or a reading."""
    return f"{row.xid}-{row.seq}"


def read_position(cursor: str | None) -> LogPosition | None:
    """Raises CursorInvalid."""
    if cursor is None:
        return None
    xid, _, seq = cursor.partition("-")
    if not (xid.isascii() and xid.isdigit() and seq.isascii() and seq.isdigit() and len(cursor) <= 40):
        raise CursorInvalid("a cursor of this feed must be the id of an event")
    position = LogPosition(int(xid), int(seq))
    if max(position.xid, position.seq) > _LARGEST:
        raise CursorInvalid("a cursor of this feed must be the id of an event")
    return position
