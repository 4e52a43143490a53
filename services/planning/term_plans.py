"""Plans of a term: read the classes, let the engine plan them, keep what it proposes, check it, publish it in batches.

A plan is proposed, never published, by itself. Classes of series that are not booked yet get their instructor by it,
and are then booked by their series; booked classes are handed over.
"""

import asyncio
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, HomeroomError, InvalidInput, TransitionRefused, Unavailable
from domain.people.access import Principal
from domain.scheduling.series_changes import CALLED_OFF, OccurrenceState, SeriesState
from domain.scheduling.term_plans import PlanScope, PlanState
from domain.scheduling.wall_time import start_of_day
from matching.checker import Violation, pins_broken, violations
from matching.planner import Plan, plan
from matching.prepared import PreparedProblem
from matching.progress import Progress
from matching.relaxations import relaxations
from models.authorship import author
from models.database import Database
from models.repositories import entities, people, term_plans
from models.repositories import series as series_repository
from models.series import Series, SeriesOccurrence
from models.term_plan import PlanAssignment, PlanRun
from services.handovers import Handovers
from services.inputs.term_plans import NewPlanRun
from services.organizations import organization
from services.planning.problems import PlanningProblem, ProposedClass, problem_of
from services.series import mark_due, student_ids
from workflows.client import SeriesClient, TermPlanClient
from workflows.contracts.series import SeriesRef
from workflows.contracts.term_plans import PlanLook, PlanRef

BATCH = 20  # assignments that are published in one step
_LONGEST = timedelta(weeks=26)
_LOOK_EVERY = 1.0  # seconds between looks at the progress of the engine
_RETIRED = "is retired"
_MOST_EXPLAINED = 200  # classes without instructor whose reasons are kept
Relaxations = list[dict[str, list[str]]]  # as they are stored


class TermPlanCommands:
    def __init__(self, database: Database, client: TermPlanClient) -> None:
        self._database = database
        self._client = client

    async def start(self, who: Principal, plan_id: UUID, new: NewPlanRun, now: datetime) -> PlanRun:
        """Begin to plan a window. Called again with the same id, it returns the run that exists.

        Raises InvalidInput, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            zone = ZoneInfo((await organization(db)).time_zone)
            start = max(now, start_of_day(new.first_day, zone))
            end = start_of_day(new.last_day + timedelta(days=1), zone)
            if not start < end <= start + _LONGEST:
                raise InvalidInput(
                    "the window is empty, over, or longer than 26 weeks", next_step="Choose other days."
                )
            row = await db.get(PlanRun, plan_id) or PlanRun(
                id=plan_id,
                organization_id=who.organization_id,
                starts_at=start,
                ends_at=end,
                scope=new.scope,
                most_seconds=new.most_seconds,
                created_by=who.actor,
                created_at=now,
            )
            db.add(row)
        await self._client.start(PlanRef(who.organization_id, plan_id))
        return row

    async def stop(self, who: Principal, plan_id: UUID) -> None:
        """Let the engine end with the best plan so far. Raises NotFound, TransitionRefused."""
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            _check_state(row, PlanState.PLANNING)
            row.stop_requested = True

    async def publish(self, who: Principal, plan_id: UUID, now: datetime) -> None:
        """Publish a proposed plan, in batches. The checker looks at it first, beside what is booked by now.

        Raises NotFound, TransitionRefused, Conflict where the plan breaks rules by now, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            if row.state == PlanState.PUBLISHING:
                return
            _check_state(row, PlanState.PROPOSED)
            if found := await broken_rules(db, row, now):
                rules = ", ".join(sorted({one.rule.replace("_", " ") for one in found}))
                raise Conflict(
                    f"by now the plan breaks rules, {len(found)} times: {rules}",
                    next_step="Plan again, then publish.",
                )
            row.state = PlanState.PUBLISHING
        await self._client.start(PlanRef(who.organization_id, plan_id))

    async def discard(self, who: Principal, plan_id: UUID, now: datetime) -> None:
        """Raises NotFound, TransitionRefused."""
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            _check_state(row, PlanState.PLANNING, PlanState.PROPOSED)
            row.state, row.finished_at = PlanState.DISCARDED, now
        await self._client.start(PlanRef(who.organization_id, plan_id))


