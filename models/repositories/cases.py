"""Exception cases: at most one unresolved case per cause, the queue over all subjects, and their history."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases.states import CaseState
from domain.errors import NotFound
from domain.sessions.states import OVER_STATES, SessionState
from domain.subjects import SubjectKind
from models.exception_case import CaseEntry, ExceptionCase, Incident
from models.people import Instructor
from models.repositories import names, pages
from models.repositories.case_names import CaseNames, case_names
from models.repositories.pages import PageRequest
from models.session import Session

_UNCONCERNING = sa.text(
    "select organization_id, case_id, why from unconcerning_cases("
    ":region, cast(:cancelled as text[]), cast(:over as text[]), cast(:over_states as text[]), :most)"
)


@dataclass(frozen=True)
class ClassTime:
    starts_at: datetime
    time_zone: str  # the zone the class is planned in
    instructor: str  # their name


@dataclass(frozen=True)
class QueuedCase:
    case: ExceptionCase
    title: str  # the subject's title or name; empty where it has none
    at: ClassTime | None  # of a subject that is a session


@dataclass(frozen=True)
class Unfollowed:
    """A case whose workflow does not know of its latest change yet."""

    organization_id: UUID
    id: UUID
    changes: int
    kind: str
    severity: str


@dataclass(frozen=True)
class OpenCounts:
    """How many unresolved cases somebody has, their team has, and there are."""

    mine: int
    team: int
    all: int


@dataclass(frozen=True)
class HandlingTimes:
    """How the cases of a kind were handled; a time is None where no case has come so far."""

    kind: str
    cases: int
    resolved: int
    self_resolved: int
    acknowledge_median: timedelta | None
    acknowledge_p90: timedelta | None
    resolve_median: timedelta | None
    resolve_p90: timedelta | None


async def page(
    db: AsyncSession,
    request: PageRequest,
    *,
    unresolved: bool = False,
    overdue_at: datetime | None = None,
    grouped: bool = False,
) -> tuple[list[QueuedCase], bool]:
    """The cases, and whether there are more; with `overdue_at`, only those that are due before it.

    With `grouped`, an incident is one row: the first of its cases that the request asks for.
    """
    wanted = await _wanted(db, request, unresolved, overdue_at)
    where = wanted.conditions_besides_equal(ExceptionCase)
    if grouped:
        where.append(_first_of_its_incident(request, wanted))
    rows, more = await pages.page(db, ExceptionCase, replace(request, text=""), *where)
    return await _with_subjects(db, rows), more


@dataclass(frozen=True)
class _Wanted:
    """What a list asks of its cases."""

    equal: Mapping[str, Any]
    unresolved: bool
    overdue_at: datetime | None
    names: CaseNames | None  # None: whatever its names are

    def conditions(self, table: Any) -> list[sa.ColumnElement[bool]]:
        named = [self.names.condition(table, self._besides_names)] if self.names else []
        return [*self._besides_names(table), *named]

    def conditions_besides_equal(self, table: Any) -> list[sa.ColumnElement[bool]]:
        """What a page of cases asks besides its request."""
        return replace(self, equal={}).conditions(table)

    def _besides_names(self, table: Any) -> list[sa.ColumnElement[bool]]:
        where = [getattr(table, name) == value for name, value in self.equal.items()]
        if self.unresolved:
            where.append(table.resolved_at.is_(None))
        return [*where, table.due_at < self.overdue_at] if self.overdue_at else where


async def _wanted(
    db: AsyncSession, request: PageRequest, unresolved: bool, overdue_at: datetime | None
) -> _Wanted:
    named = await case_names(db, request.text) if request.text else None
    return _Wanted(request.equal, unresolved, overdue_at, named)


def _first_of_its_incident(request: PageRequest, wanted: _Wanted) -> sa.ColumnElement[bool]:
    one: Any = aliased(ExceptionCase)
    column = getattr(one, request.sort.lstrip("-"))
    order = (column.desc(), one.id.desc()) if request.sort.startswith("-") else (column, one.id)
    firsts = (
        sa.select(one.id)
        .where(one.incident_id.is_not(None), *wanted.conditions(one))
        .ext(distinct_on(one.incident_id))
        .order_by(one.incident_id, *order)
    )
    return sa.or_(col(ExceptionCase.incident_id).is_(None), col(ExceptionCase.id).in_(firsts))


async def ids_by_incident(
    db: AsyncSession,
    incident_ids: Collection[UUID],
    request: PageRequest,
    *,
    unresolved: bool = False,
    overdue_at: datetime | None = None,
) -> dict[UUID, list[UUID]]:
    """The cases that the request asks for, on all its pages, by incident."""
    wanted = await _wanted(db, request, unresolved, overdue_at)
    case: Any = ExceptionCase
    query = sa.select(case.incident_id, sa.func.array_agg(case.id)).where(
        col(ExceptionCase.incident_id).in_(incident_ids), *wanted.conditions(ExceptionCase)
    )
    rows = await db.execute(query.group_by(col(ExceptionCase.incident_id)))
    return {incident_id: list(ids) for incident_id, ids in rows}


async def count(
    db: AsyncSession,
    request: PageRequest,
    opened_by: datetime,
    *,
    unresolved: bool = False,
    overdue_at: datetime | None = None,
) -> int:
    """How many cases the request asks for on all its pages, of those that were opened by then."""
    wanted = await _wanted(db, request, unresolved, overdue_at)
    query = sa.select(sa.func.count()).where(
        *wanted.conditions(ExceptionCase), col(ExceptionCase.opened_at) <= opened_by
    )
    return int(await db.scalar(query) or 0)


async def ids_after(
    db: AsyncSession,
    request: PageRequest,
    opened_by: datetime,
    after: UUID | None,
    most: int,
    *,
    unresolved: bool = False,
    overdue_at: datetime | None = None,
) -> list[UUID]:
    """The next of these cases, in the order of their ids."""
    wanted = await _wanted(db, request, unresolved, overdue_at)
    query = sa.select(col(ExceptionCase.id)).where(
        *wanted.conditions(ExceptionCase), col(ExceptionCase.opened_at) <= opened_by
    )
    if after is not None:
        query = query.where(col(ExceptionCase.id) > after)
    return list(await db.scalars(query.order_by(col(ExceptionCase.id)).limit(most)))


async def open_counts(db: AsyncSession, actor: str, owner: str) -> OpenCounts:
    """`owner`: the role of the reader's team."""
    total = sa.func.count()
    query = sa.select(
        total.filter(col(ExceptionCase.assignee) == actor),
        total.filter(col(ExceptionCase.owner) == owner),
        total,
    )
    mine, team, every = (await db.execute(query.where(_unresolved()))).one()
    return OpenCounts(mine, team, every)


