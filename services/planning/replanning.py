"""Proposes a new plan after changes that touch planned classes: leave, enrollments, series, closed days, rules.

The change log tells of each change, whoever made it, so that none is forgotten. Changes that come within minutes of
each other are joined in one proposal, and a proposal that nobody has decided is replaced by the next, with its changes.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Unavailable
from domain.scheduling.term_plans import ChangeKind, PlanScope, PlanState
from models.authorship import HOMEROOM
from models.change_log import ChangeRow
from models.closure import Closure
from models.course import Course
from models.database import Database
from models.people import Instructor
from models.repositories import change_log, coming_classes, names, replanning
from models.repositories.change_log import LogFilter, LogPosition
from models.series import Series
from models.term_plan import PlanRun, ReplanningPosition
from services.planning.term_plans import LONGEST, discard
from services.series_bookings import HORIZON
from workflows.client import TermPlanClient
from workflows.contracts.term_plans import PlanRef

_QUIET = timedelta(minutes=2)  # after the last change
_WAITS_AT_MOST = timedelta(minutes=15)  # for changes that go on and on
_NOT_STARTED = timedelta(minutes=10)  # a proposal whose workflow was not started for sure
_MOST_SECONDS = 60
_MOST = 2_000  # changes in one look
_SUBJECTS = (
    "instructor_availability",
    "instructor",
    "qualification",
    "pairing",
    "enrollment",
    "course",
    "series",
    "closure",
    "scheduling_rules",
)
_FILTER = LogFilter(kinds=tuple(f"{subject}.*" for subject in _SUBJECTS))
_OF_SERIES = frozenset(
    {"first_start", "minutes", "recurrence", "instructor_id", "student_ids", "roster_changes", "whole_course"}
)
_OF_CLOSURE = frozenset({"first_day", "last_day", "region"})
_HELD = frozenset({"certificates", "background_checks", "teaching_languages", "regions", "consents"})
_REQUIRED = frozenset(
    {
        "subject",
        "level",
        "teaching_language",
        "required_region",
        "required_consents",
        "required_certificates",
        "requires_background_check",
    }
)
Cause = dict[str, Any]  # as it is stored: {kind, id, at, spans}

logger = logging.getLogger(__name__)


class Replanning:
    def __init__(self, database: Database, client: TermPlanClient, region: str) -> None:
        self._database = database
        self._client = client
        self._region = region
        self._seen = 0

    async def look(self, now: datetime) -> int:
        """Begin the proposals that are due; returns how many. Raises Unavailable."""
        async with self._database.unscoped() as db:
            newest = await change_log.newest_complete(db)
            changed = await change_log.changed_since(db, self._seen + 1) if self._seen else {}
            with_classes = await coming_classes.organizations(db, self._region, now + HORIZON)
        count = 0
        for organization_id in sorted({*changed, *with_classes}):
            try:
                count += await self._look(organization_id, now)
            except Unavailable:
                raise
            except Exception:
                logger.exception(
                    "changes were not looked at", extra={"organization_id": str(organization_id)}
                )
        self._seen = newest
        return count

    async def _look(self, organization_id: UUID, now: datetime) -> int:
        async with self._database.tenant(organization_id) as db:
            made = await propose(db, organization_id, now)
            waiting = [made.id] if made else await replanning.not_started(db, now - _NOT_STARTED)
        for key in waiting:
            await self._client.start(PlanRef(organization_id, key))
        return int(made is not None)


async def propose(db: AsyncSession, organization_id: UUID, now: datetime) -> PlanRun | None:
    """Begin a proposal for the changes since the last look, once they are quiet; its workflow is to be started.

    The first look at an organization only remembers where its log ends.
    """
    end = await change_log.end(db)
    position = await replanning.position(db)
    if position is None:
        db.add(ReplanningPosition(organization_id=organization_id, xid=end.xid, seq=end.seq))
        return None
    rows = await change_log.changes_after(db, LogPosition(position.xid, position.seq), _MOST, _FILTER)
    causes = await _causes(db, rows)
    times = [row.occurred_at for row in rows if row.occurred_at]
    if causes and now - max(times) < _QUIET and now - min(times) < _WAITS_AT_MOST:
        return None
    seen = LogPosition(rows[-1].xid, rows[-1].seq) if len(rows) == _MOST else end
    position.xid, position.seq = max((position.xid, position.seq), (seen.xid, seen.seq))
    return await _begin(db, organization_id, causes, seen, now) if causes else None


async def _begin(
    db: AsyncSession, organization_id: UUID, causes: list[Cause], seen: LogPosition, now: datetime
) -> PlanRun:
    earlier: list[Cause] = []
    for row in await replanning.undecided(db):
        earlier += row.causes
        await discard(db, row, "a later proposal replaces it", now)
    joined = _joined([*earlier, *causes])
    ends = [datetime.fromisoformat(end) for cause in joined for _, end in cause.get("spans", ())]
    row = PlanRun(
        id=uuid5(organization_id, f"{seen.xid}-{seen.seq}"),
        organization_id=organization_id,
        title=await _title(db, joined),
        causes=joined,
        starts_at=now,
        ends_at=min(max([now + HORIZON, *ends]), now + LONGEST),
        scope=PlanScope.CHANGED,
        most_seconds=_MOST_SECONDS,
        state=PlanState.PLANNING,
        created_by=HOMEROOM,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


async def _causes(db: AsyncSession, rows: Sequence[ChangeRow]) -> list[Cause]:
    courses = await replanning.courses_of_enrollments(
        db, {row.subject_id for row in rows if row.subject == "enrollment"}
    )
    return _joined([found for row in rows if (found := _cause(row, courses))])


def _cause(row: ChangeRow, courses: Mapping[UUID, UUID]) -> Cause | None:
    """The change that may touch a plan; None: it touches none."""
    verb, changed = row.kind.partition(".")[2], row.changes
    key: UUID | None = row.subject_id
    spans: list[list[str]] = []
    kind: ChangeKind | None = None
    match row.subject:
        case "instructor_availability":
            spans = _new_leave(changed)
            kind = ChangeKind.LEAVE if spans else ChangeKind.AVAILABILITY
        case "instructor" if verb == "retired":
            kind = ChangeKind.INSTRUCTOR_RETIRED
        case "instructor" if verb != "created" and _HELD & changed.keys():
            kind = ChangeKind.QUALIFICATIONS
        case "qualification":
            kind = ChangeKind.QUALIFICATIONS
        case "course" if verb != "created" and _REQUIRED & changed.keys():
            kind = ChangeKind.REQUIREMENTS
        case "pairing":
            kind, key = ChangeKind.PAIRING, _id_in(changed, "instructor_id") or row.subject_id
        case "enrollment":
            kind, key = ChangeKind.ENROLLMENT, courses.get(row.subject_id) or _id_in(changed, "course_id")
        case "series" if verb != "created" and _OF_SERIES & changed.keys():
            kind = ChangeKind.SERIES
        case "closure" if _OF_CLOSURE & changed.keys():
            kind, spans = ChangeKind.CLOSURE, _closed_or_opened(changed)
        case "scheduling_rules" if (changed.get("published_at") or [None, None])[1]:
            kind = ChangeKind.RULES
    if kind is None or key is None:
        return None
    found: Cause = {"kind": kind.value, "id": str(key), "at": row.occurred_at and row.occurred_at.isoformat()}
    return found | ({"spans": spans} if spans else {})


def _new_leave(changed: Mapping[str, Any]) -> list[list[str]]:
    before, after = changed.get("leave") or (None, None)
    return [[one["starts_at"], one["ends_at"]] for one in after or () if one not in (before or ())]


def _closed_or_opened(changed: Mapping[str, Any]) -> list[list[str]]:
    """From the first day that a change of a closure names to the last, in whatever zone; none if it names none."""
    given = [day for name in ("first_day", "last_day") for day in changed.get(name) or () if day]
    if not given:
        return []
    first, last = date.fromisoformat(min(given)), date.fromisoformat(max(given))
    bounds = first - timedelta(days=1), last + timedelta(days=2)
    return [[datetime.combine(day, time(), UTC).isoformat() for day in bounds]]


def _id_in(changed: Mapping[str, Any], name: str) -> UUID | None:
    found = next((value for value in changed.get(name) or () if value), None)
    return UUID(found) if found else None


def _joined(causes: Sequence[Cause]) -> list[Cause]:
    """Each kind of change of a subject once, with all its spans."""
    found: dict[tuple[str, str], Cause] = {}
    for one in causes:
        same = found.setdefault((one["kind"], one["id"]), dict(one))
        spans = [*same.get("spans", ()), *one.get("spans", ())]
        if spans:
            same["spans"] = [list(span) for span in dict.fromkeys(map(tuple, spans))]
    return list(found.values())


async def _title(db: AsyncSession, causes: Sequence[Cause]) -> str:
    """The first change in words, and how many more there are."""
    first = (await texts_of(db, causes[:1]))[0]
    more = len(causes) - 1
    return f"{first} and {more} more {'change' if more == 1 else 'changes'}" if more else first


async def texts_of(db: AsyncSession, causes: Sequence[Mapping[str, Any]]) -> list[str]:
    """What has changed, in words."""
    ids = [UUID(one["id"]) for one in causes]
    called = {
        **await names.of(db, Instructor, ids),
        **await names.of(db, Course, ids),
        **await names.of(db, Series, ids),
        **await names.of(db, Closure, ids),
    }
    return [
        _TEXTS.get(one["kind"], "A change").format(called.get(UUID(one["id"]), "")).strip() for one in causes
    ]


_TEXTS: Mapping[str, str] = {
    ChangeKind.LEAVE: "Leave of {}",
    ChangeKind.AVAILABILITY: "Changed availability of {}",
    ChangeKind.QUALIFICATIONS: "Changed qualifications of {}",
    ChangeKind.REQUIREMENTS: "Changed requirements of {}",
    ChangeKind.INSTRUCTOR_RETIRED: "{} is retired",
    ChangeKind.PAIRING: "Changed preferences about {}",
    ChangeKind.ENROLLMENT: "Changed enrollment in {}",
    ChangeKind.SERIES: "Changed series {}",
    ChangeKind.CLOSURE: "Changed closed days {}",
    ChangeKind.RULES: "Newly published rules",
}
