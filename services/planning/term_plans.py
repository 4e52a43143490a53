"""Plans of a term: read the classes, let the engine plan them, keep what it proposes, check it, publish it in batches.

A plan is proposed, never published, by itself. Classes of series that are not booked yet get their instructor by it,
and are then booked by their series; booked classes are handed over.
"""

import asyncio
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import Conflict, HomeroomError, InvalidInput, TransitionRefused, Unavailable
from domain.people.access import Principal
from domain.scheduling.series_changes import CALLED_OFF, OccurrenceState, SeriesState
from domain.scheduling.term_plans import REFUSED, AnswerState, PlanState
from domain.scheduling.wall_time import start_of_day
from domain.subjects import Subject, SubjectKind
from matching.checker import Violation
from matching.planner import Plan, plan
from matching.prepared import PreparedProblem
from matching.progress import Progress
from matching.relaxations import relaxations
from models.authorship import author
from models.database import Database
from models.repositories import entities, plan_answers, term_plans, time_holds
from models.repositories import series as series_repository
from models.series import Series, SeriesOccurrence
from models.term_plan import PlanAssignment, PlanRun
from reports.moments import moment
from services import command_outcomes
from services.cases import NewCase, member_or_nobody, open_case, resolve_about
from services.handovers import Handover, Handovers
from services.inputs.term_plans import NewPlanRun
from services.organizations import organization, planning_policy_of
from services.plan_holds import DECIDED_BEFORE, HELD_FOR, PlanHolds
from services.planning import plan_questions, publishing
from services.planning.plan_windows import Window, broken_rules, read_window
from services.planning.problems import PlanningProblem
from services.series import mark_due
from signing.links import LinkSigner
from workflows.client import SeriesClient, TermPlanClient
from workflows.contracts.series import SeriesRef
from workflows.contracts.term_plans import PlanLook, PlanRef

BATCH = 20  # assignments that are published in one step
LONGEST = timedelta(weeks=26)
_LOOK_EVERY = 1.0  # seconds between looks at the progress of the engine
_MOST_NAMED = 3  # classes that a refusal to publish names
_MOST_TOGETHER = 100  # classes that change hands in one transaction
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
            if not start < end <= start + LONGEST:
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

    async def stop(self, who: Principal, plan_id: UUID, now: datetime, command_id: str = "") -> None:
        """Let the engine end with the best plan so far. A repeat of the command changes nothing.

        Raises NotFound, TransitionRefused.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            if await command_outcomes.earlier(db, who, command_id, now) is None:
                _check_state(row, PlanState.PLANNING)
                row.stop_requested = True

    async def publish(self, who: Principal, plan_id: UUID, now: datetime, command_id: str = "") -> None:
        """Publish a proposed plan, in batches; where the policy says so, those concerned are asked first.

        Another command while they are asked waits for no more answers; a repeat of this one tells the workflow again,
        and changes nothing. The checker looks at the plan first, beside what is booked by now.

        Raises NotFound, TransitionRefused, Conflict where the plan breaks rules by now, Unavailable.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            if await command_outcomes.earlier(db, who, command_id, now) is None:
                await self._publish(db, row, who, now)
        await self._client.start(PlanRef(who.organization_id, plan_id))

    async def _publish(self, db: AsyncSession, row: PlanRun, who: Principal, now: datetime) -> None:
        if row.state == PlanState.PUBLISHING:
            return
        _check_state(row, PlanState.PROPOSED, PlanState.ASKING)
        if row.state == PlanState.PROPOSED and (found := await broken_rules(db, row, now)):
            raise Conflict(await _broken(db, row, found, now), next_step="Plan again, then publish.")
        policy = planning_policy_of(await organization(db))
        row.published_by = who.actor
        if row.state == PlanState.ASKING:
            row.answer_by = now  # who has not answered yet is not waited for
        elif policy.asks:
            row.state, row.answer_by = PlanState.ASKING, now + policy.answer_within
        else:
            row.state = PlanState.PUBLISHING
        await close_case(db, row.id, "the proposal was published", now)

    async def discard(self, who: Principal, plan_id: UUID, now: datetime, command_id: str = "") -> None:
        """A repeat of the command changes nothing. Raises NotFound, TransitionRefused."""
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            if await command_outcomes.earlier(db, who, command_id, now) is None:
                _check_state(row, PlanState.PLANNING, PlanState.PROPOSED, PlanState.ASKING)
                await discard(db, row, "the proposal was dismissed", now)
        await self._client.start(PlanRef(who.organization_id, plan_id))


async def discard(db: AsyncSession, row: PlanRun, why: str, now: datetime) -> None:
    """End a plan that was not published: it holds no time any more, and nobody is asked to decide."""
    row.state, row.finished_at = PlanState.DISCARDED, now
    await time_holds.release_plan(db, row.id)
    await close_case(db, row.id, why, now)


async def close_case(db: AsyncSession, plan_id: UUID, why: str, now: datetime) -> None:
    for kind in (ExceptionKind.REPLAN_PROPOSED, ExceptionKind.PLAN_UNDECIDED):
        await resolve_about(db, Subject(SubjectKind.PLAN, plan_id), kind, why, now)