async def handling_times(db: AsyncSession, since: datetime) -> list[HandlingTimes]:
    """Of the cases that were opened since then, by kind, the most frequent kind first."""
    case: Any = ExceptionCase
    total = sa.func.count()
    acknowledge, resolve = case.acknowledged_at - case.opened_at, case.resolved_at - case.opened_at
    query = (
        sa.select(
            case.kind,
            total,
            total.filter(case.resolved_at.is_not(None)),
            total.filter(case.state == CaseState.SELF_RESOLVED),
            *(
                sa.func.percentile_cont(share).within_group(time)
                for time in (acknowledge, resolve)
                for share in (0.5, 0.9)
            ),
        )
        .where(case.opened_at >= since)
        .group_by(case.kind)
        .order_by(total.desc(), case.kind)
    )
    return [HandlingTimes(*row) for row in await db.execute(query)]


async def get(db: AsyncSession, case_id: UUID, *, lock: bool = False) -> QueuedCase:
    """Raises NotFound."""
    return (await _with_subjects(db, [await get_case(db, case_id, lock=lock)]))[0]


async def get_case(db: AsyncSession, case_id: UUID, *, lock: bool = False) -> ExceptionCase:
    """The case without what it is about. Raises NotFound."""
    query = sa.select(ExceptionCase).where(col(ExceptionCase.id) == case_id)
    if lock:  # read again what this transaction may have read before it had the lock
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await db.scalars(query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no exception {case_id}")
    return row


async def lock_many(db: AsyncSession, case_ids: Collection[UUID]) -> list[ExceptionCase]:
    """Those of these cases that exist, locked, always in the same order."""
    query = (
        sa.select(ExceptionCase).where(col(ExceptionCase.id).in_(case_ids)).order_by(col(ExceptionCase.id))
    )
    return list(await db.scalars(query.with_for_update().execution_options(populate_existing=True)))


async def save_together(db: AsyncSession, rows: Iterable[ExceptionCase]) -> None:
    """Write what has changed in these rows: those that have changed alike in one statement. They leave the transaction.

    A flush would take a statement for each, because the row has a computed column.
    """
    alike: dict[tuple[tuple[str, Any], ...], list[UUID]] = defaultdict(list)
    for row in rows:
        attributes = sa.inspect(row).attrs
        changed = {one.key: one.value for one in attributes if one.history.has_changes()}
        if "changes" in changed:
            before = attributes["changes"].history.deleted[0]
            changed["changes"] -= before
        if changed:
            alike[tuple(sorted(changed.items()))].append(row.id)
        db.expunge(row)
    for items, ids in alike.items():
        values = dict(items)
        more = {"changes": col(ExceptionCase.changes) + values.pop("changes", 0)}
        statement = sa.update(ExceptionCase).where(col(ExceptionCase.id).in_(ids)).values(values | more)
        await db.execute(statement.execution_options(synchronize_session=False))


async def end_incidents(db: AsyncSession, incident_ids: Collection[UUID], now: datetime) -> None:
    """End those of these incidents that have no unresolved case any more."""
    if not incident_ids:
        return
    incidents = sa.select(Incident).where(
        col(Incident.id).in_(incident_ids), col(Incident.resolved_at).is_(None)
    )
    incidents = incidents.order_by(col(Incident.id)).with_for_update()
    locked = list(await db.scalars(incidents.execution_options(populate_existing=True)))
    of_these = col(ExceptionCase.incident_id).in_([incident.id for incident in locked])
    query = sa.select(col(ExceptionCase.incident_id)).where(of_these, _unresolved()).distinct()
    going_on = set(await db.scalars(query))
    for incident in locked:
        if incident.id not in going_on:
            incident.resolved_at = now


async def opened_since(db: AsyncSession, since: datetime, most: int) -> tuple[list[QueuedCase], bool]:
    """The latest cases that were opened since then, the latest first, and whether these are all."""
    query = sa.select(ExceptionCase).where(col(ExceptionCase.opened_at) >= since)
    query = query.order_by(col(ExceptionCase.opened_at).desc(), col(ExceptionCase.id)).limit(most + 1)
    rows = list(await db.scalars(query))
    return await _with_subjects(db, rows[:most]), len(rows) <= most


async def _with_subjects(db: AsyncSession, rows: list[ExceptionCase]) -> list[QueuedCase]:
    titles = await names.of_subjects(db, {row.about for row in rows})
    times = await _times(db, {row.session_id for row in rows if row.session_id})
    return [
        QueuedCase(row, titles.get(row.about, ""), times.get(row.session_id) if row.session_id else None)
        for row in rows
    ]


async def _times(db: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, ClassTime]:
    if not session_ids:
        return {}
    query = (
        sa.select(col(Session.id), col(Session.starts_at), col(Session.time_zone), col(Instructor.name))
        .join(Instructor, col(Instructor.id) == col(Session.instructor_id))
        .where(col(Session.id).in_(session_ids))
    )
    rows = await db.execute(query)
    return {key: ClassTime(starts_at, zone, instructor) for key, starts_at, zone, instructor in rows}


async def report(
    db: AsyncSession,
    new: ExceptionCase,
    reopens_since: datetime,
    route: Callable[[ExceptionCase], Awaitable[None]] | None = None,
    *,
    unless_cancelled: UUID | None = None,
) -> tuple[ExceptionCase, bool] | None:
    """Add the report in `new` to the unresolved case of its cause, or insert `new`, after `route` has routed it.

    A case that has resolved itself after `reopens_since` takes the report too, for its caller to open again. Returns
    the case and whether it was inserted. Returns None for a report that any case of the cause holds already, or while
    the session `unless_cancelled` is cancelled: then nothing changes. A case that is resolved at the same moment, or
    opened by a concurrent report, is waited for.
    """
    goes_on = [~_cancelled(unless_cancelled)] if unless_cancelled else []
    while True:
        query = sa.select(ExceptionCase).where(*_same_cause(new), *goes_on)
        query = query.order_by(col(ExceptionCase.opened_at).desc())
        rows = list(await db.scalars(query.with_for_update().execution_options(populate_existing=True)))
        key = next(iter(new.reports), "")
        if any(key in row.reports or row.id == new.id for row in rows):
            return None
        if existing := next((row for row in rows if _takes_reports(row, reopens_since)), None):
            existing.reports = [*existing.reports, key]
            existing.detail = {**existing.detail, **new.detail}
            existing.evidence = [
                *existing.evidence,
                *(one for one in new.evidence if one not in existing.evidence),
            ]
            await db.flush()
            return existing, False
        if route is not None:
            await route(new)
        values = new.model_dump(exclude={"session_id"})
        columns = sa.inspect(ExceptionCase).columns
        row = sa.select(*(sa.literal(value, columns[name].type) for name, value in values.items()))
        statement = (
            insert(ExceptionCase).from_select(list(values), row.where(*goes_on)).on_conflict_do_nothing()
        )
        if (await db.execute(statement.returning(col(ExceptionCase.id)))).first():
            return await get_case(db, new.id), True
        if unless_cancelled and await db.scalar(sa.select(_cancelled(unless_cancelled))):
            return None


def _takes_reports(case: ExceptionCase, reopens_since: datetime) -> bool:
    if case.resolved_at is None:
        return True
    return case.state == CaseState.SELF_RESOLVED and case.resolved_at >= reopens_since


async def unresolved_one(db: AsyncSession, like: ExceptionCase) -> ExceptionCase | None:
    """The unresolved case of the same cause, if there is one."""
    return (await db.scalars(sa.select(ExceptionCase).where(*_same_cause(like), _unresolved()))).one_or_none()


def _same_cause(case: ExceptionCase) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(ExceptionCase.subject_kind) == case.subject_kind,
        col(ExceptionCase.subject_id) == case.subject_id,
        col(ExceptionCase.kind) == case.kind,
        col(ExceptionCase.occasion) == case.occasion,
    )


