"""Asks instructors and families before a plan is published, where the policy of the organization says so.

Each person gets one mail with a link to a page of their own, which shows their classes of the plan. Answers are counted
from what is stored. Once all have answered, or time is up, a plan that nobody has refused is published; else it is made
anew without the refused pairs of class and instructor, and proposed again.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import LinkExpired, NotFound, TransitionRefused
from domain.notices.kinds import NoticeKind, PlanNoticeKind, notice_id, notice_key
from domain.people.access import Principal
from domain.scheduling.planning_policy import PlanningPolicy, Silence
from domain.scheduling.term_plans import REFUSED, AnswerState, PlanState
from domain.subjects import SubjectKind
from models.authorship import authorship
from models.database import Database
from models.notice import Notice
from models.people import Instructor
from models.repositories import names, notices, plan_answers, planning, term_plans
from models.term_plan import PlanAnswer, PlanAssignment, PlanRun
from reports.plan_questions import render_plan_question
from services.inputs.term_plans import GivenAnswers
from services.organizations import organization, planning_policy_of
from services.recipients import ReaderOfLinks, Recipient, family_of, reader_of_links
from services.series import students_of
from signing.links import LinkSigner, PlanLink, address_fingerprint
from workflows.client import TermPlanClient
from workflows.contracts.term_plans import PlanRef

_PAGE_LASTS = timedelta(days=7)  # after the last moment to answer
_DELIVER_WITHIN = timedelta(hours=4)
_ARE_WRITTEN = "asked"  # in the progress of a run: the questions about this proposal
_BATCH = 50  # people whose mails are written in one transaction


@dataclass(frozen=True)
class AskedClass:
    assignment: PlanAssignment
    instructor: str
    state: AnswerState


@dataclass(frozen=True)
class PlanQuestion:
    """What a plan asks a person, as they read it."""

    organization: str
    reader: Recipient
    classes: Sequence[AskedClass]
    answer_by: datetime
    is_open: bool


async def ask(
    database: Database,
    links: LinkSigner,
    organization_id: UUID,
    plan_id: UUID,
    now: datetime,
    beat: Callable[[], None],
) -> None:
    """Write the questions of a plan that asks, and a mail for each person. Called again, nobody is asked twice."""
    async with database.tenant(organization_id) as db:
        row = await term_plans.get(db, plan_id, lock=True)
        if row.state != PlanState.ASKING:
            return
        policy = planning_policy_of(await organization(db))
        await _write_questions(db, row, policy, now)
        row.progress = row.progress | {_ARE_WRITTEN: True}
        await db.flush()
        asked: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
        for one in await plan_answers.current(db, plan_id):
            if one.state == AnswerState.ASKED:
                asked[one.recipient_kind, one.recipient_id].append(one.class_id)
    everybody = sorted(asked)
    for start in range(0, len(everybody), _BATCH):
        async with database.tenant(organization_id) as db:
            row = await term_plans.get(db, plan_id)
            batch = [(key, asked[key]) for key in everybody[start : start + _BATCH]]
            await _write_mails(db, links, row, batch, now)
        beat()


async def settle(db: AsyncSession, row: PlanRun, now: datetime) -> None:
    """Publish a plan that nobody has refused, or let it be made anew.

    While the questions are still to be written, or answers are waited for, nothing is done.
    """
    if not row.progress.get(_ARE_WRITTEN):
        return
    current = await plan_answers.current(db, row.id)
    waiting = [one for one in current if one.state == AnswerState.ASKED]
    if waiting and row.answer_by and now < row.answer_by:
        return
    policy = planning_policy_of(await organization(db))
    if policy.silence == Silence.DECLINES:
        for one in waiting:
            one.state = AnswerState.UNANSWERED
    is_refused = any(one.state in REFUSED for one in current)
    row.state = PlanState.PLANNING if is_refused else PlanState.PUBLISHING
    await db.flush()


class PlanQuestions:
    """The methods raise LinkInvalid, LinkExpired: also if the person's address has changed since."""

    def __init__(self, database: Database, links: LinkSigner, client: TermPlanClient) -> None:
        self._database = database
        self._links = links
        self._client = client

    async def read(self, token: str, now: datetime) -> PlanQuestion:
        """The classes, and what was answered so far. Changes nothing: mail scanners open links."""
        link = self._links.read_plan(token, now)
        async with self._database.tenant(link.organization_id) as db:
            return await _question(db, link, now)

    async def answer(self, token: str, accepts: Mapping[UUID, bool], now: datetime) -> PlanQuestion:
        """Accept or decline classes; once the answers are closed, nothing changes."""
        link = self._links.read_plan(token, now)
        async with self._database.tenant(link.organization_id) as db:
            kind = (await _question(db, link, now)).reader.kind
        authorship.get().actor = f"{kind}:{link.person_id}"
        async with self._database.tenant(link.organization_id) as db:
            row = await term_plans.get(db, link.plan_id, lock=True)
            if _is_open(row, now):
                _, asked = await _own_answers(db, row, link)
                await _record(db, asked, accepts, now)
            is_complete = await _is_complete(db, row)
            question = await _question(db, link, now)
        if is_complete:
            await self._client.start_or_later(PlanRef(link.organization_id, link.plan_id))
        return question

    async def answer_for(
        self, who: Principal, plan_id: UUID, given: GivenAnswers, now: datetime
    ) -> list[PlanAnswer]:
        """Record what somebody who was asked says, as when they call the school; all their answers.

        Raises NotFound for who was not asked about one of the classes, TransitionRefused once answers are closed.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await term_plans.get(db, plan_id, lock=True)
            asked = await plan_answers.current(db, row.id, given.recipient_id)
            wanted = given.class_ids or [one.class_id for one in asked]
            if not asked or not {one.class_id for one in asked}.issuperset(wanted):
                raise NotFound(f"{given.recipient_id} is not asked about these classes of the plan")
            if not _is_open(row, now):
                raise TransitionRefused("the answers about this plan are closed", next_step="Plan again.")
            await _record(db, asked, dict.fromkeys(wanted, given.accepts), now)
            is_complete = await _is_complete(db, row)
        if is_complete:
            await self._client.start_or_later(PlanRef(who.organization_id, plan_id))
        return asked


async def _record(
    db: AsyncSession, asked: Sequence[PlanAnswer], accepts: Mapping[UUID, bool], now: datetime
) -> None:
    for one in asked:
        if one.class_id in accepts:
            one.state = AnswerState.ACCEPTED if accepts[one.class_id] else AnswerState.DECLINED
            one.answered_at = now
    await db.flush()


async def _is_complete(db: AsyncSession, row: PlanRun) -> bool:
    return not (await plan_answers.counts(db, row.id))[AnswerState.ASKED]


def _is_open(row: PlanRun, now: datetime) -> bool:
    return row.state == PlanState.ASKING and row.answer_by is not None and now < row.answer_by


async def _question(db: AsyncSession, link: PlanLink, now: datetime) -> PlanQuestion:
    row = await term_plans.get(db, link.plan_id)
    found, answers = await _own_answers(db, row, link)
    if not answers or row.answer_by is None:
        raise LinkExpired("nothing is asked of you any more", next_step="Call your school.")
    states = {one.class_id: one.state for one in answers}
    classes = await plan_answers.assignments_of(db, row.id, list(states))
    called = await names.of(db, Instructor, [one.instructor_id for one in classes if one.instructor_id])
    return PlanQuestion(
        (await organization(db)).name,
        found.reader,
        [
            AskedClass(one, called[one.instructor_id], states[one.class_id])
            for one in classes
            if one.instructor_id
        ],
        row.answer_by,
        _is_open(row, now),
    )


async def _own_answers(
    db: AsyncSession, row: PlanRun, link: PlanLink
) -> tuple[ReaderOfLinks, list[PlanAnswer]]:
    """Who a link belongs to, and their answers. A family has those about classes that a child of theirs is in by now.

    Raises LinkExpired for an address that changed, and for somebody who is retired.
    """
    answers = await plan_answers.current(db, row.id, link.person_id)
    found = await reader_of_links(db, answers[0].recipient_kind, link.person_id) if answers else None
    if found is None:
        raise LinkExpired("nothing is asked of you any more", next_step="Call your school.")
    if address_fingerprint(found.reader.address) != link.fingerprint:
        raise LinkExpired("this link belongs to an address that is no longer in use")
    if found.reader.kind != "instructor":
        classes = await plan_answers.assignments_of(db, row.id, [one.class_id for one in answers])
        students = await _students(db, row, classes)
        own = set(found.person_ids)
        answers = [one for one in answers if own.intersection(students.get(one.class_id, ()))]
    return found, answers


async def _write_questions(db: AsyncSession, row: PlanRun, policy: PlanningPolicy, now: datetime) -> None:
    """For each class that changes hands and each person who is asked about it, unless they were asked before."""
    changes = await term_plans.changes(db, row.id)
    known = {(one.class_id, one.recipient_id) for one in await plan_answers.current(db, row.id)}
    students = await _students(db, row, changes) if policy.ask_families else {}
    families: dict[UUID, list[Recipient]] = {}
    for key in sorted({student for own in students.values() for student in own}):
        families[key] = await family_of(db, key)
    for one in changes:
        assert one.instructor_id is not None, "classes that change hands have an instructor"
        asked = [("instructor", one.instructor_id)] if policy.ask_instructors else []
        asked += [
            (reader.kind, reader.id)
            for student in students.get(one.class_id, ())
            for reader in families[student]
        ]
        for kind, key in dict.fromkeys(asked):
            if (one.class_id, key) not in known:
                db.add(
                    PlanAnswer(
                        organization_id=row.organization_id,
                        plan_run_id=row.id,
                        class_id=one.class_id,
                        instructor_id=one.instructor_id,
                        recipient_id=key,
                        recipient_kind=kind,
                        asked_at=now,
                    )
                )


async def _students(
    db: AsyncSession, row: PlanRun, changes: Sequence[PlanAssignment]
) -> dict[UUID, Sequence[UUID]]:
    """By class."""
    occurrences = await term_plans.occurrences_of(db, row.id)
    of_series = await students_of(db, occurrences.values())
    booked = [one.session_id for one in changes if one.session_id]
    found: dict[UUID, Sequence[UUID]] = dict(await planning.students_of(db, booked))
    for one in changes:
        if one.class_id in occurrences:
            found[one.class_id] = of_series[one.class_id]
    return found


async def _write_mails(
    db: AsyncSession,
    links: LinkSigner,
    row: PlanRun,
    batch: Sequence[tuple[tuple[str, UUID], Sequence[UUID]]],
    now: datetime,
) -> None:
    school = (await organization(db)).name
    assert row.answer_by is not None, "a plan that asks says until when"
    written = []
    for (kind, person_id), class_ids in batch:
        found = await reader_of_links(db, kind, person_id)
        if found is None:
            continue
        reader = found.reader
        classes = await plan_answers.assignments_of(db, row.id, class_ids)
        link = PlanLink(row.organization_id, row.id, person_id, address_fingerprint(reader.address))
        message = render_plan_question(
            for_instructor=kind == "instructor",
            reader=reader.name,
            organization=school,
            classes=[(one.title, one.starts_at) for one in classes],
            answer_by=row.answer_by,
            url=links.plan_url(link, row.answer_by + _PAGE_LASTS),
            language=reader.language,
            time_zone=reader.time_zone,
            now=now,
        )
        send_after = reader.send_at(NoticeKind.CONFIRMATION, now, classes[0].starts_at)
        key = notice_key(row.id, PlanNoticeKind.PLAN_QUESTION, person_id, row.answer_by.isoformat())
        written.append(
            Notice(
                id=notice_id(key),
                organization_id=row.organization_id,
                key=key,
                subject_kind=SubjectKind.PLAN,
                subject_id=row.id,
                kind=PlanNoticeKind.PLAN_QUESTION,
                recipient_kind=kind,
                recipient_id=person_id,
                address=reader.address,
                subject=message.subject,
                html=message.html,
                text=message.text,
                send_after=send_after,
                deliver_by=max(row.answer_by, send_after + _DELIVER_WITHIN),
                created_at=now,
            )
        )
    await notices.prepare_deliveries(db, written)