class TermPlanner:
    """What the activities of a plan's workflow do."""

    def __init__(
        self, database: Database, handovers: Handovers, series: SeriesClient, links: LinkSigner
    ) -> None:
        self._database = database
        self._handovers = handovers
        self._series = series
        self._links = links
        self._holds = PlanHolds(database)

    async def plan(self, ref: PlanRef, now: datetime, beat: Callable[[PlanLook], None]) -> PlanLook:
        """Plan, and keep what was found as the proposal. Planned before, nothing is done. Raises Unavailable."""
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id)
            if row.state != PlanState.PLANNING:
                return _look(row)
            seconds = float(row.most_seconds)
            try:
                window = await read_window(db, row, now)
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
        return await self._keep(ref, window, made, reasons, now)

    async def hold(self, ref: PlanRef, now: datetime, beat: Callable[[], None]) -> PlanLook:
        """Hold the time of a proposed plan, or renew its holds; a plan that isn't proposed holds nothing.

        A plan whose time ends soon becomes a case. Raises NotFound, Unavailable.
        """
        await self._holds.renew(ref.organization_id, ref.plan_id, now, beat)
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            await _remind(db, row, now)
            return await self._full_look(db, row)

    async def ask(self, ref: PlanRef, now: datetime, beat: Callable[[], None]) -> PlanLook:
        """Ask those whom the policy names about a plan; a plan that doesn't ask is left as it is.

        Raises NotFound, Unavailable.
        """
        await plan_questions.ask(self._database, self._links, ref.organization_id, ref.plan_id, now, beat)
        async with self._database.tenant(ref.organization_id) as db:
            return await self._full_look(db, await term_plans.get(db, ref.plan_id))

    async def _full_look(self, db: AsyncSession, row: PlanRun) -> PlanLook:
        """With the answers, counted from what is stored."""
        counts = await plan_answers.counts(db, row.id)
        return replace(
            _look(row),
            asked=counts[AnswerState.ASKED],
            accepted=counts[AnswerState.ACCEPTED],
            declined=sum(counts[state] for state in REFUSED),
            answer_by=row.answer_by,
        )

    async def publish(self, ref: PlanRef, now: datetime) -> PlanLook:
        """Publish the next batch; one that was published before is left as it is. Raises Unavailable."""
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            if row.state == PlanState.ASKING:
                await plan_questions.settle(db, row, now)
            if row.state != PlanState.PUBLISHING:
                return await self._full_look(db, row)
            batch = await term_plans.to_publish(db, row.id, BATCH)
        touched: set[UUID] = set()
        done: set[UUID] = set()
        with author(row.published_by or row.created_by):
            for one in batch:
                if one.session_id is None:
                    await self._publish_occurrence(row, one, touched, now)
                elif one.class_id not in done:
                    done |= await self._publish_booked(row, one, now)
        for series_id in sorted(touched):
            await self._series.changed_or_later(SeriesRef(ref.organization_id, series_id))
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            left = await term_plans.count_to_publish(db, row.id)
            if not left:
                row.state, row.finished_at = PlanState.PUBLISHED, now
            return _look(row, left)

    async def _publish_booked(self, row: PlanRun, first: PlanAssignment, now: datetime) -> set[UUID]:
        """Hand a booked class over, with those that have to change hands with it; returns which were handed over.

        Where its instructor is still kept by a class that the plan gives away, both change hands in one transaction;
        so do all classes of a circle. Raises Unavailable.
        """
        unit = [first]
        while True:
            wanted = [
                Handover(one.class_id, one.former_instructor_id, one.instructor_id)
                for one in unit
                if one.instructor_id
            ]
            try:
                await self._handovers.hand_over_together(
                    row.organization_id, wanted, f"{row.id}", now, act_id=row.id
                )
            except Unavailable:
                raise
            except HomeroomError as error:
                async with self._database.tenant(row.organization_id) as db:
                    more = await publishing.kept_by(db, row.id, unit, error)
                    if more and len(unit) + len(more) <= _MOST_TOGETHER:
                        unit += more
                        continue
                    await _refuse(db, first, error.detail)
                return {first.class_id}
            async with self._database.tenant(row.organization_id) as db:
                for one in unit:
                    assert one.instructor_id is not None, "only classes with an instructor are published"
                    await series_repository.take_instructor(db, one.class_id, one.instructor_id)
                    stored = await _stored(db, one)
                    stored.problem, stored.published_at = "", now
            return {one.class_id for one in unit}

    async def _publish_occurrence(
        self, row: PlanRun, one: PlanAssignment, touched: set[UUID], now: datetime
    ) -> None:
        """Give a class of a series that is not booked yet to its instructor."""
        assert one.instructor_id is not None, "only classes with an instructor are published"
        async with self._database.tenant(row.organization_id) as db:
            problem = ""
            if one.occurrence_id and (known := await db.get(SeriesOccurrence, one.occurrence_id)):
                # The series first, as everywhere: whoever brings it to its rows waits, and is not waited for.
                series = await series_repository.get(db, known.series_id, lock=True)
                if kept := await entities.lock(db, SeriesOccurrence, one.occurrence_id):
                    touched.add(series.id)
                    problem = _assign(series, kept, one.instructor_id)
            if problem:
                await _refuse(db, one, problem)
            else:
                stored = await _stored(db, one)
                stored.problem, stored.published_at = "", now

    async def _note(self, ref: PlanRef, run: "_EngineRun") -> PlanLook:
        async with self._database.tenant(ref.organization_id) as db:
            row = await term_plans.get(db, ref.plan_id, lock=True)
            if row.stop_requested or row.state != PlanState.PLANNING:
                run.stop.set()
            row.progress = run.progress or row.progress
            return _look(row)

    async def _keep(
        self,
        ref: PlanRef,
        window: Window,
        made: Plan,
        reasons: Mapping[UUID, Relaxations],
        now: datetime,
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
                    former_instructor_id=window.former(one),
                    reasons=list(window.why(one.id)),
                    relaxations=reasons.get(one.id, []),
                )
                for one in window.shown
            ]
            await term_plans.replace_assignments(db, row.id, rows)
            row.state, row.terms = PlanState.PROPOSED, dict(made.terms)
            row.held_until = now + HELD_FOR
            row.rules_version = window.built.rules_version
            unassigned = sum(one.instructor_id is None for one in rows)
            found = _figures("done", made.objective, made.bound, made.gap, made.seconds)
            row.progress = found | {"unassigned": unassigned, "classes": len(rows)}
            if row.causes or row.answer_by:
                await _propose(db, row, rows, now)
            return _look(row)


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