def _unresolved() -> sa.ColumnElement[bool]:
    return col(ExceptionCase.resolved_at).is_(None)


async def open_of_sessions(
    db: AsyncSession, session_ids: Collection[UUID], kinds: Collection[str]
) -> list[ExceptionCase]:
    """The unresolved cases of these kinds about these sessions, locked."""
    query = sa.select(ExceptionCase).where(
        col(ExceptionCase.session_id).in_(session_ids), col(ExceptionCase.kind).in_(kinds), _unresolved()
    )
    query = query.order_by(col(ExceptionCase.id)).with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


def _cancelled(session_id: UUID) -> sa.ColumnElement[bool]:
    is_over = sa.or_(col(Session.state) == SessionState.CANCELLED, col(Session.outcome) == "cancelled")
    return sa.exists().where(col(Session.id) == session_id, is_over)


async def unresolved_about(
    db: AsyncSession, subject_kind: SubjectKind, subject_id: UUID, kind: str, *, lock: bool = True
) -> list[ExceptionCase]:
    """The unresolved cases of a kind about a subject, by default locked."""
    query = sa.select(ExceptionCase).where(
        col(ExceptionCase.subject_kind) == subject_kind,
        col(ExceptionCase.subject_id) == subject_id,
        col(ExceptionCase.kind) == kind,
        _unresolved(),
    )
    query = query.order_by(col(ExceptionCase.id))
    if lock:
        query = query.with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