class TermPlanner:
    """What the activities of a plan's workflow do."""

    def __init__(self, database: Database, handovers: Handovers, series: SeriesClient) -> None:
        self._database = database
        self._handovers = handovers
        self._series = series

    async def plan(self, ref: PlanRef, now: datetime, beat: Callable[[PlanLook], None]) -> PlanLook:
        """Plan, and keep what was found as the proposal. Planned before, nothing is done. Raises Unavailable."""
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id)
            if row.state != PlanState.PLANNING:
                return _look(row)
            seconds = float(row.most_seconds)
            try:
                window = await _read(db, row, now)
            except HomeroomError as error:
                row.state, row.problem, row.finished_at = PlanState.FAILED, error.detail, now
                return _look(row)
        run = _EngineRun(window.built, seconds)
        working = asyncio.create_task(asyncio.to_thread(run.work))
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=_LOOK_EVERY)
                look = await self._note(ref, run)
                beat(look)
        finally:
            run.stop.set()
        made, reasons = await working
        return await self._keep(ref, window, made, reasons)

    async def publish(self, ref: PlanRef, now: datetime) -> PlanLook:
        """Publish the next batch; one that was published before is left as it is. Raises Unavailable."""
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id)
            if row.state != PlanState.PUBLISHING:
                return _look(row)
            batch = await term_plans.to_publish(db, row.id, BATCH)
        touched: set[UUID] = set()
        with author(row.created_by):
            for one in batch:
                await self._publish_one(row, one, touched, now)
        for series_id in sorted(touched):
            await self._series.changed_or_later(SeriesRef(ref.organization_id, series_id))
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            left = await term_plans.count_to_publish(db, row.id)
            if not left:
                row.state, row.finished_at = PlanState.PUBLISHED, now
            return _look(row, left)

    async def _publish_one(
        self, row: PlanRun, one: PlanAssignment, touched: set[UUID], now: datetime
    ) -> None:
        problem = ""
        assert one.instructor_id is not None, "only classes with an instructor are published"
        if one.session_id:
            try:
                await self._handovers.hand_over(
                    row.organization_id, one.session_id, one.instructor_id, f"{row.id}", now
                )
            except Unavailable:
                raise
            except HomeroomError as error:
                problem = error.detail
        async with self._database.tenant(row.organization_id) as db:
            if one.occurrence_id and (kept := await entities.lock(db, SeriesOccurrence, one.occurrence_id)):
                touched.add(kept.series_id)
                problem = await _assign(db, kept, one.instructor_id)
            elif one.session_id and not problem:
                await series_repository.take_instructor(db, one.session_id, one.instructor_id)
            stored = await db.get(PlanAssignment, (one.plan_run_id, one.class_id))
            assert stored is not None, "assignments of a plan that is published stay"
            stored.problem, stored.published_at = problem, None if problem else now

    async def _note(self, ref: PlanRef, run: "_EngineRun") -> PlanLook:
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            if row.stop_requested or row.state != PlanState.PLANNING:
                run.stop.set()
            row.progress = run.progress or row.progress
            return _look(row)

    async def _keep(
        self, ref: PlanRef, window: "_Window", made: Plan, reasons: Mapping[UUID, Relaxations]
    ) -> PlanLook:
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            if row.state != PlanState.PLANNING:
                return _look(row)
            rows = [
                PlanAssignment(
                    organization_id=row.organization_id,
                    plan_run_id=row.id,
                    class_id=one.id,
                    occurrence_id=one.id if one.id in window.occurrences else None,
                    session_id=None if one.id in window.occurrences else one.id,
                    title=window.title(one.id),
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                    instructor_id=made.assignment[one.id],
                    former_instructor_id=one.published_instructor_id or one.pinned_instructor_id,
                    relaxations=reasons.get(one.id, []),
                )
                for one in window.built.problem.classes
                if one.id in window.built.planned
            ]
            await term_plans.replace_assignments(db, row.id, rows)
            row.state, row.terms = PlanState.PROPOSED, dict(made.terms)
            row.rules_version = window.built.rules_version
            unassigned = sum(one.instructor_id is None for one in rows)
            found = _figures("done", made.objective, made.bound, made.gap, made.seconds)
            row.progress = found | {"unassigned": unassigned, "classes": len(rows)}
            return _look(row)


@dataclass(frozen=True)
class _Window:
    """The problem of a window, with the classes of series in it that are not booked yet."""

    built: PlanningProblem
    occurrences: Mapping[UUID, tuple[SeriesOccurrence, Series]]

    def title(self, class_id: UUID) -> str:
        if class_id in self.occurrences:
            return self.occurrences[class_id][1].title
        return self.built.titles.get(class_id, "")


class _EngineRun:
    """The engine at work in a thread: its progress, and how it is stopped."""

    def __init__(self, built: PlanningProblem, seconds: float) -> None:
        self._built = built
        self._seconds = seconds
        self.stop = threading.Event()
        self.progress: dict[str, object] = {}

    def work(self) -> tuple[Plan, dict[UUID, Relaxations]]:
        made = plan(
            PreparedProblem(self._built.problem),
            seconds=self._seconds,
            on_progress=self._say,
            cancelled=self.stop.is_set,
        )
        nobody = [key for key in self._built.planned if made.assignment.get(key) is None]
        reasons = {
            key: [
                {"rules": sorted(one.rules), "instructor_ids": [str(who) for who in one.instructor_ids[:20]]}
                for one in relaxations(made.calendars, key)[:5]
            ]
            for key in sorted(nobody)[:_MOST_EXPLAINED]
        }
        return made, reasons

    def _say(self, progress: Progress) -> None:
        found = _figures(
            str(progress.phase), progress.objective, progress.bound, progress.gap, progress.seconds
        )
        self.progress = found | {"unassigned": progress.unassigned}