async def _broken(db: AsyncSession, row: PlanRun, found: Sequence[Violation], now: datetime) -> str:
    """What a plan breaks, with the first of its classes that do."""
    rules = ", ".join(sorted({one.rule.replace("_", " ") for one in found}))
    keys = {key for one in found for key in one.class_ids}
    zone = (await organization(db)).time_zone
    classes = [
        f"“{one.title}”, {moment(one.starts_at, 'en', zone, now=now)}"
        for one in await term_plans.assignments(db, row.id)
        if one.class_id in keys
    ]
    named = "; ".join(classes[:_MOST_NAMED])
    return f"by now the plan breaks rules, {len(found)} times: {rules} ({named})"


async def _propose(db: AsyncSession, row: PlanRun, rows: Sequence[PlanAssignment], now: datetime) -> None:
    """Tell ops of a plan that was made after changes or answers; after changes that change nothing it ends."""
    changes = sum(
        one.instructor_id is not None and one.instructor_id != one.former_instructor_id for one in rows
    )
    unassigned = sum(one.instructor_id is None for one in rows)
    if not changes + unassigned:
        if row.causes:
            await discard(db, row, "no class has to change hands", now)
        return
    row.title = row.title or f"Plan from {row.starts_at:%Y-%m-%d}"
    new = NewCase(
        row.organization_id,
        Subject(SubjectKind.PLAN, row.id),
        ExceptionKind.REPLAN_PROPOSED,
        detail={"changes": str(changes), "unassigned": str(unassigned)},
        key=row.answer_by.isoformat() if row.answer_by else "",
    )
    await open_case(db, new, now)


async def _remind(db: AsyncSession, row: PlanRun, now: datetime) -> None:
    """Open a case of a proposed plan that nobody has decided, before others can book its time."""
    if row.state != PlanState.PROPOSED or row.held_until is None or now < row.held_until - DECIDED_BEFORE:
        return
    ends = row.held_until.isoformat()
    new = NewCase(
        row.organization_id,
        Subject(SubjectKind.PLAN, row.id),
        ExceptionKind.PLAN_UNDECIDED,
        detail={"until": ends},
        key=ends,
        assignee=member_or_nobody(row.created_by),
    )
    await open_case(db, new, now)


async def _stored(db: AsyncSession, one: PlanAssignment) -> PlanAssignment:
    stored = await db.get(PlanAssignment, (one.plan_run_id, one.class_id))
    assert stored is not None, "assignments of a plan that is published stay"
    return stored


async def _refuse(db: AsyncSession, one: PlanAssignment, problem: str) -> None:
    """Write why a class is not published; its time is held no more."""
    stored = await _stored(db, one)
    stored.problem, stored.published_at = problem, None
    await time_holds.release_class(db, one.class_id)


def _assign(series: Series, one: SeriesOccurrence, instructor_id: UUID) -> str:
    """Give a class of a series to an instructor; returns why not, empty if it was done."""
    if one.state in CALLED_OFF:
        return "The class does not take place any more."
    if one.state == OccurrenceState.CLOSED:
        return "The school is closed at that time."
    if one.state == OccurrenceState.REFUSED or one.instructor_id != instructor_id:
        mark_due(one)
    one.instructor_id = instructor_id
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
        held=int(progress.get("held", 0)),
        not_held=int(progress.get("not_held", 0)),
    )