async def unresolved_subjects(db: AsyncSession, subject_kind: SubjectKind, kind: str) -> set[UUID]:
    """What the unresolved cases of a kind are about."""
    query = sa.select(col(ExceptionCase.subject_id)).where(
        col(ExceptionCase.subject_kind) == subject_kind, col(ExceptionCase.kind) == kind, _unresolved()
    )
    return set(await db.scalars(query))


async def lock_unresolved(db: AsyncSession, case_ids: Collection[UUID]) -> list[ExceptionCase]:
    """Those of these cases that are still unresolved, locked."""
    query = sa.select(ExceptionCase).where(col(ExceptionCase.id).in_(case_ids), _unresolved())
    query = query.order_by(col(ExceptionCase.id)).with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


@dataclass(frozen=True)
class Unconcerning:
    """An unresolved case that concerns nobody any more: its class is cancelled or over, or its subject is retired."""

    organization_id: UUID
    id: UUID
    why: str  # cancelled, over or retired


async def unconcerning(
    db: AsyncSession, region: str, end_cancelled: Collection[str], end_over: Collection[str], most: int
) -> list[Unconcerning]:
    """Of all tenants of a region: kinds that a cancellation ends, and kinds that end with the class."""
    values = {
        "region": region,
        "cancelled": list(end_cancelled),
        "over": list(end_over),
        "over_states": sorted(state.value for state in OVER_STATES),
        "most": most,
    }
    return [Unconcerning(*row) for row in await db.execute(_UNCONCERNING, values)]