def _figures(phase: str, objective: float, bound: float, gap: float, seconds: float) -> dict[str, object]:
    """As they are stored, which knows no infinity: a gap of 1 says that nothing is proven yet."""
    return {
        "phase": phase,
        "objective": objective,
        "bound": bound if math.isfinite(bound) else None,
        "gap": min(gap, 1.0),
        "seconds": round(seconds, 1),
    }


async def broken_rules(db: AsyncSession, row: PlanRun, now: datetime) -> list[Violation]:
    """The hard rules that a proposed plan breaks beside what is booked and known by now."""
    wanted = {one.class_id: one.instructor_id for one in await term_plans.assignments(db, row.id)}
    window = await _read(db, row, now, chosen=set(wanted))
    known = {one.id for one in window.built.problem.instructors}
    gone = [Violation(_RETIRED, who, (key,)) for key, who in wanted.items() if who and who not in known]
    classes = [
        replace(one, pinned_instructor_id=None) if one.id in wanted else one
        for one in window.built.problem.classes
    ]
    problem = replace(window.built.problem, classes=classes)
    assignment = {one.id: wanted.get(one.id, one.pinned_instructor_id) for one in classes}
    usable = {key: who if who in known else None for key, who in assignment.items()}
    return gone + pins_broken(problem, violations(problem, usable))[1]


async def _read(db: AsyncSession, row: PlanRun, now: datetime, chosen: set[UUID] | None = None) -> _Window:
    """`chosen` booked classes are free in place of those of the run's scope."""
    start = max(row.starts_at, now)
    found = await term_plans.open_occurrences(db, start, row.ends_at)
    enrolled = await people.enrolled_by_course(
        db, {series.course_id for _, series in found if series.whole_course}
    )
    proposed = [
        ProposedClass(
            one.id, series.course_id, one.starts_at, one.ends_at, tuple(_students(series, enrolled))
        )
        for one, series in found
    ]
    occurrences = {one.id: (one, series) for one, series in found}
    free: set[UUID] | None = None if row.scope == PlanScope.ALL else set()
    if chosen is not None:
        free = chosen - occurrences.keys()
    elif row.scope == PlanScope.TOUCHED:
        free = await _touched(db, start, row.ends_at, now)
    built = await problem_of(db, start, row.ends_at, now, class_ids=free, proposed=proposed)
    return _Window(_keeping(built, occurrences, row.scope), occurrences)


def _students(series: Series, enrolled: Mapping[UUID, Sequence[UUID]]) -> Sequence[UUID]:
    return enrolled.get(series.course_id, ()) if series.whole_course else student_ids(series)


async def _touched(db: AsyncSession, start: datetime, end: datetime, now: datetime) -> set[UUID]:
    """The booked classes whose instructor breaks a rule by now."""
    built = await problem_of(db, start, end, now)
    known = {one.id for one in built.problem.instructors}
    stands = {
        one.id: who if (who := one.pinned_instructor_id or one.published_instructor_id) in known else None
        for one in built.problem.classes
    }
    broken = {key for one in violations(built.problem, stands) for key in one.class_ids}
    return {key for key in built.planned if key in broken or stands[key] is None}


def _keeping(
    built: PlanningProblem, occurrences: Mapping[UUID, tuple[SeriesOccurrence, Series]], scope: PlanScope
) -> PlanningProblem:
    """Classes of series that have their instructor keep them, as far as the scope says."""
    known = {one.id for one in built.problem.instructors}
    classes = []
    for one in built.problem.classes:
        who = occurrences[one.id][0].instructor_id if one.id in occurrences else None
        if who in known and scope == PlanScope.ALL:
            classes.append(replace(one, published_instructor_id=who))
        elif who in known:
            classes.append(replace(one, pinned_instructor_id=who))
        else:
            classes.append(one)
    return replace(built, problem=replace(built.problem, classes=classes))


async def _assign(db: AsyncSession, one: SeriesOccurrence, instructor_id: UUID) -> str:
    """Give a class of a series to an instructor; returns why not, empty if it was done."""
    if one.state in CALLED_OFF:
        return "The class does not take place any more."
    if one.state == OccurrenceState.REFUSED or one.instructor_id != instructor_id:
        mark_due(one)
    one.instructor_id = instructor_id
    series = await series_repository.get(db, one.series_id, lock=True)
    series.state = SeriesState.RUNNING
    return ""


def _check_state(row: PlanRun, *wanted: PlanState) -> None:
    if row.state not in wanted:
        raise TransitionRefused(f"this plan is {row.state}")


def _look(row: PlanRun, left: int = 0) -> PlanLook:
    progress = row.progress
    return PlanLook(
        row.state,
        unassigned=int(progress.get("unassigned", 0)),
        gap=float(progress.get("gap", 1.0)),
        objective=float(progress.get("objective", 0.0)),
        left_to_publish=left,
    )
