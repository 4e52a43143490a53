"""Cases about the recording of a class: opened for each stretch, and resolved with its length when it is over."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.intervals import Interval
from domain.presence.events import EventKind
from models.exception_case import ExceptionCase
from models.repositories import cases, events, sessions
from services.case_repairs import tried
from services.cases import NewCase, open_case, resolve_by_itself
from services.recording_coverage import coverage_of, recording_coverage

_STARTED = {EventKind.CAPTURE_STARTED: (Repair.RECORDER_STARTED, RepairResult.WORKED)}
_SUBSCRIBED = {EventKind.CAPTURE_SUBSCRIBED_AGAIN: (Repair.SUBSCRIBED_AGAIN, RepairResult.WAITING)}
_REPAIRED_BY: Mapping[str, Mapping[EventKind, tuple[Repair, RepairResult]]] = {
    ExceptionKind.RECORDING_MISSING: _STARTED,
    ExceptionKind.TRACK_NOT_SUBSCRIBED: _STARTED | _SUBSCRIBED,
}
REPAIR_EVENTS = frozenset(_STARTED | _SUBSCRIBED)  # of recorders
GAP_WORTH_A_CASE = timedelta(seconds=15)


async def resolve_stretch(
    db: AsyncSession, session_id: UUID, kind: ExceptionKind, since: datetime, until: datetime, now: datetime
) -> None:
    """Resolve the case of a stretch that was not recorded; its evidence says what is missing of whom."""
    occasion = since.isoformat()
    for case in await cases.open_of_sessions(db, [session_id], [kind]):
        if case.occasion == occasion:
            session = await sessions.get_session(db, session_id)
            span = Interval(since, max(since, until))
            missing = (await coverage_of(db, session, span)).unheard_within(span)
            _describe(case, span, missing)
            resolve_by_itself(case, f"Recorded again after {_seconds(span)} s.", now)


async def note_recorder_repairs(db: AsyncSession, session_id: UUID) -> None:
    """Write to the open cases of stretches which recorders were started and what was subscribed to again since then."""
    for case in await cases.open_of_sessions(db, [session_id], _REPAIRED_BY.keys()):
        kinds = _REPAIRED_BY[case.kind]
        for event in await events.of_session(db, session_id, list(kinds)):
            if event.occurred_at > _began(case):
                repair, result = kinds[event.kind]
                await tried(db, case, repair, result, event.source_id, event.occurred_at)


async def report_gaps(db: AsyncSession, organization_id: UUID, session_id: UUID, now: datetime) -> None:
    """Open a case for each gap of a class so far, counted from what is stored; correct those that are open."""
    session = await sessions.get_session(db, session_id)
    coverage = await recording_coverage(db, session, now)
    kind = ExceptionKind.RECORDING_GAP
    spans = [
        Interval(gap.start, gap.end)
        for gap in (coverage.gaps if coverage else ())
        if gap.end - gap.start >= GAP_WORTH_A_CASE
    ]
    if coverage is None or not spans:
        return
    for span in spans:
        detail = _times(span)
        await open_case(
            db,
            NewCase.about_session(organization_id, session_id, kind, span.start.isoformat(), detail),
            now,
        )
    by_occasion = {span.start.isoformat(): span for span in spans}
    for case in await cases.open_of_sessions(db, [session_id], [kind]):
        if found := by_occasion.get(case.occasion):
            _describe(case, found, coverage.unheard_within(found))


async def resolve_filled_gaps(db: AsyncSession, session_id: UUID, now: datetime) -> None:
    """Resolve the cases of gaps of a class that is over whose audio was stored later."""
    session = await sessions.get_session(db, session_id)
    coverage = await recording_coverage(db, session, now)
    if coverage is None:
        return
    gaps = {gap.start.isoformat() for gap in coverage.gaps}
    for case in await cases.open_of_sessions(db, [session_id], [ExceptionKind.RECORDING_GAP]):
        if case.occasion not in gaps:
            resolve_by_itself(case, "What was missing is stored.", now)


async def report_risk(
    db: AsyncSession,
    organization_id: UUID,
    session_id: UUID,
    part: str,
    worker: str,
    since: datetime,
    now: datetime,
) -> None:
    """Open a case because `part` ("store" or "disk") has not taken audio since then, which waits on a worker."""
    detail = {"part": part, "worker": worker, "from": since.isoformat()}
    new = NewCase.about_session(
        *(organization_id, session_id, ExceptionKind.RECORDING_AT_RISK, f"{part} {worker}"),
        *(detail, since.isoformat()),
    )
    await open_case(db, new, now)


async def resolve_risks(
    db: AsyncSession, session_id: UUID, parts: Iterable[str], worker: str, now: datetime
) -> None:
    """Resolve the cases of parts of which everything that waited on this worker is stored."""
    occasions = {f"{part} {worker}" for part in parts}
    for case in await cases.open_of_sessions(db, [session_id], [ExceptionKind.RECORDING_AT_RISK]):
        if case.occasion in occasions:
            since = datetime.fromisoformat(case.detail["from"])
            span = Interval(since, max(since, now))
            case.detail = {**case.detail, **_times(span)}
            resolve_by_itself(case, f"Everything is stored after {_seconds(span)} s.", now)


def _began(case: ExceptionCase) -> datetime:
    """When the stretch of a case began; its opening, where its occasion names no time."""
    try:
        return datetime.fromisoformat(case.occasion)
    except ValueError:
        return case.opened_at


def _describe(case: ExceptionCase, span: Interval, missing: Mapping[str, float]) -> None:
    """Write the length of a stretch, and as evidence the seconds that are missing of each speaker."""
    detail: dict[str, Any] = {**case.detail, **_times(span), "people": str(len(missing))}
    evidence = [
        *(one for one in case.evidence if one["kind"] != "speaker"),
        *({"kind": "speaker", "id": who, "seconds": f"{seconds:.1f}"} for who, seconds in missing.items()),
    ]
    if case.detail != detail or case.evidence != evidence:
        case.detail, case.evidence = detail, evidence


def _times(span: Interval) -> dict[str, str]:
    return {"from": span.start.isoformat(), "until": span.end.isoformat(), "seconds": _seconds(span)}


def _seconds(span: Interval) -> str:
    return f"{(span.end - span.start).total_seconds():.1f}"