async def of_session(db: AsyncSession, session_id: UUID) -> list[ExceptionCase]:
    query = sa.select(ExceptionCase).where(col(ExceptionCase.session_id) == session_id)
    return list(await db.scalars(query.order_by(col(ExceptionCase.opened_at))))


async def entries(db: AsyncSession, case_id: UUID) -> list[CaseEntry]:
    """What happened to a case, in order."""
    query = sa.select(CaseEntry).where(col(CaseEntry.case_id) == case_id)
    return list(await db.scalars(query.order_by(col(CaseEntry.happened_at), col(CaseEntry.id))))


async def add_entry(db: AsyncSession, entry: CaseEntry) -> bool:
    """Whether it is new: an entry of its id that is there already stays as it is."""
    statement = insert(CaseEntry).values(entry.model_dump()).on_conflict_do_nothing()
    return (await db.execute(statement.returning(col(CaseEntry.id)))).first() is not None


async def unfollowed(db: AsyncSession, most: int) -> list[Unfollowed]:
    """The first ones of all tenants, read with a function of the schema that may cross tenants."""
    rows = await db.execute(sa.text("select * from unfollowed_cases(:most)"), {"most": most})
    return [Unfollowed(row.organization_id, row.id, row.changes, row.kind, row.severity) for row in rows]


async def mark_followed(db: AsyncSession, changes: Mapping[UUID, int]) -> None:
    """Record of how many changes the workflow of each case knows; a later change stays unknown to it."""
    keys, counts = list(changes), list(changes.values())
    told = sa.func.unnest(sa.literal(keys, ARRAY(sa.Uuid())), sa.literal(counts, ARRAY(sa.Integer())))
    rows = told.table_valued(sa.column("id", sa.Uuid()), sa.column("changes", sa.Integer())).render_derived()
    newer = sa.func.greatest(col(ExceptionCase.followed), rows.c.changes)
    statement = sa.update(ExceptionCase).where(col(ExceptionCase.id) == rows.c.id).values(followed=newer)
    await db.execute(statement.execution_options(synchronize_session=False))


async def join_incident(
    db: AsyncSession, case: ExceptionCase, together_since: datetime, now: datetime
) -> Incident | None:
    """Put a new case into the incident of its outage; begin one where another case of the outage is unresolved.

    Cases belong together that are opened after `together_since`. Returns the incident; None for a case that is alone.
    """
    key = f"homeroom:incident:{case.organization_id}:{case.outage}"
    await db.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    incident = await _running_incident(db, case, together_since)
    if incident is None:
        others = await _together(db, case, together_since)
        if not others:
            return None
        incident = Incident(
            id=uuid5(NAMESPACE_URL, f"{key}:{case.id}"),
            organization_id=case.organization_id,
            outage=case.outage,
            opened_at=others[0].opened_at,
            latest_at=now,
        )
        db.add(incident)
        await db.flush()
        for other in others:
            other.incident_id = incident.id
    case.incident_id, incident.latest_at = incident.id, max(now, incident.latest_at)
    await db.flush()
    return incident


async def _running_incident(
    db: AsyncSession, case: ExceptionCase, together_since: datetime
) -> Incident | None:
    query = sa.select(Incident).where(
        col(Incident.organization_id) == case.organization_id,
        col(Incident.outage) == case.outage,
        col(Incident.resolved_at).is_(None),
        col(Incident.latest_at) >= together_since,
    )
    query = query.order_by(col(Incident.latest_at).desc()).limit(1).with_for_update()
    return (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def _together(db: AsyncSession, case: ExceptionCase, since: datetime) -> list[ExceptionCase]:
    query = sa.select(ExceptionCase).where(
        col(ExceptionCase.organization_id) == case.organization_id,
        col(ExceptionCase.id) != case.id,
        col(ExceptionCase.outage) == case.outage,
        col(ExceptionCase.opened_at) >= since,
        col(ExceptionCase.incident_id).is_(None),
        _unresolved(),
    )
    return list(await db.scalars(query.order_by(col(ExceptionCase.opened_at), col(ExceptionCase.id))))


async def incident(db: AsyncSession, incident_id: UUID, *, lock: bool = False) -> Incident:
    """Raises NotFound."""
    query = sa.select(Incident).where(col(Incident.id) == incident_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await db.scalars(query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no incident {incident_id}")
    return row


async def incidents(db: AsyncSession, incident_ids: Collection[UUID]) -> dict[UUID, Incident]:
    """By id."""
    rows = await db.scalars(sa.select(Incident).where(col(Incident.id).in_(incident_ids)))
    return {row.id: row for row in rows}


async def unresolved_of_incident(db: AsyncSession, incident_id: UUID) -> int:
    """How many of its cases are not resolved."""
    query = sa.select(sa.func.count()).where(col(ExceptionCase.incident_id) == incident_id, _unresolved())
    return (await db.scalar(query.select_from(ExceptionCase))) or 0


async def leads_incident(db: AsyncSession, case: ExceptionCase) -> bool:
    """Whether a case is the oldest unresolved one of its incident."""
    query = sa.select(col(ExceptionCase.id)).where(
        col(ExceptionCase.incident_id) == case.incident_id, _unresolved()
    )
    query = query.order_by(col(ExceptionCase.opened_at), col(ExceptionCase.id)).limit(1)
    return await db.scalar(query) == case.id


async def cases_of_incident(db: AsyncSession, incident_id: UUID) -> int:
    query = sa.select(sa.func.count()).where(col(ExceptionCase.incident_id) == incident_id)
    return (await db.scalar(query.select_from(ExceptionCase))) or 0
